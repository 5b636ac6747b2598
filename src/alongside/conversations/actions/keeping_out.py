"""What its tool takes away stays away (see kept_out.py)."""

from collections.abc import Collection

from django.db import transaction

from alongside.conversations.kept_out import mark_of
from alongside.conversations.models import KeptOut, Room


def keep_out(_actor: None, *, room_id: int, source_ids: Collection[str]) -> None:
    """Deleted in its tool, though it may never have come: tools keep no order, and archives are older."""
    room = Room.objects.get(pk=room_id)
    rows = [KeptOut(room=room, mark=mark_of(room, one)) for one in source_ids]
    KeptOut.objects.bulk_create(rows, ignore_conflicts=True)


def follow_away(_actor: None, *, source_ids: Collection[str], room_id: int | None, to_room_id: int | None) -> None:
    """Moved in its tool: it is in the one room no more, and in the other it may be again. None: a room not known here."""
    with transaction.atomic():
        if to_room_id is not None:
            to_room = Room.objects.get(pk=to_room_id)
            KeptOut.objects.filter(room=to_room, mark__in=[mark_of(to_room, one) for one in source_ids]).delete()
        if room_id is not None and room_id != to_room_id:
            keep_out(None, room_id=room_id, source_ids=source_ids)

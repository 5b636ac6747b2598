"""What was said goes or changes: always through here from above, so that no note goes on being called by it."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from alongside.conversations.actions.messages import Gone, TakenIn, remove, take_in
from alongside.conversations.models import Message
from alongside.conversations.rules import Said, is_older_edit
from alongside.notes.actions.titling import take_back_titles
from alongside.notes.models import Source


def remove_said(_actor: None, *, message_ids: Sequence[int]) -> Gone:
    """As `conversations.actions.messages.remove`."""
    with transaction.atomic():
        take_back_titles(None, message_ids=message_ids)
        return remove(None, message_ids=message_ids)


def take_in_said(
    _actor: None, *, said: Sequence[Said], audiences: Mapping[int, int], brought_by: int | None
) -> TakenIn:
    """As `conversations.actions.messages.take_in`."""
    with transaction.atomic():
        if now := _said_otherwise(said):
            take_back_titles(None, message_ids=list(now), now=now)
        return take_in(None, said=said, audiences=audiences, brought_by=brought_by)


def _said_otherwise(said: Sequence[Said]) -> dict[int, str]:
    """What edits say now of messages of which notes are kept, by their rows. No query where nothing was edited, one
    where nothing is kept at all, as when an archive comes in first.
    """
    edits: dict[tuple[int, str], Said] = {}
    for one in said:
        before = edits.get((one.room_id, one.source_id))
        if one.edited_at and not (before and is_older_edit(one.edited_at, before.edited_at)):
            edits[one.room_id, one.source_id] = one
    if not edits or not Source.objects.exists():
        return {}
    kept = Message.objects.filter(
        room_id__in={room_id for room_id, _ in edits},
        source_id__in={source_id for _, source_id in edits},
        conversation_id__in=Source.objects.values("conversation_id"),
    )
    return {
        row.pk: edit.text
        for row in kept.only("id", "room_id", "source_id", "edited_at")
        if (edit := edits.get((row.room_id, row.source_id))) and not is_older_edit(edit.edited_at, row.edited_at)
    }

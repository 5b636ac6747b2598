"""Keeping rooms and who hears in them in step with what a tool says."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from alongside.audiences.actions import keep_hearers, make, narrow, open_sealed, restore
from alongside.audiences.queries import unscoped_audience, unscoped_hearers
from alongside.audiences.rules import Kind as AudienceKind
from alongside.audiences.rules import changed_hearers, sealed_at_first
from alongside.conversations.models import Conversation, Room
from alongside.conversations.rules import RoomSaid
from alongside.journal.actions import tell
from alongside.journal.rules import IDS_PER_LINE, Kind
from alongside.kit.ids import new_id
from alongside.people.rules import Viewer


def keep_room(
    _actor: None,
    *,
    connection_id: int,
    said: RoomSaid,
    is_try_out: bool,
    brought_by: int | None,
    is_live: bool = False,
) -> tuple[Room, dict[str, Any] | None]:
    """A room as the tool says it is now. The second value is what it was before, when that changed.

    `is_live`: one of its members asked us in, so that what is said from now on is not sealed; what an archive
    brought of it before stays sealed until a member opens it.
    """
    is_open_to_members = is_try_out or is_live
    with transaction.atomic():
        room = (
            Room.objects.select_related("audience")
            .filter(connection_id=connection_id, source_id=said.source_id)
            .first()
        )
        if room is None:
            return _begun(connection_id, said, is_try_out=is_open_to_members, brought_by=brought_by), None
        before = as_it_was(room)
        if is_live and room.audience.is_sealed:
            room.audience_id = make(None, kind=said.kind, account_ids=said.hearers)
        else:
            _follow_audience(room, said, is_try_out=is_open_to_members)
        room.name, room.url = said.name, said.url or room.url
        after = as_it_was(room)
        room.last_brought_by = brought_by
        room.save()
    return room, (before if after != before else None)


def _begun(connection_id: int, said: RoomSaid, *, is_try_out: bool, brought_by: int | None) -> Room:
    audience_id = make(
        None,
        kind=said.kind,
        is_sealed=sealed_at_first(said.kind, is_try_out=is_try_out),
        account_ids=said.hearers,
    )
    return Room.objects.create(
        public_id=new_id(),
        connection_id=connection_id,
        source_id=said.source_id,
        name=said.name,
        url=said.url,
        audience_id=audience_id,
        is_threaded=said.is_threaded,
        first_brought_by=brought_by,
        last_brought_by=brought_by,
    )


def _follow_audience(room: Room, said: RoomSaid, *, is_try_out: bool) -> None:
    """Narrowing takes along what was said; widening holds from now on, in an audience of its own."""
    if said.kind.value == room.audience.kind:
        here = unscoped_hearers(room.audience_id).account_ids
        came, _left = changed_hearers(here, said.hearers)
        if said.hides_earlier and said.kind is AudienceKind.CLOSED and came and here:
            room.audience_id = make(None, kind=said.kind, account_ids=said.hearers)
        else:
            known = frozenset() if said.are_all_hearers else here
            keep_hearers(None, audience_id=room.audience_id, account_ids=known | set(said.hearers))
    elif said.kind is AudienceKind.CLOSED:
        sealed = sealed_at_first(said.kind, is_try_out=is_try_out)
        narrow(None, audience_id=room.audience_id, is_sealed=sealed, account_ids=said.hearers)
        _tell_of_all_in(room.audience_id)
    else:
        room.audience_id = make(None, kind=said.kind, account_ids=said.hearers)
    if said.kind is AudienceKind.CLOSED and said.are_all_hearers:
        for audience_id, hearers in _earlier_closed(room).items():
            keep_hearers(None, audience_id=audience_id, account_ids=hearers & set(said.hearers))


def _earlier_closed(room: Room) -> dict[int, frozenset[int]]:
    """Who hears what was said in a room under closed audiences before: who leaves the room leaves these too."""
    said = Conversation.objects.filter(room=room).exclude(audience_id=room.audience_id)
    ids = said.filter(audience__kind=AudienceKind.CLOSED.value).order_by("audience_id")
    return {one: unscoped_hearers(one).account_ids for one in ids.values_list("audience_id", flat=True).distinct()}


def _tell_of_all_in(audience_id: int) -> None:
    """Indexes hold the audience of a text: after it changed they take its texts again."""
    ids = Conversation.objects.filter(audience_id=audience_id).order_by("id").values_list("id", flat=True)
    some: list[int] = []
    for one in ids.iterator(chunk_size=IDS_PER_LINE):
        some.append(one)
        if len(some) == IDS_PER_LINE:
            tell(Kind.CONVERSATIONS_CHANGED, some)
            some = []
    tell(Kind.CONVERSATIONS_CHANGED, some)


def as_it_was(room: Room) -> dict[str, Any]:
    """What of a room can change, for putting it back."""
    audience = unscoped_audience(room.audience_id)
    return {
        "id": room.pk,
        "name": room.name,
        "url": room.url,
        "audience_id": room.audience_id,
        "kind": audience.kind.value,
        "is_sealed": audience.is_sealed,
        "hearers": sorted(audience.hearers.account_ids),
        "earlier": [[one, sorted(hearers)] for one, hearers in _earlier_closed(room).items()],
    }


def put_room_back(_actor: None, *, before: dict[str, Any]) -> None:
    with transaction.atomic():
        Room.objects.filter(pk=before["id"]).update(
            name=before["name"], url=before["url"], audience_id=before["audience_id"]
        )
        kind = AudienceKind(before["kind"])
        restore(None, audience_id=before["audience_id"], kind=kind, is_sealed=before["is_sealed"])
        for audience_id, hearers in [(before["audience_id"], before["hearers"]), *before.get("earlier", ())]:
            keep_hearers(None, audience_id=audience_id, account_ids=hearers)
        _tell_of_all_in(before["audience_id"])


def open_room(actor: Viewer, *, audience_id: int) -> None:
    """A member opens a sealed room to its members: from now on they read it, and it is found. Raises NotThere."""
    with transaction.atomic():
        open_sealed(actor, audience_id=audience_id)
        _tell_of_all_in(audience_id)


def remove_rooms(_actor: None, *, room_ids: Sequence[int]) -> None:
    """Rooms that only an archive brought, when it is taken back. Their conversations are gone already."""
    Room.objects.filter(pk__in=room_ids).delete()

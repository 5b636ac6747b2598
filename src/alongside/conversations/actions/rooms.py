"""Keeping rooms and who hears in them in step with what a tool says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from alongside.audiences.actions import (
    find_hearers_again,
    keep_hearers,
    lose_hearers,
    make,
    narrow,
    open_sealed,
    restore,
)
from alongside.audiences.queries import unscoped_audience, unscoped_hearers
from alongside.audiences.rules import Kind as AudienceKind
from alongside.audiences.rules import changed_hearers, sealed_at_first
from alongside.conversations.models import Conversation, FormerId, Room, RoomAudience
from alongside.conversations.rules import RoomSaid
from alongside.journal.actions import tell
from alongside.journal.rules import IDS_PER_LINE, Kind
from alongside.kit.ids import new_id
from alongside.people.rules import Viewer


@dataclass(frozen=True, slots=True)
class KeptRoom:
    """A room, the audience of what its teller says of it next, and what the room was before, when that changed."""

    room: Room
    audience_id: int
    before: dict[str, Any] | None = None


def keep_room(
    _actor: None,
    *,
    connection_id: int,
    said: RoomSaid,
    is_try_out: bool,
    brought_by: int | None,
    is_live: bool = False,
) -> KeptRoom:
    """A room as the tool says it is now.

    `is_live`: the tool itself says it, and one of its members asked us in, so that what is said from now on is not
    sealed; what an archive brings of it, before or after, stays sealed until a member opens it. From then on an archive
    changes nothing of the room: it is older, and would let in again who has left.
    """
    is_open_to_members = is_try_out or is_live
    with transaction.atomic():
        room = _known(connection_id, said.source_id)
        if room is None:
            room = _begun(connection_id, said, is_live=is_live, is_try_out=is_open_to_members, brought_by=brought_by)
            return KeptRoom(room, room.audience_id)
        if room.is_live and not is_live:
            return KeptRoom(room, _audience_of_archives(room, said, is_try_out=is_try_out))
        # What only an archive puts back; a tool tells of a room with everybody who comes or goes.
        before = None if is_live else as_it_was(room)
        if is_live and not room.is_live:
            _begin_to_be_live(room)
        _follow_audience(room, said, is_live=is_live, is_try_out=is_open_to_members)
        room.name, room.url = said.name, said.url or room.url
        is_changed = before is not None and as_it_was(room) != before
        room.last_brought_by = brought_by
        room.save()
    return KeptRoom(room, room.audience_id, before if is_changed else None)


def _known(connection_id: int, source_id: str) -> Room | None:
    """The room with this id, or the one that had it once."""
    here = Room.objects.select_related("audience").filter(connection_id=connection_id)
    formerly = FormerId.objects.filter(source_id=source_id).values("room")
    return here.filter(source_id=source_id).first() or here.filter(pk__in=formerly).first()


def _begun(connection_id: int, said: RoomSaid, *, is_live: bool, is_try_out: bool, brought_by: int | None) -> Room:
    audience_id = make(
        None,
        kind=said.kind,
        is_sealed=sealed_at_first(said.kind, is_try_out=is_try_out),
        account_ids=said.hearers,
    )
    room = Room.objects.create(
        public_id=new_id(),
        connection_id=connection_id,
        source_id=said.source_id,
        name=said.name,
        url=said.url,
        audience_id=audience_id,
        is_threaded=said.is_threaded,
        is_live=is_live,
        first_brought_by=brought_by,
        last_brought_by=brought_by,
    )
    RoomAudience.objects.create(room=room, audience_id=audience_id)
    return room


def _begin_to_be_live(room: Room) -> None:
    room.is_live = True
    if room.first_brought_by is not None and room.audience.kind == AudienceKind.CLOSED.value:
        room.archive_audience_id = room.audience_id


def _audience_of_archives(room: Room, said: RoomSaid, *, is_try_out: bool) -> int:
    """The audience of what an archive says of a live room. Of a closed one it is sealed, and may be opened by whoever
    was in it then and is now.
    """
    if is_try_out or said.kind is not AudienceKind.CLOSED:
        return room.audience_id
    if room.archive_audience_id is None:
        room.archive_audience_id = make(None, kind=said.kind, is_sealed=True)
        room.save(update_fields=["archive_audience"])
        RoomAudience.objects.create(room=room, audience_id=room.archive_audience_id)
    if room.archive_audience_id != room.audience_id:
        now = unscoped_audience(room.audience_id)
        here = now.hearers.account_ids if now.kind is AudienceKind.CLOSED else frozenset(said.hearers)
        known = unscoped_hearers(room.archive_audience_id).account_ids
        keep_hearers(None, audience_id=room.archive_audience_id, account_ids=known | (here & set(said.hearers)))
    return room.archive_audience_id


def _follow_audience(room: Room, said: RoomSaid, *, is_live: bool, is_try_out: bool) -> None:
    """Narrowing takes along what was said; widening holds from now on, in an audience of its own."""
    followed = find_hearers_again if said.are_hearers_known else lose_hearers
    followed(None, audience_ids=[room.audience_id, *_earlier_closed_ids(room)])
    if is_live and room.audience.is_sealed:
        _begin_audience(room, said)
    elif said.kind.value == room.audience.kind:
        if said.are_hearers_known:
            _follow_hearers(room, said)
    elif said.kind is AudienceKind.CLOSED:
        sealed = sealed_at_first(said.kind, is_try_out=is_try_out)
        narrow(None, audience_id=room.audience_id, is_sealed=sealed, account_ids=said.hearers)
        _tell_of_all_in(room.audience_id)
    else:
        _begin_audience(room, said)
    is_closed = said.kind is AudienceKind.CLOSED and said.are_all_hearers
    here = said.hearers if is_closed else said.everybody
    if here is not None and said.are_hearers_known:
        _keep_earlier_closed(room, frozenset(here))


def _begin_audience(room: Room, said: RoomSaid) -> None:
    room.audience_id = make(None, kind=said.kind, account_ids=said.hearers)
    RoomAudience.objects.create(room=room, audience_id=room.audience_id)


def _follow_hearers(room: Room, said: RoomSaid) -> None:
    here = unscoped_hearers(room.audience_id).account_ids
    came, _left = changed_hearers(here, said.hearers)
    if said.hides_earlier and said.kind is AudienceKind.CLOSED and came:
        _begin_audience(room, said)
    else:
        known = frozenset() if said.are_all_hearers else here
        keep_hearers(None, audience_id=room.audience_id, account_ids=known | set(said.hearers))


def _earlier_closed_ids(room: Room) -> list[int]:
    of_room = RoomAudience.objects.filter(room=room).exclude(audience_id=room.audience_id)
    closed = of_room.filter(audience__kind=AudienceKind.CLOSED.value).order_by("audience_id")
    return list(closed.values_list("audience_id", flat=True))


def _earlier_closed(room: Room) -> dict[int, frozenset[int]]:
    """Who hears what was said in a room under closed audiences before: who leaves the room leaves these too."""
    return {one: unscoped_hearers(one).account_ids for one in _earlier_closed_ids(room)}


def _keep_earlier_closed(room: Room, here: frozenset[int]) -> None:
    for audience_id, hearers in _earlier_closed(room).items():
        keep_hearers(None, audience_id=audience_id, account_ids=hearers & here)


def leave_earlier(_actor: None, *, room: Room, account_id: int) -> None:
    """Somebody left a room that is open now: they leave also what was said in it when it was closed."""
    with transaction.atomic():
        for audience_id, hearers in _earlier_closed(room).items():
            keep_hearers(None, audience_id=audience_id, account_ids=hearers - {account_id})


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
    """As it was before an archive that is taken back; not where its tool itself has told of it since."""
    with transaction.atomic():
        room = Room.objects.filter(pk=before["id"], is_live=False)
        if not room.update(name=before["name"], url=before["url"], audience_id=before["audience_id"]):
            return
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
    Room.objects.filter(pk__in=room_ids, is_live=False).delete()

"""The inbox: what came from a tool is safe here before the tool is told that we have it."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from types import EllipsisType
from typing import Any, TypeVar

from django.db import connection

from alongside.bridges.models import Arrival, Bridge
from alongside.bridges.naming import name_in_inbox
from alongside.bridges.port import Anything, Arrived, Batch, Deleted, Event, Moved, Renumbered, Said, encoded
from alongside.bridges.queries import RoomThere, unscoped_are_followed, unscoped_are_known, unscoped_rooms
from alongside.bridges.rules import (
    MOST_TRIES,
    MOST_TRIES_TO_COMPLETE,
    REPLAY_KNOWN_FOR,
    ArrivalState,
    Listens,
    is_taken_in,
)
from alongside.bridges.storable import is_act, storable
from alongside.kit import clock
from alongside.kit.durable import durable
from alongside.people.queries import unscoped_restore
from alongside.people.rules import Restore

# Rows written at once: a transaction stays far below 100 ms.
AT_ONCE = 500
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
Key = tuple[int, str]
E = TypeVar("E", bound=Event)
_INSERT = (
    "INSERT INTO bridges_arrival"
    " (bridge_id, remote_id, version, body, is_act, state, tries, is_to_complete, due_at, came_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


class BroughtBack(Exception):
    """The store is another one than this line began with: it has to be opened anew, from where that one was."""


class Overtaken(Exception):
    """Another listener of the same connection is further."""


def take_in(
    _actor: None,
    *,
    bridge_id: int,
    connection_id: int,
    batch: Batch,
    is_to_complete: bool = False,
    restore: Restore | EllipsisType | None = ...,
    after: str | None = None,
) -> int:
    """Write what came, and where to go on from. How many are new is returned.

    What is said in a room where Alongside was not asked to listen is not written down at all. What is too much for
    one short transaction is written in several; the cursor moves with the last one, so that what is cut off in
    between comes again and is known then. `restore`: the one that a line began after; raises BroughtBack when there
    was another since, so that where it is does not overwrite where that backup was.

    `after`: the cursor from which a listener came to this. Where the store has another by now, somebody else listens
    and is further: nothing is written, so that no cursor is set back. Raises Overtaken.
    """
    kept = _listened_to(connection_id, storable(batch.arrived))
    now, new = clock.now(), 0
    rows = [_row(bridge_id, one, now, is_to_complete=is_to_complete) for one in kept[:AT_ONCE]]
    for start in range(AT_ONCE, len(kept), AT_ONCE):
        with durable():
            new += _insert(rows)
        rows = [_row(bridge_id, one, now, is_to_complete=is_to_complete) for one in kept[start : start + AT_ONCE]]
    with durable():
        if restore is not ... and restore != unscoped_restore():
            raise BroughtBack
        new += _insert(rows)
        came = {"heard_at": now, **({"cursor": batch.cursor} if batch.cursor else {})}
        here = {"pk": bridge_id} if after is None else {"pk": bridge_id, "cursor": after}
        if not Bridge.objects.filter(**here).update(**came) and after is not None:
            raise Overtaken
    return new


def _row(bridge_id: int, one: Arrived, now: datetime, *, is_to_complete: bool) -> tuple[Any, ...]:
    moment = connection.ops.adapt_datetimefield_value(now)
    return (
        bridge_id, name_in_inbox(one.remote_id, one.version), "", encoded(one.event), is_act(one.event),
        ArrivalState.NEW.value, 0, is_to_complete, moment, moment,
    )  # fmt: skip


def _insert(rows: Sequence[tuple[Any, ...]]) -> int:
    """How many of them were not there yet. By hand: this is where everything that a busy tool says comes through."""
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
        return int(cursor.rowcount)


def _listened_to(connection_id: int, arrived: Sequence[Arrived]) -> list[Arrived]:
    """Everything but what was said where nobody asked Alongside to listen. Edits and deletions of what is here are
    heard wherever they come from: who takes something away in the tool takes it away here. Four queries, however many.
    """
    rooms = {one.source_id: one for one in unscoped_rooms(connection_id, _rooms_of(arrived))}
    for one in _of_kind(arrived, Renumbered):  # what comes right behind has the new id already
        rooms |= {one.to_room: rooms[one.room]} if one.room in rooms else {}
    choosy = [one for one in _said(arrived) if one.room in rooms and rooms[one.room].listens is not Listens.REMEMBERS]
    followed = unscoped_are_followed({(rooms[one.room].room_id, one.context) for one in choosy if one.context})
    known = unscoped_are_known({(rooms[one.room].room_id, one.source_id) for one in choosy if one.edited_at})
    return [one for one in arrived if _is_heard(one.event, rooms, followed, known)]


def _of_kind(arrived: Sequence[Arrived], kind: type[E]) -> Iterator[E]:
    return (one.event for one in arrived if isinstance(one.event, kind))


def _said(arrived: Sequence[Arrived]) -> Iterator[Said]:
    return (one for one in _of_kind(arrived, Said) if not one.is_to_us)


def _is_heard(
    event: Anything, rooms: Mapping[str, RoomThere], followed: AbstractSet[Key], known: AbstractSet[Key]
) -> bool:
    if isinstance(event, Deleted):
        return event.room in rooms  # ids alone; what it takes away may lie in the inbox still
    if not isinstance(event, Said) or event.is_to_us:
        return True
    room = rooms.get(event.room)
    return room is not None and is_taken_in(
        is_there=room.is_there,
        listens=room.listens,
        is_followed=(room.room_id, event.context) in followed,
        is_known=(room.room_id, event.source_id) in known,
    )


def _rooms_of(arrived: Sequence[Arrived]) -> set[str]:
    return {one.room for one in _said(arrived)} | {
        one.event.room for one in arrived if isinstance(one.event, Deleted | Moved | Renumbered)
    }


def finish(_actor: None, *, arrival_ids: Sequence[int]) -> None:
    """Dealt with: the words go, the row stays so that a replay is known.

    The first thing in the transaction of what follows from them. Whoever else would deal with the same ones, because
    a lease was lost half-way, waits here until that is done, and then finds them done. Raises DealtWith.
    """
    mine = Arrival.objects.filter(pk__in=arrival_ids, state=ArrivalState.NEW.value)
    if mine.update(state=ArrivalState.DONE.value, body=b"") != len(arrival_ids):
        raise DealtWith


class DealtWith(Exception):
    """Another process has dealt with some of these already."""


def try_later(_actor: None, *, arrival_id: int) -> bool:
    """It could not be dealt with now. After MOST_TRIES it is left, without its words; then False."""
    row = Arrival.objects.get(pk=arrival_id)
    row.tries += 1
    if row.tries >= MOST_TRIES:
        row.state, row.body = ArrivalState.FAILED.value, b""
    row.due_at = clock.now() + timedelta(seconds=FIRST_PAUSE * 2 ** (row.tries - 1))
    row.save(update_fields=["tries", "state", "body", "due_at"])
    return row.state == ArrivalState.NEW.value


def complete(_actor: None, *, arrival_id: int, event: Anything | None) -> None:
    """What it is about is known now; or, without an event, the tool does not say it, and it stands as it came."""
    changed = {} if event is None else {"body": encoded(event)}
    row = Arrival.objects.filter(pk=arrival_id, state=ArrivalState.NEW.value)
    row.update(is_to_complete=False, due_at=clock.now(), **changed)


def complete_later(_actor: None, *, arrival_id: int, retry_after: float | None) -> None:
    """The tool does not say now what it is about. After MOST_TRIES_TO_COMPLETE it is acted on as it came: nothing is
    lost that somebody said, and what came after it has waited long enough.
    """
    row = Arrival.objects.get(pk=arrival_id)
    row.tries += 1
    pause = FIRST_PAUSE * 2 ** (row.tries - 1) if retry_after is None else min(retry_after, LONGEST_PAUSE)
    row.due_at = clock.now() + timedelta(seconds=pause)
    if row.tries >= MOST_TRIES_TO_COMPLETE:
        row.is_to_complete, row.tries, row.due_at = False, 0, clock.now()
    row.save(update_fields=["tries", "is_to_complete", "due_at"])


def trim(_actor: None) -> None:
    """A replay of what came weeks ago is no replay any more."""
    long_ago = clock.now() - REPLAY_KNOWN_FOR
    Arrival.objects.filter(came_at__lt=long_ago).exclude(state=ArrivalState.NEW.value).delete()

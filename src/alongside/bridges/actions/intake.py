"""The inbox: what came from a tool is safe here before the tool is told that we have it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from alongside.bridges.models import Arrival, Bridge
from alongside.bridges.port import Arrived, Batch, Deleted, Moved, Said, encoded
from alongside.bridges.queries import unscoped_followed, unscoped_known_messages, unscoped_rooms
from alongside.bridges.rules import MOST_TRIES, REPLAY_KNOWN_FOR, ArrivalState, is_taken_in
from alongside.kit import clock

# Rows written at once: a transaction stays far below 100 ms.
AT_ONCE = 500
FIRST_PAUSE = 1.0
LONGEST_ID = 300


def take_in(_actor: None, *, bridge_id: int, connection_id: int, batch: Batch) -> int:
    """Write what came, and where to go on from, in one transaction. How many are new is returned.

    What is said in a room where Alongside was not asked to listen is not written down at all.
    """
    kept = list(_listened_to(connection_id, batch.arrived))
    now = clock.now()
    with transaction.atomic():
        # By number, not by what comes back: on a conflict neither store says which rows were new.
        before = Arrival.objects.filter(bridge_id=bridge_id).order_by("-id").values_list("id", flat=True).first() or 0
        Arrival.objects.bulk_create(
            (_row(bridge_id, one, now) for one in kept), ignore_conflicts=True, batch_size=AT_ONCE
        )
        came = {"heard_at": now, **({"cursor": batch.cursor} if batch.cursor else {})}
        Bridge.objects.filter(pk=bridge_id).update(**came)
        return Arrival.objects.filter(bridge_id=bridge_id, id__gt=before).count() if kept else 0


def _row(bridge_id: int, one: Arrived, now: datetime) -> Arrival:
    return Arrival(
        bridge_id=bridge_id,
        remote_id=one.remote_id if len(one.remote_id) <= LONGEST_ID else sha256(one.remote_id.encode()).hexdigest(),
        version=one.version[:100],
        body=encoded(one.event),
        due_at=now,
        came_at=now,
    )


def _listened_to(connection_id: int, arrived: Sequence[Arrived]) -> Iterable[Arrived]:
    """Everything but what was said where nobody asked Alongside to listen. Edits and deletions of what is here are
    heard wherever they come from: who takes something away in the tool takes it away here.
    """
    rooms = {one.source_id: one for one in unscoped_rooms(connection_id, _rooms_of(arrived))}
    said: dict[str, list[Said | Deleted]] = {}
    for one in arrived:
        if isinstance(one.event, Said | Deleted):
            said.setdefault(one.event.room, []).append(one.event)
    known, followed = {}, {}
    for source_id, events in said.items():
        if source_id in rooms:
            room_id = rooms[source_id].room_id
            edits = [event.source_id for event in events if isinstance(event, Said) and event.edited_at]
            known[source_id] = unscoped_known_messages(room_id, edits)
            contexts = {event.context for event in events if isinstance(event, Said) and event.context}
            followed[source_id] = unscoped_followed(room_id, contexts)
    for one in arrived:
        event = one.event
        if isinstance(event, Said) and not event.is_to_us:
            room = rooms.get(event.room)
            if room is not None and is_taken_in(
                is_there=room.is_there,
                listens=room.listens,
                is_followed=event.context in followed[event.room],
                is_known=event.source_id in known[event.room],
            ):
                yield one
        elif isinstance(event, Deleted):
            if event.room in rooms:  # ids alone; what it takes away may lie in the inbox still
                yield one
        else:
            yield one


def _rooms_of(arrived: Sequence[Arrived]) -> set[str]:
    return {one.event.room for one in arrived if isinstance(one.event, Said | Deleted | Moved)}


def finish(_actor: None, *, arrival_ids: Sequence[int]) -> None:
    """Dealt with: the words go, the row stays so that a replay is known."""
    Arrival.objects.filter(pk__in=arrival_ids).update(state=ArrivalState.DONE.value, body=b"")


def try_later(_actor: None, *, arrival_id: int) -> bool:
    """It could not be dealt with now. After MOST_TRIES it is left, without its words; then False."""
    row = Arrival.objects.get(pk=arrival_id)
    row.tries += 1
    if row.tries >= MOST_TRIES:
        row.state, row.body = ArrivalState.FAILED.value, b""
    row.due_at = clock.now() + timedelta(seconds=FIRST_PAUSE * 2 ** (row.tries - 1))
    row.save(update_fields=["tries", "state", "body", "due_at"])
    return row.state == ArrivalState.NEW.value


def trim(_actor: None) -> None:
    """A replay of what came weeks ago is no replay any more."""
    long_ago = clock.now() - REPLAY_KNOWN_FOR
    Arrival.objects.filter(came_at__lt=long_ago).exclude(state=ArrivalState.NEW.value).delete()

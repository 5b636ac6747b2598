"""Listening to a homeserver: sync by sync from a cursor on, each told whole before the next is asked for."""

import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

from alongside.bridges.adapters.matrix.direct import KIND as DIRECT
from alongside.bridges.adapters.matrix.direct import written_down
from alongside.bridges.adapters.matrix.fields import Fields, each_at, fields_at, id_at, is_at, text_at
from alongside.bridges.adapters.matrix.following import Following
from alongside.bridges.adapters.matrix.gaps import missed
from alongside.bridges.adapters.matrix.hearing import is_own_asking, is_own_coming, own_asking
from alongside.bridges.adapters.matrix.kept import KIND as KEPT
from alongside.bridges.adapters.matrix.kept import Kept
from alongside.bridges.adapters.matrix.parse import is_state
from alongside.bridges.adapters.matrix.policy import Policy
from alongside.bridges.adapters.matrix.rooms import STATE_KINDS, Room, applied
from alongside.bridges.adapters.matrix.telling import Telling
from alongside.bridges.adapters.matrix.wire import Refusal, Wire
from alongside.bridges.port import Arrived, Batch

log = logging.getLogger(__name__)

WAIT = 30
# Events of one batch, and of one room in one sync; what is more is fetched by pages.
AT_ONCE = 400
TIMELINE = 100
KINDS = (*STATE_KINDS, "m.room.message", "m.reaction", "m.room.redaction")
_BAD = 400

# Who is there, who reads and who types is nobody's business, and is never asked for.
FILTER = json.dumps(
    {
        "presence": {"types": []},
        "account_data": {"types": [DIRECT]},
        "room": {
            "timeline": {"limit": TIMELINE, "types": KINDS},
            "state": {"types": STATE_KINDS},
            "ephemeral": {"types": []},
            "account_data": {"types": [KEPT]},
        },
    }
)
ONLY_INVITATIONS = json.dumps(
    {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {part: {"types": []} for part in ("timeline", "state", "ephemeral", "account_data")},
    }
)

MakesFollowing = Callable[[Telling], Following]


class Listening:
    """One listening, from its start to its end; what it knows of rooms goes with it."""

    def __init__(self, wire: Wire, policy: Policy, makes_following: MakesFollowing, *, wait: float = WAIT) -> None:
        self._wire = wire
        self._policy = policy
        self._wait = wait
        self.rooms: dict[str, Room] = {}
        self._kept: dict[str, Kept] = {}
        self._telling = Telling(policy, self.rooms, secrets.token_hex(6))
        self._following = makes_following(self._telling)

    def rooms_for_two(self, account: str) -> Iterator[str]:
        for room in list(self.rooms.values()):
            if room.other(self._policy.us) == account and self._following.is_for_two(room):
                yield room.id

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        answer = await self._begun(cursor)
        if answer is None:
            # The first time, or the homeserver was set up anew: what was said before is not for us.
            cursor, answer = "", await self._sync("")
            async for batch in self._told(answer, ""):
                yield batch
            cursor = text_at(answer, "next_batch")
            async for batch in self._answer_waiting(cursor):
                yield batch
        else:
            async for batch in self._answer_waiting(cursor):
                yield batch
            async for batch in self._told(answer, cursor, is_start=True):
                yield batch
            cursor = text_at(answer, "next_batch") or cursor
        while True:
            await self._following.leave()
            answer = await self._sync(cursor, wait=self._wait)
            async for batch in self._told(answer, cursor):
                yield batch
            cursor = text_at(answer, "next_batch") or cursor

    async def _begun(self, cursor: str) -> Fields | None:
        """What came since the cursor, with all that is known of every room. None where there is no such place."""
        if not cursor:
            return None
        try:
            return await self._sync(cursor, is_start=True)
        except Refusal as refusal:
            if refusal.is_of_connection or refusal.status != _BAD:
                raise
            log.warning("The Matrix homeserver does not know where we were; listening goes on from now: %s", refusal)
            return None

    async def _sync(self, since: str, *, is_start: bool = False, wait: float = 0) -> Fields:
        query = {"filter": FILTER, "set_presence": "offline", "timeout": str(int(wait * 1000))}
        query |= {"since": since} if since else {}
        query |= {"full_state": "true"} if is_start else {}
        return await self._wire.get("sync", wait=wait, query=query)

    async def _answer_waiting(self, since: str) -> AsyncIterator[Batch]:
        """Invitations that came while nobody listened, or that could not be answered then."""
        # Synapse answers the same question for some minutes with the same words; another wait makes it another question.
        query = {"filter": ONLY_INVITATIONS, "set_presence": "offline", "timeout": str(secrets.randbelow(10_000))}
        answer = await self._wire.get("sync", query=query)
        async for batch in self._answer_invitations(answer, since):
            yield batch

    async def _answer_invitations(self, answer: Fields, since: str) -> AsyncIterator[Batch]:
        for room_id, part in fields_at(answer, "rooms", "invite").items():
            async for one in self._following.invited(room_id, part, since):
                yield Batch(arrived=(one,))

    async def _told(self, answer: Fields, since: str, *, is_start: bool = False) -> AsyncIterator[Batch]:
        """A sync in batches; the last carries the cursor, so that what was cut off is told again."""
        for event in each_at(answer, "account_data", "events"):
            if text_at(event, "type") == DIRECT:
                self._following.written_down = written_down(event)
        if since:
            async for batch in self._answer_invitations(answer, since):
                yield batch
        cursor, told = text_at(answer, "next_batch"), list[Arrived]()
        async for arrived in self._all_rooms(answer, since, is_start=is_start):
            told.append(arrived)
            if len(told) >= AT_ONCE:
                yield Batch(arrived=tuple(told))
                told = []
        await self._write_kept()
        if told or cursor != since:
            yield Batch(arrived=tuple(told), cursor=cursor)

    async def _all_rooms(self, answer: Fields, since: str, *, is_start: bool) -> AsyncIterator[Arrived]:
        cursor, joined = text_at(answer, "next_batch"), fields_at(answer, "rooms", "join")
        # Spaces first: who is in them says who could come into other rooms.
        for room_id in sorted(joined, key=lambda one: not _is_space(joined[one])):
            async for arrived in self._room(room_id, joined[room_id], since, is_start=is_start):
                yield arrived
        touched = [self.rooms[room_id] for room_id in joined if room_id in self.rooms]
        for room_id, part in fields_at(answer, "rooms", "leave").items():
            if room_id in self.rooms or is_start:
                async for arrived in self._room(room_id, part, since, is_start=False):
                    yield arrived
                for room in self._left(room_id):
                    touched.append(room)
                    for arrived in self._following.gone(room, cursor):
                        yield arrived
        for arrived in self._changed(touched, cursor):
            yield arrived

    def _changed(self, touched: list[Room], cursor: str) -> Iterator[Arrived]:
        """What changed without an event of its own; and by who is in a space that may come into a room."""
        of_spaces = (
            [room for room in self.rooms.values() if room.spaces] if any(one.is_space for one in touched) else []
        )
        for room in (*touched, *of_spaces):
            yield from self._following.changed(room, cursor)

    def _left(self, room_id: str) -> list[Room]:
        return [self.rooms.pop(room_id)] if room_id in self.rooms else []

    async def _room(self, room_id: str, part: Fields, since: str, *, is_start: bool) -> AsyncIterator[Arrived]:
        if not id_at({"id": room_id}, "id").startswith("!"):
            return
        room, us = self.rooms.setdefault(room_id, Room(room_id)), self._policy.us
        events, kept = list(each_at(part, "timeline", "events")), self._kept_of(room_id, part)
        applied(room, each_at(part, "state", "events"), us)
        # What was said before we were asked in is not for us; at the very beginning that is everything.
        first = len(events) if not since else own_asking(events, us)
        is_gap = first is None and is_at(part, "timeline", "limited")
        in_order = InOrder(self._following, room, kept, us)
        if is_gap:
            before = text_at(part, "timeline", "prev_batch")
            async for page in missed(self._wire, room=room_id, before=before, since=since, kinds=KINDS):
                async for arrived in in_order.all(page, is_past=True):
                    yield arrived
        applied(room, events[: first or 0], us)
        if room.is_joined(us) and (not since or is_gap or (is_start and first is None)):
            async for arrived in self._following.begun(room):
                yield arrived
        async for arrived in in_order.all(events[first or 0 :]):
            yield arrived

    def _kept_of(self, room_id: str, part: Fields) -> Kept:
        """What a homeserver holds for us, read when a room is first met; from then on we know it better."""
        if room_id not in self._kept:
            written = [event for event in each_at(part, "account_data", "events") if text_at(event, "type") == KEPT]
            self._kept[room_id] = Kept(fields_at(written[-1], "content") if written else None)
        return self._kept[room_id]

    async def _write_kept(self) -> None:
        for room_id, kept in self._kept.items():
            if kept.is_changed:
                kept.is_changed = False
                try:
                    way = ("user", self._wire.us, "rooms", room_id, "account_data", KEPT)
                    await self._wire.put(*way, content=kept.content())
                except Refusal as refusal:
                    if refusal.is_of_connection:
                        raise
                    log.warning("What could be taken back in a Matrix room is not held: %s", refusal)


class InOrder:
    """Events of one room, in their order; but what was said while an invitation waited is told once we are in."""

    def __init__(self, following: Following, room: Room, kept: Kept, us: str) -> None:
        self._following = following
        self._room = room
        self._kept = kept
        self._us = us
        self._waiting: list[Fields] | None = None

    async def all(self, events: Iterable[Fields], *, is_past: bool = False) -> AsyncIterator[Arrived]:
        for event in events:
            if is_own_asking(event, self._us) and not is_own_coming(event, self._us):
                self._waiting = []
            elif self._waiting is not None and not is_state(event):
                self._waiting.append(event)
                continue
            async for arrived in self._following.event(self._room, self._kept, event, is_past=is_past):
                yield arrived
            if is_own_coming(event, self._us):
                waiting, self._waiting = self._waiting or [], None
                async for arrived in self.all(waiting, is_past=is_past):
                    yield arrived


def _is_space(part: object) -> bool:
    events = (*each_at(part, "state", "events"), *each_at(part, "timeline", "events"))
    return any(
        text_at(event, "type") == "m.room.create" and text_at(event, "content", "type") == "m.space" for event in events
    )

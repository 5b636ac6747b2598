"""Feeds: blogs and podcasts that people write elsewhere, each a room that the world may read. Nothing is written back.

The rooms to follow are those that the core knows; each is asked when its time has come, alone, so that one that is
slow, broken or gone costs the others nothing.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import ClassVar, Final

import msgspec

from alongside.bridges.adapters.feed.apart import Apart, Unreadable
from alongside.bridges.adapters.feed.discovering import ACCEPT, FeedFound, NoFeed, discover
from alongside.bridges.adapters.feed.parse import events, room_events
from alongside.bridges.adapters.feed.reading import FoundFeed
from alongside.bridges.adapters.feed.rooms import FeedRoom
from alongside.bridges.adapters.feed.states import (
    MOST_FEEDS,
    State,
    after_a_failure,
    after_a_look,
    cursor_of,
    kept_rooms,
    most_entries,
    remembered,
    retry_after,
    states_of,
)
from alongside.bridges.port import Arrived, Batch, Can, Check, Choice, Known, Permanent, Post, PutOut, Said, Sent
from alongside.kit import clock
from alongside.kit.guarded_http import Fetched, NotAllowed, NotReached, fetched

__all__ = ["Feed", "FeedFound", "NoFeed", "discover"]

_log = logging.getLogger(__name__)

_AT_ONCE: Final = 6
_GONE: Final = 410
_UNCHANGED: Final = 304
_TITLE_KEPT: Final = 120
_LINK_KEPT: Final = 300
_MINUTES: Final = (5, 1440)
_MEND: Final = "If its author moved it, follow its new address; if it is gone, stop following it."


class _NotNow(Exception):
    """A look that failed; the message is one sentence."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class _Gone(Exception):
    """It will not come back, says its server."""


@dataclass(frozen=True, slots=True)
class _Look:
    room: str
    state: State
    arrived: tuple[Arrived, ...] = ()


class Feed:
    kind: ClassVar[str] = "feed"
    name: ClassVar[str] = "Feeds"
    tool: ClassVar[str] = "feed"
    can: ClassVar[frozenset[Can]] = frozenset()
    choices: ClassVar[tuple[Choice, ...]] = (
        Choice(
            name="minutes",
            label="Minutes between two looks at a feed",
            help="From 5 to 1440. A feed that asks for more, or that fails, is looked at less often.",
            is_optional=True,
            default="30",
        ),
    )
    seconds_between_rounds: ClassVar[float] = 10.0  # after so long a feed that somebody just followed is looked at
    seconds_for_a_check: ClassVar[float] = 40.0

    def __init__(self, settings: Mapping[str, str], known: Known) -> None:
        self._minutes = settings.get("minutes", "").strip() or "30"
        self._known = known
        self._apart = Apart()

    @property
    def _every(self) -> int:
        minutes = int(self._minutes[:6]) if self._minutes.isascii() and self._minutes.isdigit() else 30
        return 60 * max(_MINUTES[0], min(minutes, _MINUTES[1]))

    async def listen(self, cursor: str) -> AsyncIterator[Batch]:
        states = states_of(cursor)
        known = kept_rooms(states, self._known.rooms())
        if again := tuple(one for room, state in known.items() for one in self._told_again(room, state)):
            yield Batch(arrived=again)
        while True:
            before = states
            states = kept_rooms(before, self._known.rooms())
            is_newer = states.keys() != before.keys()
            async with aclosing(self._looks(states)) as looks:
                async for look in looks:
                    states[look.room], is_newer = look.state, True
                    if look.arrived:
                        yield Batch(arrived=look.arrived, cursor=cursor_of(states))
                        is_newer = False
            if is_newer:
                yield Batch(cursor=cursor_of(states))
            await asyncio.sleep(self.seconds_between_rounds)

    def _told_again(self, room: str, state: State) -> tuple[Arrived, ...]:
        is_known = state.title and not state.is_gone
        return room_events(FeedRoom.of(room), state.title, state.link, clock.now()) if is_known else ()

    async def _looks(self, states: Mapping[str, State]) -> AsyncGenerator[_Look, None]:
        """At every feed whose time has come, as they answer."""
        free, most = asyncio.Semaphore(_AT_ONCE), most_entries(len(states))

        async def look(room: str, state: State) -> _Look:
            async with free:
                try:
                    return await self._look(room, state, most)
                except Exception as error:  # noqa: BLE001 (a feed that nobody thought of costs itself only)
                    _log.error(
                        "A feed could not be looked at: %s.", type(error).__qualname__
                    )  # its address may be a key
                    return _Look(room, after_a_failure(state, room, clock.now(), self._every))

        due = [room for room, state in states.items() if state.is_due(clock.now())]
        tasks = {asyncio.create_task(look(room, states[room])) for room in due}
        try:
            while tasks:
                done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self, source_id: str, state: State, most: int) -> _Look:
        room, now = FeedRoom.of(source_id), clock.now()
        try:
            came = await self._asked(room, state)
            after = after_a_look(state, came, room.address, now, self._every)
            if came.status == _UNCHANGED or after.body == state.body:
                return _Look(source_id, after)
            return await self._told(source_id, room, after, came, most)
        except _Gone:
            gone = Arrived(remote_id=f"gone {source_id}", event=PutOut(room=source_id), version=now.isoformat())
            return _Look(source_id, State(is_gone=True), (gone,))
        except _NotNow as error:
            return _Look(source_id, after_a_failure(state, room.address, now, self._every, error.wait))

    async def _told(self, source_id: str, room: FeedRoom, state: State, came: Fetched, most: int) -> _Look:
        found, now = await self._read(room, came, most), clock.now()
        title, link = (found.title or room.address)[:_TITLE_KEPT], found.link if len(found.link) <= _LINK_KEPT else ""
        of_room = () if (title, link) == (state.title, state.link) else room_events(room, title, link, now)
        arrived, told = events(room, found, state.seen, now)
        after = msgspec.structs.replace(state, title=title, link=link, seen=remembered(state, told, most))
        return _Look(source_id, after, (*of_room, *arrived))

    async def _asked(self, room: FeedRoom, state: State) -> Fetched:
        """An answer with a body, or one that says that nothing changed. Raises _NotNow and _Gone."""
        try:
            came = await fetched(state.where(room.address), headers={"accept": ACCEPT, **state.conditions()})
        except (NotReached, NotAllowed) as error:
            raise _NotNow(str(error)) from error
        if came.status == _GONE:
            raise _Gone(f"{room.shown} says that it is gone for good ({_GONE}).")
        if came.body or (came.status == _UNCHANGED and (state.etag or state.modified)):
            return came
        raise _NotNow(
            f"{room.shown} answers with {came.status} instead of a feed.",
            retry_after(came.headers, clock.now()),
        )

    async def _read(self, room: FeedRoom, came: Fetched, most: int) -> FoundFeed:
        """Raises _NotNow."""
        try:
            found = await self._apart.feed(
                came.body, came.headers.get("content-type", ""), came.address, room.tags, most
            )
        except Unreadable as error:
            raise _NotNow(f"{room.shown} cannot be read: reading it would never end.") from error
        if found is None:
            raise _NotNow(f"What is at {room.shown} is no feed.")
        return found

    async def send(self, post: Post) -> Sent:  # noqa: ARG002 (the port's)
        raise Permanent(
            "Alongside reads feeds and never writes to one: what is said of a post is said where it was read."
        )

    async def thread(self, room: str, context: str) -> Sequence[Said]:  # noqa: ARG002 (the port's)
        return ()

    async def check(self) -> Sequence[Check]:
        """Every feed is asked as if for the first time, as many as answer while somebody waits."""
        rooms = list(dict.fromkeys(self._known.rooms()))
        free = asyncio.Semaphore(_AT_ONCE)

        async def checked(room: FeedRoom) -> Check:
            async with free:
                try:
                    await self._read(room, await self._asked(room, State()), 1)
                except (_NotNow, _Gone) as error:
                    return Check(what=f"{room.shown} can be read", is_well=False, mend=f"{error} {_MEND}")
                return Check(what=f"{room.shown} can be read", is_well=True)

        tasks = [asyncio.create_task(checked(FeedRoom.of(room))) for room in rooms[:MOST_FEEDS]]
        if tasks:
            await asyncio.wait(tasks, timeout=self.seconds_for_a_check)
        asked = [task.result() for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if len(asked) < len(tasks):
            asked.append(Check(what=f"{len(tasks) - len(asked)} more did not answer in this time", is_well=True))
        return (*self._checked_settings(len(rooms)), *asked)

    def _checked_settings(self, feeds: int) -> Sequence[Check]:
        is_number = self._minutes.isascii() and self._minutes.isdigit()
        is_well = is_number and _MINUTES[0] <= int(self._minutes[:6]) <= _MINUTES[1]
        minutes = Check(
            what="Minutes between two looks at a feed",
            is_well=is_well,
            mend="" if is_well else f"It has to be a whole number from 5 to 1440; {self._every // 60} is taken.",
        )
        if feeds <= MOST_FEEDS:
            return (minutes,)
        mend = f"The first {MOST_FEEDS:,} are looked at and the others are not: stop following some."
        return (minutes, Check(what=f"At most {MOST_FEEDS:,} feeds are followed", is_well=False, mend=mend))

    async def close(self) -> None:
        """Nothing stays open between two looks."""

"""Blogs that may be asked, a time that tests let pass, and an adapter that looks so often as it is told to."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from alongside.bridges.adapters.feed import Feed
from alongside.bridges.port import Arrived, Batch, Event, RoomSeen, Said
from alongside.kit import clock, guarded_http
from alongside.kit.guarded_http import WayOut
from alongside.kit.public_addresses import AllowedHosts
from tests.bridges.feed.blog import Blog
from tests.kit.outside import going_out


class Everywhere(AllowedHosts):
    """This machine's servers stand for the internet."""

    def may_reach(self, host: str, address: object, port: int) -> bool:
        return True


@pytest.fixture
def blogs() -> Iterator[Callable[..., Blog]]:
    started: list[Blog] = []

    def start(**about: object) -> Blog:
        started.append(Blog(**about))  # type: ignore[arg-type]
        return started[-1]

    with going_out():
        guarded_http.go_by(WayOut(Everywhere()))
        yield start
    for blog in started:
        blog.close()


@pytest.fixture
def blog(blogs: Callable[..., Blog]) -> Blog:
    return blogs()


@dataclass
class Time:
    now: datetime = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    def passes(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    return time


class Enough(Exception):
    pass


@dataclass
class Rooms:
    """What the core knows: the rooms that are followed, for so many rounds."""

    followed: list[str]
    rounds: int = 1
    calls: int = 0

    def rooms(self) -> Sequence[str]:
        self.calls += 1
        if self.calls > self.rounds + 1:
            raise Enough
        return self.followed

    def seal(self, text: str) -> str:
        return text

    def unseal(self, sealed: str) -> str | None:
        return sealed


class Quickly(Feed):
    seconds_between_rounds: ClassVar[float] = 0.0


@dataclass
class Looked:
    batches: list[Batch] = field(default_factory=list)
    cursor: str = ""

    @property
    def arrived(self) -> list[Arrived]:
        return [one for batch in self.batches for one in batch.arrived]

    @property
    def events(self) -> list[Event]:
        return [one.event for one in self.arrived]

    @property
    def said(self) -> list[Said]:
        return [event for event in self.events if isinstance(event, Said)]

    @property
    def rooms(self) -> list[RoomSeen]:
        return [event for event in self.events if isinstance(event, RoomSeen)]


def look(*rooms: str, cursor: str = "", rounds: int = 1, **settings: str) -> Looked:
    """So many rounds, as the core would go through them: the cursor of each batch is kept."""
    looked = Looked(cursor=cursor)

    async def listen() -> None:
        async for batch in Quickly(settings, Rooms(list(rooms), rounds)).listen(cursor):
            looked.batches.append(batch)
            looked.cursor = batch.cursor or looked.cursor

    with pytest.raises(Enough):
        asyncio.run(listen())
    return looked

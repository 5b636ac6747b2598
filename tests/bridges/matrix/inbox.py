"""What the core does with an adapter, as far as an adapter can see it: an inbox that takes each thing in once."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from cryptography.fernet import Fernet, InvalidToken

from alongside.bridges.adapters.matrix import Matrix
from alongside.bridges.port import (
    Anything,
    Batch,
    Check,
    InvitedIn,
    Permanent,
    Post,
    PutOut,
    Said,
    Sent,
    Temporary,
    decoded,
    encoded,
)
from tests.bridges.matrix.proxy import Loop

E = TypeVar("E")


class Known:
    def __init__(self) -> None:
        self._key = Fernet(Fernet.generate_key())
        self._rooms: set[str] = set()

    def follow(self, event: Anything) -> None:
        if isinstance(event, InvitedIn):
            self._rooms.add(event.room)
        elif isinstance(event, PutOut):
            self._rooms.discard(event.room)

    def rooms(self) -> Sequence[str]:
        return sorted(self._rooms)

    def seal(self, text: str) -> str:
        return self._key.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str | None:
        try:
            return self._key.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


class Inbox:
    """One connection, over as many starts as a test wants."""

    def __init__(self, loop: Loop, settings: Mapping[str, str], *, wait: float = 2.0) -> None:
        self._loop = loop
        self._settings = settings
        self._wait = wait
        self.known = Known()
        self.cursor = ""
        self.events: list[Anything] = []
        self.repeats = 0
        self.problem: Exception | None = None
        self._taken: set[tuple[str, str]] = set()
        self._task: asyncio.Task[None] | None = None
        self.adapter = self._made()

    def _made(self) -> Matrix:
        return Matrix(self._settings, self.known, wait=self._wait)

    def start(self) -> None:
        self._task = self._loop.run(self._begun())

    async def _begun(self) -> asyncio.Task[None]:
        return asyncio.create_task(self._listen())

    @staticmethod
    async def _cancel(task: asyncio.Task[None]) -> None:
        task.cancel()
        await asyncio.wait([task])

    def stop(self) -> None:
        """Cut off in the middle, as a process that is killed: what it holds in memory is gone."""
        if self._task is not None:
            self._loop.run(self._cancel(self._task))
            self._task = None
        self._loop.run(self.adapter.close())
        self.adapter = self._made()

    def close(self) -> None:
        self.stop()
        self._loop.run(self.adapter.close())

    async def _listen(self) -> None:
        while True:
            try:
                async for batch in self.adapter.listen(self.cursor):
                    self._take(batch)
            except Temporary as problem:
                self.problem = problem
                await asyncio.sleep(0.2)
            except Permanent as problem:
                self.problem = problem
                return
            except Exception as problem:
                self.problem = problem
                raise

    def _take(self, batch: Batch) -> None:
        for one in batch.arrived:
            assert len(one.remote_id) <= 300
            assert len(one.version) <= 100
            if (one.remote_id, one.version) in self._taken:
                self.repeats += 1
                continue
            self._taken.add((one.remote_id, one.version))
            event = decoded(encoded(one.event))
            assert event == one.event
            self.events.append(event)
            self.known.follow(event)
        self.cursor = batch.cursor or self.cursor

    def send(self, post: Post) -> Sent:
        return self._loop.run(self.adapter.send(post))

    def thread(self, room: str, context: str) -> Sequence[Said]:
        return self._loop.run(self.adapter.thread(room, context))

    def check(self) -> Sequence[Check]:
        return self._loop.run(self.adapter.check())

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def until(self, found: Callable[[], Any], seconds: float = 20) -> Any:
        """Wait until something is so, and return it."""
        ends = time.monotonic() + seconds
        while not (value := found()):
            if time.monotonic() > ends:
                raise AssertionError(f"It did not come. There came: {self.events[-12:]}; problem: {self.problem!r}")
            time.sleep(0.03)
        return value

    def said(self, text: str) -> Said:
        """The newest message with these words in it, once it is here."""
        found: Said = self.until(lambda: next((one for one in reversed(self.of(Said)) if text in one.text), None))
        return found

"""An adapter that listens, with an inbox as the core has one: what came stands in it before Slack hears so."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from cryptography.fernet import Fernet

from alongside.bridges.adapters.slack import Slack
from alongside.bridges.port import Anything, Arrived, InvitedIn, Post, PutOut, Sent
from alongside.kit.sealing import Sealing

T = TypeVar("T", bound=Anything)
PATIENCE = 8.0


class Knows:
    """What the core would tell the adapter."""

    def __init__(self, rooms: Sequence[str] = ()) -> None:
        self._rooms = list(rooms)
        self._sealing = Sealing([Fernet.generate_key().decode()])

    def rooms(self) -> list[str]:
        return list(self._rooms)

    def follow(self, event: Anything) -> None:
        if isinstance(event, InvitedIn) and event.room not in self._rooms:
            self._rooms.append(event.room)
        if isinstance(event, PutOut) and event.room in self._rooms:
            self._rooms.remove(event.room)

    def seal(self, text: str) -> str:
        return self._sealing.token(text, "test")

    def unseal(self, sealed: str) -> str | None:
        return self._sealing.text_of(sealed, "test")


class Hearing:
    """Listens in a loop of its own until it is closed or the line breaks."""

    def __init__(self, settings: Mapping[str, str], known: Knows | None = None, *, waits: bool = True) -> None:
        self.known = known or Knows()
        self.adapter = Slack(settings, self.known)
        self.arrived: list[Arrived] = []
        self.error: BaseException | None = None
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self._seen: set[tuple[str, str]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listening = asyncio.run_coroutine_threadsafe(self._listen(), self._loop) if waits else None

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _listen(self) -> None:
        try:
            async for batch in self.adapter.listen(""):
                await asyncio.to_thread(self.may_go_on.wait)
                for one in batch.arrived:
                    # As in the inbox: the same (id, version) is taken in once.
                    if (one.remote_id, one.version) not in self._seen:
                        self._seen.add((one.remote_id, one.version))
                        self.arrived.append(one)
                        self.known.follow(one.event)
        except Exception as error:
            self.error = error
            raise

    def of(self, kind: type[T]) -> list[T]:
        return [one.event for one in list(self.arrived) if isinstance(one.event, kind)]

    def until(self, is_so: Callable[[], Any], what: str = "") -> Any:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := is_so():
                return found
            time.sleep(0.01)
        raise AssertionError(what or f"It never came; what did: {[one.event for one in self.arrived]}, {self.error!r}")

    def the(self, kind: type[T], is_it: Callable[[T], bool] = lambda _event: True) -> T:
        """The newest event of a kind, as soon as there is one."""
        found: T = self.until(lambda: next((one for one in reversed(self.of(kind)) if is_it(one)), None), kind.__name__)
        return found

    def settle(self, seconds: float = 0.3) -> None:
        """For what must not come: as long as things that do come take several times over."""
        time.sleep(seconds)

    def send(self, post: Post) -> Sent:
        sent: Sent = self.run(self.adapter.send(post))
        return sent

    def close(self) -> None:
        """As when a process ends in the middle of what it does."""
        if self._loop.is_closed():
            return
        if self._listening is not None:
            self._listening.cancel()
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end(self) -> None:
        await asyncio.sleep(0.05)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        self.may_go_on.set()
        await asyncio.gather(*others, return_exceptions=True)
        await self.adapter.close()
        await self._loop.shutdown_asyncgens()

"""An adapter that listens, as the core lets it: in a loop of its own, from the last cursor on, again when a line broke."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from alongside.bridges.adapters.mail import Mail
from alongside.bridges.port import Arrived, Event, Said, Temporary

_T = TypeVar("_T")
_E = TypeVar("_E", bound=Event)


class KnownRooms:
    def __init__(self, *rooms: str) -> None:
        self._rooms = rooms

    def rooms(self) -> tuple[str, ...]:
        return self._rooms

    def seal(self, text: str) -> str:
        return f"sealed by this test {text}"

    def unseal(self, sealed: str) -> str | None:
        return sealed


class Running:
    """`arrived`: what came, each (remote id, version) once, as the core's inbox holds it."""

    def __init__(self, settings: Mapping[str, str], *rooms: str, cursor: str = "") -> None:
        self.mail = Mail(settings, KnownRooms(*rooms))
        self.cursor = cursor
        self.arrived: dict[tuple[str, str], Arrived] = {}
        self.deliveries = 0
        self.breaks = 0
        self.failure: BaseException | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listening: Any = None

    def start(self) -> "Running":
        self._listening = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        self.wait(lambda: self.cursor != "")
        return self

    async def _listen(self) -> None:
        while True:
            try:
                async for batch in self.mail.listen(self.cursor):
                    self.deliveries += len(batch.arrived)
                    for arrived in batch.arrived:
                        self.arrived.setdefault((arrived.remote_id, arrived.version), arrived)
                    self.cursor = batch.cursor or self.cursor
            except Temporary:
                self.breaks += 1
                await asyncio.sleep(0.2)
            except Exception as error:  # noqa: BLE001
                self.failure = error
                return

    def do(self, what: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(60)

    def events(self, kind: type[_E]) -> list[_E]:
        return [one.event for one in list(self.arrived.values()) if isinstance(one.event, kind)]

    def said(self) -> list[Said]:
        return self.events(Said)

    def wait_for_said(self, words: str, seconds: float = 20) -> Said:
        self.wait(lambda: any(words in one.text for one in self.said()), seconds)
        return next(one for one in self.said() if words in one.text)

    def wait(self, until: Callable[[], object], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not until():
            if self.failure:
                raise self.failure
            assert time.monotonic() < end, f"waited in vain; arrived: {list(self.arrived)}"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        self.do(self.mail.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

"""A web server with one address, at which `Slack.receive` is asked what to say."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from aiohttp import web

from alongside.bridges.adapters.slack import Slack
from alongside.bridges.port import Anything, Arrived
from tests.bridges.slack.hearing import PATIENCE, Knows

T = TypeVar("T", bound=Anything)


class Listener:
    def __init__(self, settings: Mapping[str, str], known: Knows) -> None:
        self._settings, self.known = settings, known
        self.arrived: list[Arrived] = []
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(PATIENCE)

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_post("/slack", self._receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack"

    async def _receive(self, request: web.Request) -> web.Response:
        got = Slack.receive(self._settings, self.known, dict(request.headers), await request.read())
        for one in got.arrived:
            if one not in self.arrived:
                self.arrived.append(one)
                self.known.follow(one.event)
        return web.Response(status=got.status, body=got.body, content_type=got.content_type)

    def of(self, kind: type[T]) -> list[T]:
        return [one.event for one in list(self.arrived) if isinstance(one.event, kind)]

    def until(self, is_so: Callable[[], Any]) -> Any:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := is_so():
                return found
            time.sleep(0.01)
        raise AssertionError(f"It never came; what did: {self.arrived}")

    def close(self) -> None:
        if self._runner is not None:
            asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

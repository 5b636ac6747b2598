"""What stands between Alongside and a homeserver in tests, and lets lines break, answers get lost, and syncs come twice."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import ClientError, ClientSession, ClientTimeout, web

T = TypeVar("T")
_HOP = {"connection", "transfer-encoding", "content-length", "content-encoding", "host", "date", "server"}


class Loop:
    """An event loop in a thread of its own, so that a test can wait without being asynchronous."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, what: Coroutine[Any, Any, T], timeout: float = 60) -> T:
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(timeout)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()


class Proxy:
    def __init__(self, loop: Loop, target: str) -> None:
        self._loop = loop
        self._target = target
        self._failing = 0
        self._retry_after = 0.0
        self._swallowing = 0
        self._answer_for: Callable[[str, str], int | None] = lambda _method, _path: None
        self._last_sync: bytes = b""
        self._is_repeating = False
        self._open: set[asyncio.Task[Any]] = set()
        self.asked: list[tuple[str, str]] = []
        self.address = loop.run(self._start())

    async def _start(self) -> str:
        self._session = ClientSession(timeout=ClientTimeout(total=120), auto_decompress=True)
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{rest:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    def close(self) -> None:
        self._loop.run(self._stop())

    async def _stop(self) -> None:
        for task in list(self._open):
            task.cancel()
        await self._session.close()
        await self._runner.cleanup()

    # How it fails.
    def fail_sends(self, times: int, retry_after: float = 0.0) -> None:
        self._failing, self._retry_after = times, retry_after

    def swallow_answer(self, times: int = 2) -> None:
        """Twice: a client asks once more by itself when a line breaks that was open before."""
        self._swallowing = times

    def repeat_last(self) -> None:
        """The next sync is answered with the last one that held something, once more."""
        self._is_repeating = True

    def cut(self) -> None:
        self._loop.run(self._cut())

    async def _cut(self) -> None:
        for task in list(self._open):
            task.cancel()

    def answer(self, how: Callable[[str, str], int | None]) -> None:
        """A status for what is asked (method, path), instead of the homeserver's answer; None leaves it alone."""
        self._answer_for = how

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            return await self._answered(request)
        except asyncio.CancelledError:
            self._break(request)
            raise
        finally:
            self._open.discard(task)

    @staticmethod
    def _break(request: web.Request) -> None:
        if request.transport is not None:
            request.transport.abort()

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path))
        is_send = request.method == "PUT" and "/send/m.room.message/" in request.path
        if is_send and self._failing > 0:
            self._failing -= 1
            problem = {
                "errcode": "M_LIMIT_EXCEEDED",
                "error": "Too Many Requests",
                "retry_after_ms": int(self._retry_after * 1000),
            }
            return web.json_response(problem, status=429)
        if (status := self._answer_for(request.method, request.path)) is not None:
            return web.Response(status=status, text="<html>from somewhere in between</html>", content_type="text/html")
        is_sync = request.path.endswith("/sync")
        if is_sync and self._is_repeating and self._last_sync:
            self._is_repeating = False
            return web.Response(body=self._last_sync, content_type="application/json")
        status, headers, body = await self._forwarded(request)
        if is_sync and b'"event_id"' in body:
            self._last_sync = body
        if is_send and self._swallowing > 0:
            self._swallowing -= 1
            self._break(request)
        return web.Response(status=status, headers=headers, body=body)

    async def _forwarded(self, request: web.Request) -> tuple[int, dict[str, str], bytes]:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        data = await request.read()
        try:
            async with self._session.request(
                request.method, self._target + request.raw_path, data=data, headers=headers, allow_redirects=False
            ) as found:
                kept = {name: value for name, value in found.headers.items() if name.lower() not in _HOP}
                return found.status, kept, await found.read()
        except (ClientError, OSError):
            with contextlib.suppress(Exception):
                self._break(request)
            return 502, {}, b"<html>Bad Gateway</html>"

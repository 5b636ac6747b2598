"""Socket Mode: the line on which Slack sends, and on which what arrived safely is acknowledged.

slack-sdk opens it and knows its envelopes. Its own client of the line reads ahead without end, starts a task for
every envelope and tries for ever what will never work again; here one envelope waits for the other, what is not
taken stays with Slack, and an error ends the line for the core to see.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from alongside.bridges.adapters.slack.calls import Calls, Expired
from alongside.bridges.port import Permanent, Temporary
from alongside.kit.json_fields import Record, record_of, text_of

# Slack pings more often than this; a line on which nothing at all comes is dead.
_SILENCE = 75.0
_HELLO = 15.0
# A line that held so long broke by chance; Slack sends again what it could not deliver meanwhile.
_HELD = 10.0
_LARGEST = 4 * 1024 * 1024
_RENEW = frozenset({"warning", "refresh_requested", "too_many_websockets"})
TURNED_OFF = "Slack: Socket Mode is off. Switch it on under Settings, Socket Mode, or connect with a signing secret."

Socket = aiohttp.ClientWebSocketResponse


@dataclass(frozen=True, slots=True)
class Envelope:
    """What came, and the line on which it did."""

    request: SocketModeRequest
    socket: Socket


class Line:
    """Puts envelopes into `into`, in order; then the error by which it ended."""

    def __init__(self, calls: Calls, app_token: str, into: "asyncio.Queue[Any]") -> None:
        self._calls, self._app_token, self._into = calls, app_token, into
        self._sockets: list[Socket] = []
        self._readers: set[asyncio.Task[None]] = set()
        self._opened_at = 0.0
        self.app = ""

    async def open(self) -> None:
        """A new line; earlier ones are read on until Slack closes them. Raises Temporary and Permanent."""
        answer = await self._calls("apps.connections.open", token=self._app_token)
        try:
            socket = await self._calls.session.ws_connect(
                text_of(answer.get("url")), heartbeat=_SILENCE / 2, max_msg_size=_LARGEST, autoping=True
            )
            hello = _record(await socket.receive(timeout=_HELLO))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # Its message would hold the address, and that a ticket.
            raise Temporary(f"Slack's socket could not be opened ({type(error).__name__}).") from None
        if hello.get("type") != "hello":
            await socket.close()
            _refuse(hello)
        self.app = text_of(record_of(hello.get("connection_info")).get("app_id"))
        self._sockets.append(socket)
        self._opened_at = time.monotonic()
        reader = asyncio.ensure_future(self._read(socket))
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)

    async def _read(self, socket: Socket) -> None:
        try:
            while True:
                message = await socket.receive(timeout=_SILENCE)
                if message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED}:
                    break
                if message.type is aiohttp.WSMsgType.ERROR:
                    break
                await self._take(_record(message), socket)
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass
        except (Temporary, Permanent) as error:
            await self._into.put(error)
            return
        await self._ended(socket)

    async def _take(self, given: Record, socket: Socket) -> None:
        if given.get("type") == "disconnect":
            if text_of(given.get("reason")) not in _RENEW:
                _refuse(given)
            await self.open()  # before the old one ends, so that nothing falls between
            return
        request = _request(given)
        if request is not None:
            await self._into.put(Envelope(request, socket))

    async def _ended(self, socket: Socket) -> None:
        """The last one that breaks after a while is opened again at once; one that does not hold is an error."""
        await socket.close()
        if socket in self._sockets:
            self._sockets.remove(socket)
        if self._sockets:
            return
        if time.monotonic() - self._opened_at < _HELD:
            await self._into.put(Temporary("Slack's socket was closed."))
            return
        try:
            await self.open()
        except (Temporary, Permanent, Expired) as error:
            await self._into.put(error)

    async def acknowledge(self, envelopes: list[Envelope]) -> None:
        """What cannot be said any more Slack sends again; it is known then."""
        for envelope in envelopes:
            sockets = [envelope.socket, *reversed(self._sockets)]
            socket = next((one for one in sockets if not one.closed), None)
            if socket is not None:
                answer = SocketModeResponse(envelope_id=envelope.request.envelope_id).to_dict()
                try:
                    await socket.send_str(json.dumps(answer))
                except (aiohttp.ClientError, OSError):
                    continue

    async def close(self) -> None:
        for reader in list(self._readers):
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        for socket in self._sockets:
            await socket.close()
        self._sockets.clear()


def _record(message: aiohttp.WSMessage) -> Record:
    if message.type is not aiohttp.WSMsgType.TEXT:
        return {}
    try:
        return record_of(json.loads(message.data))
    except (ValueError, RecursionError):
        return {}


def _request(given: Record) -> SocketModeRequest | None:
    if not isinstance(given.get("envelope_id"), str) or not isinstance(given.get("payload"), dict):
        return None
    return SocketModeRequest.from_dict(given)


def _refuse(given: Record) -> None:
    if given.get("reason") == "link_disabled":
        raise Permanent(TURNED_OFF, is_of_connection=True)
    raise Temporary(f"Slack closed the socket ({text_of(given.get('reason')) or 'without a reason'}).")

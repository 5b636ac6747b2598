"""A pretended Slack: a workspace with people and channels, its Web API, Socket Mode and signed HTTP, on loopback.

slack-sdk talks to it through `base_url`, and so judges it; what it answers and sends is held against Slack's own samples
and specification (test_workspace.py). Everything happens in one loop of its own; verbs wait until they are done.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import WSMsgType, web
from slack_sdk.signature import SignatureVerifier

from alongside.bridges.adapters.slack.manifest import SCOPES
from tests.bridges.slack import shapes
from tests.bridges.slack.shapes import Record
from tests.bridges.slack.web_api import No, WebApi

BOT_TOKEN = "xoxb-pretended-bot"
APP_TOKEN = "xapp-pretended-app"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
WRITES = frozenset({"chat.postMessage", "chat.postEphemeral", "conversations.open", "views.open", "views.publish"})


class Workspace:
    def __init__(self) -> None:
        self.domain = "tarnbrook"
        self.people: dict[str, Record] = {shapes.BOT: shapes.our_user()}
        self.channels: dict[str, Record] = {}
        self.members: dict[str, list[str]] = {}
        self.messages: dict[str, list[Record]] = {}
        self.direct: dict[str, str] = {}
        self.whispers: list[Record] = []
        self.homes: dict[str, Record] = {}
        self.views: list[tuple[str, Record]] = []
        self.triggers: dict[str, str] = {}
        self.reply_uses: dict[str, tuple[str, str, int]] = {}
        self.scopes = set(SCOPES)
        self.tokens = {BOT_TOKEN, APP_TOKEN}
        self.is_socket_mode = True
        self.request_url = ""
        # What it answered and sent, for those who judge it; what it was asked, for those who count.
        self.answers: list[tuple[str, Record]] = []
        self.sent: list[Record] = []
        self.asked: list[tuple[str, Record]] = []
        self.api = WebApi(self)
        self.origin = ""
        self._failures: list[tuple[str, float]] = []
        self._limits: dict[str, float] = {}
        self._swallow = False
        self._tickets: set[str] = set()
        self._going: set[asyncio.Future[None]] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._unacknowledged: dict[str, Record] = {}
        self._last: Record | None = None
        self._held: list[Record] | None = None
        self._number = 0
        self._stamp = int(time.time() * 1_000_000)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner: web.AppRunner | None = None
        self.run(self._start())

    # ---------------------------------------------------------------- the machine

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=20)

    async def _start(self) -> None:
        app = web.Application(client_max_size=5_000_000)
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_get("/link/", self._link)
        app.router.add_post("/respond/{number}", self._respond)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def close(self) -> None:
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        for socket in list(self._sockets):
            await socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"{self.origin}/api/"

    # ---------------------------------------------------------------- what a client calls

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _arguments(request)
        self.asked.append((method, given))
        headers = {"x-oauth-scopes": ",".join(sorted(self.scopes))}
        if method in WRITES and self._failures:
            error, after = self._failures.pop(0)
            status = 429 if error == "ratelimited" else 503
            more = {"Retry-After": f"{after:g}"} if error == "ratelimited" else {}
            return web.json_response({"ok": False, "error": error}, status=status, headers={**headers, **more})
        if method in self._limits:
            headers["Retry-After"] = f"{self._limits.pop(method):g}"
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        try:
            answer = {"ok": True, **self._answer(method, given, request)}
        except No as no:
            answer = no.more
        self.answers.append((method, json.loads(json.dumps(answer))))
        if method in WRITES and self._swallow:
            self._swallow = False
            if request.transport is not None:
                request.transport.abort()
        return web.json_response(answer, headers=headers)

    def _answer(self, method: str, given: Record, request: web.Request) -> Record:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip() or given.get("token", "")
        if not token:
            raise No("not_authed")
        if token not in self.tokens:
            raise No("token_revoked" if token in {BOT_TOKEN, APP_TOKEN} else "invalid_auth")
        if (method == "apps.connections.open") != token.startswith("xapp-"):
            raise No("not_allowed_token_type")
        if method not in self.api.methods:
            raise No("unknown_method")
        return self.api.methods[method](given)

    async def _respond(self, request: web.Request) -> web.Response:
        """An answering address: five times, half an hour."""
        url = f"{self.origin}/respond/{request.match_info['number']}"
        account, channel, uses = self.reply_uses.get(url, ("", "", 0))
        if uses <= 0:
            return web.json_response({"ok": False, "error": "used_url" if account else "expired_url"}, status=404)
        self.reply_uses[url] = (account, channel, uses - 1)
        given = await request.json()
        assert given["response_type"] == "ephemeral"
        self.whisper(account, channel, self.api.blocks(given), given.get("thread_ts", ""))
        return web.Response(text="ok")

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        if request.query.get("ticket") not in self._tickets:
            raise web.HTTPUnauthorized
        self._tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse(heartbeat=5)
        await socket.prepare(request)
        hello = {
            "type": "hello",
            "num_connections": len(self._sockets) + 1,
            "debug_info": {"host": "pretended", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": shapes.APP},
        }
        await socket.send_str(json.dumps(hello))
        self._sockets.append(socket)
        for envelope in list(self._unacknowledged.values()):
            again = {"retry_attempt": envelope.get("retry_attempt", 0) + 1, "retry_reason": "timeout"}
            await self._to_socket({**envelope, **(again if envelope.pop("was_sent", False) else {})})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._unacknowledged.pop(json.loads(message.data).get("envelope_id", ""), None)
        finally:
            if socket in self._sockets:
                self._sockets.remove(socket)
        return socket

    # ---------------------------------------------------------------- what it keeps

    def new_stamp(self) -> str:
        self._stamp = max(self._stamp + 100, int(time.time() * 1_000_000))
        return f"{self._stamp // 1_000_000}.{self._stamp % 1_000_000:06d}"

    def _count(self) -> int:
        self._number += 1
        return self._number

    def new_ticket(self) -> str:
        ticket = f"ticket-{self._count()}"
        self._tickets.add(ticket)
        return ticket

    def direct_with(self, account: str) -> str:
        return self.direct.setdefault(account, f"D0{account[2:]}")

    def shown(self, message: Record, *, has_metadata: bool = False) -> Record:
        """As the Web API gives it: a root says how many answered."""
        channel = next(
            name for name, messages in self.messages.items() if any(m["ts"] == message["ts"] for m in messages)
        )
        replies = [one for one in self.messages[channel] if one.get("thread_ts") == message["ts"] != one["ts"]]
        shown = {key: value for key, value in message.items() if key != "metadata" or has_metadata}
        if replies:
            people = list(dict.fromkeys(one["user"] for one in replies))
            counts = {"reply_count": len(replies), "reply_users": people, "reply_users_count": len(people)}
            shown |= {"thread_ts": message["ts"], **counts, "latest_reply": replies[-1]["ts"], "subscribed": False}
        elif message.get("thread_ts", message["ts"]) != message["ts"]:
            root = next((one for one in self.messages[channel] if one["ts"] == message["thread_ts"]), None)
            shown |= {"parent_user_id": root["user"]} if root else {}
        return shown

    def add_ours(self, channel: str, given: Record, blocks: list[Record]) -> Record:
        """Slack tells an app what it said itself, too."""
        message = {
            "type": "message",
            "user": shapes.BOT,
            "bot_id": shapes.BOT_ID,
            "bot_profile": shapes.bot_profile(),
            "team": shapes.TEAM,
            "text": given.get("text", ""),
            "ts": self.new_stamp(),
            "blocks": blocks,
            **({"metadata": given["metadata"]} if "metadata" in given else {}),
            **({"thread_ts": given["thread_ts"]} if given.get("thread_ts") else {}),
        }
        self.messages.setdefault(channel, []).append(message)
        self._emit_message(channel, message)
        return message

    def whisper(self, account: str, channel: str, blocks: list[Record], thread: str, text: str = "") -> None:
        # In what nobody answered yet there is no thread to show it in.
        is_shown = not thread or any(
            one.get("thread_ts") == thread and one["ts"] != thread for one in self.messages.get(channel, [])
        )
        if is_shown:
            at = self.new_stamp()
            where = {"user": account, "channel": channel, "thread_ts": thread, "ts": at}
            self.whispers.append({**where, "blocks": blocks, "in_words": text})

    def open_view(self, account: str, view: Record) -> Record:
        opened = {**view, "id": f"V{self._count():09d}", "state": {"values": {}}}
        self.views.append((account, opened))
        return opened

    # ---------------------------------------------------------------- what it sends

    def _emit_message(self, channel: str, message: Record, **more: Any) -> None:
        kind = "im" if channel.startswith("D") else "group" if self.channels[channel]["is_private"] else "channel"
        event = {**message, "channel": channel, "channel_type": kind, "event_ts": message["ts"], **more}
        is_heard = channel.startswith("D") or shapes.BOT in self.members[channel]
        if is_heard:
            self.emit(event)
        if is_heard and f"<@{shapes.BOT}>" in message.get("text", "") and "subtype" not in message and kind != "im":
            kept = ("user", "text", "ts", "team", "thread_ts", "client_msg_id")
            mention = {key: message[key] for key in kept if key in message}
            self.emit({"type": "app_mention", **mention, "channel": channel, "event_ts": message["ts"]})

    def emit(self, event: Record) -> None:
        """From within the loop."""
        event = {"event_ts": self.new_stamp(), **event}
        where = event.get("channel")
        channel = self.channels.get(where if isinstance(where, str) else "", {})
        payload = shapes.wrapper(event, self._count(), is_shared=bool(channel.get("is_ext_shared")))
        self._deliver("events_api", payload)

    def _deliver(self, kind: str, payload: Record) -> None:
        self.sent.append(json.loads(json.dumps(payload)))
        envelope: Record = {
            "envelope_id": f"env-{self._count()}",
            "type": kind,
            "payload": payload,
            "accepts_response_payload": False,
        }
        if self._held is not None:
            self._held.append(envelope)
            return
        self._last = envelope
        if self.is_socket_mode:
            self._unacknowledged[envelope["envelope_id"]] = envelope
        going = self._to_socket(envelope) if self.is_socket_mode else self._to_http(envelope)
        task = asyncio.ensure_future(going)
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def _to_socket(self, envelope: Record) -> None:
        sockets = [one for one in self._sockets if not one.closed]
        if sockets:
            kept = self._unacknowledged.get(envelope["envelope_id"])
            if kept is not None:
                kept["was_sent"] = True
            try:
                await sockets[-1].send_str(json.dumps({k: v for k, v in envelope.items() if k != "was_sent"}))
            except (ConnectionError, aiohttp.ClientError):
                return

    async def _to_http(self, envelope: Record, retry: int = 0) -> None:
        headers, body = self.signed(envelope, retry=retry)
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.request_url, data=body, headers=headers) as answer,
        ):
            if answer.status != 200 and retry < 3:
                await self._to_http(envelope, retry + 1)

    def signed(self, envelope: Record, *, at: float | None = None, retry: int = 0) -> tuple[dict[str, str], bytes]:
        """What Slack would post: JSON for events, a form for the rest."""
        if envelope["type"] == "events_api":
            kind, body = "application/json", json.dumps(envelope["payload"])
        elif envelope["type"] == "interactive":
            kind, body = "application/x-www-form-urlencoded", urlencode({"payload": json.dumps(envelope["payload"])})
        else:
            kind, body = "application/x-www-form-urlencoded", urlencode(envelope["payload"])
        return sign(body.encode(), kind, at=at, retry=retry), body.encode()

    def now(self, work: Callable[[], Any]) -> Any:
        """Does it in the loop, and waits."""

        async def done() -> Any:
            return work()

        return self.run(done())


def sign(body: bytes, kind: str = "application/json", *, at: float | None = None, retry: int = 0) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(SIGNING_SECRET).generate_signature(timestamp=stamp, body=body)
    again = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_error"} if retry else {}
    return {"X-Slack-Signature": str(signature), "X-Slack-Request-Timestamp": stamp, "Content-Type": kind, **again}


async def _arguments(request: web.Request) -> Record:
    text = await request.text()
    if request.content_type == "application/json":
        given = json.loads(text)
        assert isinstance(given, dict)
        return given
    if request.content_type.startswith("multipart/"):
        return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return dict(parse_qsl(text)) | dict(request.query)

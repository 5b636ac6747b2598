"""Slack, over its socket and over signed HTTP, by the fake; Matrix, by a real Synapse."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import aiohttp

from alongside.bridges.adapters.matrix import Matrix
from alongside.bridges.adapters.slack import Slack
from tests.bridges.matrix.harness import MatrixHarness
from tests.bridges.matrix.proxy import Loop
from tests.bridges.matrix.synapse import Synapse, quoted
from tests.bridges.slack.harness import SlackHarness
from tests.bridges.slack.shapes import Record
from tests.bridges.slack.verbs import Verbs
from tests.bridges.slack.workspace import BOT_TOKEN, SIGNING_SECRET
from tests.soak.lines import Network
from tests.soak.places import OverHarness, Seen, until

PATIENCE_OF_SLACK = 60.0


class SlackPlace(OverHarness):
    """Over Socket Mode. The address by which it calls itself is that of the network in front of it."""

    _is_holding = False
    _times = 0

    def __init__(self, loop: Loop, seed: int, slack: Verbs | None = None) -> None:
        harness = SlackHarness(slack)
        network = Network(loop, int(harness.slack.origin.rsplit(":", 1)[1]), seed)
        super().__init__(harness, Slack.can, [network])
        harness.slack.origin = f"http://127.0.0.1:{network.port}"
        self.slack: Verbs = harness.slack

    def ready(self) -> None:
        until(self.slack.is_connected, "Slack is not connected")

    def say_to_us(self, account: str, text: str) -> None:
        """By a message to it, or by its command in the room: answered there, for one alone."""
        self._times += 1
        if self._times % 2:
            super().say_to_us(account, text)
        else:
            self.harness.command(account, self.rooms[0], text)

    def is_at(self, cursor: str) -> bool:
        """There is no cursor: what was not acknowledged comes again."""
        return not cursor and self.slack.unacknowledged() == 0

    def troubles(self) -> Sequence[Callable[[], None]]:
        return [*super().troubles(), self.harness.cut, self.slack.renew, self._hold, self._hold]

    def _hold(self) -> None:
        if not self._is_holding:
            self._is_holding = True
            self.slack.hold()

    def be_fine(self) -> None:
        super().be_fine()
        if self._is_holding:
            self._is_holding = False
            self.slack.release(is_reversed=True)


class Hooking(Verbs):
    """Slack over HTTP: what is not taken is sent again, later and later, and so comes out of order."""

    going = 0

    def repeat_last(self) -> None:
        """Not waited for: while nobody takes it, it is sent again for longer than anybody waits here."""

        async def again() -> None:
            assert self._last is not None
            envelope = {**self._last, "retry_attempt": 1, "retry_reason": "timeout"}
            self._again = asyncio.ensure_future(self._to_http(envelope, 1))

        self.run(again())

    async def _to_http(self, envelope: Record, retry: int = 0) -> None:
        self.going += 1
        ends, pause = time.monotonic() + PATIENCE_OF_SLACK, 0.1
        try:
            while time.monotonic() < ends and not await self._is_taken(envelope, retry):
                retry, pause = retry + 1, min(pause * 2, 3.0)
                await asyncio.sleep(pause)
        finally:
            self.going -= 1

    async def _is_taken(self, envelope: Record, retry: int) -> bool:
        headers, body = self.signed(envelope, retry=retry)
        patience = aiohttp.ClientTimeout(total=3)
        try:
            async with (
                aiohttp.ClientSession(timeout=patience) as session,
                session.post(self.request_url, data=body, headers=headers) as answer,
            ):
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False


class HookedSlackPlace(SlackPlace):
    """Another workspace, whose events `alongside serve` takes."""

    def __init__(self, loop: Loop, seed: int) -> None:
        self._hooking = Hooking()
        super().__init__(loop, seed, self._hooking)
        self.name = "slack by http"
        self.slack.is_socket_mode = False

    def settings(self) -> Mapping[str, str]:
        return {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "address": self.slack.api_url}

    def connected(self, hook: str) -> None:
        self.slack.request_url = hook

    def ready(self) -> None:
        return

    def is_at(self, cursor: str) -> bool:
        return not cursor and self._hooking.going == 0

    def troubles(self) -> Sequence[Callable[[], None]]:
        return OverHarness.troubles(self)

    def be_fine(self) -> None:
        OverHarness.be_fine(self)


class MatrixPlace(OverHarness):
    """Alongside's way: the network, then the harness's own proxy, then Synapse. People go to Synapse themselves."""

    rate = 0.7

    def __init__(self, loop: Loop, folder: Path, seed: int) -> None:
        self.synapse = Synapse(folder)
        try:
            self.synapse.start()
            self.matrix = MatrixHarness(self.synapse, loop)
        except BaseException:
            self.synapse.stop()
            raise
        network = Network(loop, int(self.matrix.proxy.address.rsplit(":", 1)[1]), seed)
        super().__init__(self.matrix, Matrix.can, [network])
        self._for_two: dict[str, str] = {}

    def settings(self) -> Mapping[str, str]:
        return {**super().settings(), "homeserver": f"http://127.0.0.1:{self.networks[0].port}"}

    def ready(self) -> None:
        for one in self.people:
            self._for_two[one] = self.matrix.for_two(one)

    def say_to_us(self, account: str, text: str) -> None:
        self.matrix.as_(account).say(self._for_two[account], text)

    def seen(self) -> list[Seen]:
        found = []
        for one in self.people:
            client = self.matrix.as_(one)
            self.matrix.accept(one)
            for room in client.joined():
                members = client.ask("GET", f"/rooms/{quoted(room)}/joined_members")["joined"]
                if room not in self.rooms and set(members) <= {one, self.matrix.us.account}:
                    found += [Seen(one, text) for text in self._of_us(one, room)]
        return found

    def _of_us(self, account: str, room: str) -> list[str]:
        """All of it, page by page."""
        texts: list[str] = []
        start = ""
        while True:
            query = {"dir": "b", "limit": "500", **({"from": start} if start else {})}
            answer = self.matrix.as_(account).ask("GET", f"/rooms/{quoted(room)}/messages", **query)
            for event in answer["chunk"]:
                is_ours = event["type"] == "m.room.message" and event["sender"] == self.matrix.us.account
                if is_ours and event["content"]:
                    texts.append(event["content"]["body"])
            start = answer.get("end", "")
            if not start:
                return texts

    def is_at(self, cursor: str) -> bool:
        kinds = {"types": ["m.room.message", "m.room.redaction"]}
        told = json.dumps({"room": {"timeline": kinds, "state": {"types": []}}})
        answer = self.matrix.us.ask("GET", "/sync", since=cursor, timeout="0", filter=told)
        rooms = answer.get("rooms", {}).get("join", {})
        others = [
            event
            for room in rooms.values()
            for event in room["timeline"]["events"]
            if event["sender"] != self.matrix.us.account
        ]
        return bool(cursor) and not others

    def restart(self) -> bool:
        with self.lock:
            self.synapse.kill()
            self.synapse.start()
            self.restarts += 1
        return True

    def close(self) -> None:
        super().close()
        self.synapse.stop()

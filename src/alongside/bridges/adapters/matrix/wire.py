"""The way to the homeserver: nio asks, and whatever it answers becomes a value, Temporary or Permanent.

What is read comes as the homeserver wrote it, so that an event that nio cannot make anything of costs nothing but
itself. Tokens and passwords go into headers and bodies only: no address, log line or error holds one.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import nio
from aiohttp import ClientError

from alongside.bridges.adapters.matrix.fields import Fields, text_at
from alongside.bridges.port import Permanent, Temporary

V3 = "/_matrix/client/v3"
DEVICE = "ALONGSIDE"
_SHORT = 60
_TOO_MANY = 429
_BROKEN = 500
_REFUSED = 400
_NOT_FOUND = 404
# Nothing works any more until somebody does something about it.
_OF_CONNECTION = frozenset(
    {"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED", "M_USER_SUSPENDED"}
    | {"M_CONSENT_NOT_GIVEN", "M_RESOURCE_LIMIT_EXCEEDED"}
)
_SIGNED_OUT = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"})


class Refusal(Permanent):
    """The homeserver said no. `code`: why, in its own words."""

    def __init__(self, reason: str, *, code: str = "", status: int = 0, is_of_connection: bool = False) -> None:
        super().__init__(reason, is_of_connection=is_of_connection)
        self.code = code
        self.status = status

    @property
    def is_missing(self) -> bool:
        return self.status == _NOT_FOUND or self.code == "M_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Login:
    """`token`, or `password` of `account`."""

    homeserver: str
    account: str = ""
    token: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


class Wire:
    def __init__(self, login: Login, *, device: str = DEVICE) -> None:
        self._login = login
        config = nio.AsyncClientConfig(max_limit_exceeded=0, max_timeouts=0, request_timeout=_SHORT)
        self._client = nio.AsyncClient(login.homeserver.rstrip("/"), login.account, device_id=device, config=config)
        self._entering = asyncio.Lock()
        self.us = ""

    async def enter(self) -> str:
        """Who we are, signed in. Needed once; later calls cost nothing."""
        async with self._entering:
            if not self.us:
                await self._sign_in()
            return self.us

    async def _sign_in(self) -> None:
        if self._login.token:
            self._client.access_token = self._login.token
        elif not self._login.password:
            reason = "Matrix needs an access token or the password of our account: `alongside connect matrix`."
            raise Permanent(reason, is_of_connection=True)
        else:
            await self._ask(lambda: self._client.login(self._login.password, device_name="Alongside"), is_entering=True)
        # nio takes no call for signed in before it knows the account; the answer says which it really is.
        self._client.user_id = self._login.account or "@unknown"
        answer = await self._ask(self._client.whoami, is_entering=True)
        self.us = self._client.user_id = str(answer.user_id)

    async def _again(self, used: str) -> bool:
        """Sign in anew with a password, on the same device: what was sent before is still known as sent."""
        async with self._entering:
            if not self._login.password:
                return False
            if self._client.access_token == used:
                self._client.access_token = ""
                await self._sign_in()
            return True

    async def close(self) -> None:
        await self._client.close()

    async def leave_device(self) -> None:
        """Sign out: for a device that was made for a moment only."""
        if not self._login.token and self._client.access_token:
            await self._ask(self._client.logout)

    # ------------------------------------------------------------ what is read

    async def get(
        self, *path: str, query: Mapping[str, str] | None = None, base: str = V3, wait: float = 0.0
    ) -> Fields:
        return await self._raw("GET", path, base, query or {}, wait=wait)

    async def put(self, *path: str, content: Mapping[str, Any]) -> None:
        await self._raw("PUT", path, V3, {}, content=content)

    async def found(self, *path: str, base: str = V3) -> Fields | None:
        """None for what is not there, or not for us to see."""
        try:
            return await self.get(*path, base=base)
        except Refusal as refusal:
            if refusal.is_of_connection:
                raise
            return None

    async def _raw(
        self,
        method: str,
        path: tuple[str, ...],
        base: str,
        query: Mapping[str, str],
        *,
        content: Mapping[str, Any] | None = None,
        wait: float = 0.0,
        token: str = "",
    ) -> Fields:
        """`wait`: seconds for which the homeserver was asked to hold its answer back. `token`: another than ours."""
        address = f"{base}/{'/'.join(quote(part, safe='') for part in path)}" + (
            f"?{urlencode(query)}" if query else ""
        )
        used = self._client.access_token
        headers = {"Content-Type": "application/json"}
        if token or used:
            headers["Authorization"] = f"Bearer {token or used}"
        data = None if content is None else json.dumps(content)
        try:
            answer = await self._client.send(method, address, data, headers, timeout=_SHORT + wait)
            fields = _fields(await answer.read())
        except (ClientError, TimeoutError, OSError) as reason:
            raise self._away(reason) from None
        if answer.status < _REFUSED:
            return fields
        try:
            raise _problem(answer.status, text_at(fields, "errcode"), text_at(fields, "error"), _retry(fields))
        except Refusal as refusal:
            if refusal.code in _SIGNED_OUT and not token and await self._again(used):
                return await self._raw(method, path, base, query, content=content, wait=wait)
            raise

    async def as_administrator(self, token: str, *path: str) -> Fields:
        return await self._raw("GET", path, "/_synapse/admin", {}, token=token)

    # ------------------------------------------------------------ what is done

    async def say(self, room: str, content: Mapping[str, Any], transaction: str) -> str:
        """The same transaction posts once, on this device, however often it is sent."""
        answer = await self._ask(
            lambda: self._client.room_send(room, "m.room.message", dict(content), transaction), is_sending=True
        )
        return str(answer.event_id)

    async def create_for_two(self, account: str = "") -> str:
        invited = [account] if account else []
        answer = await self._ask(
            lambda: self._client.room_create(
                preset=nio.RoomPreset.trusted_private_chat, is_direct=bool(account), invite=invited
            ),
            is_sending=True,
        )
        return str(answer.room_id)

    async def invite(self, room: str, account: str) -> None:
        await self._ask(lambda: self._client.room_invite(room, account))

    async def join(self, room: str) -> None:
        await self._ask(lambda: self._client.join(room))

    async def leave(self, room: str) -> None:
        await self._ask(lambda: self._client.room_leave(room))

    async def forget(self, room: str) -> None:
        await self._ask(lambda: self._client.room_forget(room))

    async def _ask(
        self, call: Callable[[], Awaitable[Any]], *, is_sending: bool = False, is_entering: bool = False
    ) -> Any:
        used = self._client.access_token
        try:
            answer = await call()
        except (ClientError, TimeoutError, OSError, ValueError) as reason:
            raise self._away(reason, is_sending=is_sending) from None
        status = answer.transport_response.status if answer.transport_response else 0
        if not isinstance(answer, nio.ErrorResponse):
            if status < _REFUSED:
                return answer
            # What stands before a homeserver failed: nio takes its page for an answer that says nothing.
            raise _problem(status, "", "", 0)
        problem = _problem(status, str(answer.status_code or ""), answer.message, (answer.retry_after_ms or 0) / 1000)
        if isinstance(problem, Refusal) and is_entering:
            problem.is_of_connection = True  # a wrong password: nothing can be done without signing in
        elif isinstance(problem, Refusal) and problem.code in _SIGNED_OUT and await self._again(used):
            return await self._ask(call, is_sending=is_sending)
        raise problem

    def _away(self, reason: Exception, *, is_sending: bool = False) -> Temporary:
        what = type(reason).__name__  # its words could hold an address with more in it than one wants to read
        return Temporary(
            f"The homeserver {self._login.homeserver} does not answer ({what}). Nothing is lost; it is tried again.",
            is_uncertain=is_sending,
        )


def _problem(status: int, code: str, words: str, retry_after: float) -> Temporary | Refusal:
    said = f"{code} {words}".strip()[:300] or f"status {status}"
    if status == _TOO_MANY or code == "M_LIMIT_EXCEEDED":
        return Temporary(f"The homeserver asks us to be slower: {said}", retry_after or None)
    if status >= _BROKEN or status == 0 or (status < _REFUSED and not code):
        return Temporary(f"The homeserver cannot do it now: {said}", is_uncertain=True)
    if code in _OF_CONNECTION:
        reason = f"The homeserver does not take our account any more: {said}"
        return Refusal(reason, code=code, status=status, is_of_connection=True)
    return Refusal(f"The homeserver refuses: {said}", code=code, status=status)


def _retry(fields: Fields) -> float:
    value = fields.get("retry_after_ms")
    return value / 1000 if isinstance(value, int) else 0.0


def _fields(body: bytes) -> Fields:
    """What was answered; a bare list is one of events."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if isinstance(found, list):
        return {"events": found}
    return found if isinstance(found, Mapping) else {}

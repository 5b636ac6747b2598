"""Slack's Web API, through its own client: pages to the end, and errors as what the core makes of them.

The client would try again by itself when a line breaks, and so might post twice: that is switched off, the core knows
better. No error that leaves here holds a token or an answer of Slack.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from alongside.bridges.adapters.slack.manifest import named_scope
from alongside.bridges.port import Permanent, Temporary
from alongside.kit.json_fields import Record, record_of, text_of

ADDRESS = "https://slack.com/api/"
_SECONDS = 20
_PAGE = 200
_LONGEST_WAIT = 120.0
_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_LATER = frozenset(
    {"internal_error", "service_unavailable", "team_added_to_org", "request_timeout", "org_login_required", "timeout"}
)
_PERHAPS_DONE = frozenset({"fatal_error", "internal_error", "request_timeout", "timeout"})
_OVER = {
    "invalid_auth": "Slack does not know the token. Copy the Bot User OAuth Token again, from OAuth & Permissions.",
    "not_authed": "Slack got no token. Copy the Bot User OAuth Token again, from OAuth & Permissions.",
    "account_inactive": "Slack: the app was removed from the workspace, or the workspace is gone. Install the app again.",
    "token_revoked": "Slack: the token was revoked. Install the app to the workspace again, and connect it again.",
    "token_expired": "Slack: the token ran out. Switch token rotation off under OAuth & Permissions, and install again.",
    "app_missing": "Slack: the app is gone. Make it again from the manifest, and connect it again.",
    "two_factor_setup_required": "Slack: whoever installed the app has to set up two-factor authentication first.",
    "access_denied": "Slack: an administrator of the workspace does not allow the app. Ask to have it approved.",
    "not_allowed_token_type": "Slack takes another kind of token here. The bot token begins with xoxb-, the app-level"
    " token with xapp-.",
}
_POST = {
    "channel_not_found": "Slack: there is no such channel, or Alongside is not in it.",
    "not_in_channel": "Slack: Alongside is not in the channel. Somebody in it writes /invite @Alongside there.",
    "is_archived": "Slack: the channel is archived.",
    "user_not_in_channel": "Slack: that person is not in the channel.",
    "messages_tab_disabled": "Slack: the Messages tab of the app is off. Switch it on under App Home.",
    "user_disabled": "Slack: that person's account is deactivated.",
    "cannot_dm_bot": "Slack: that account is a program's.",
    "restricted_action": "Slack: a rule of the workspace does not let apps post there.",
    "thread_not_found": "Slack: the thread is gone.",
    "message_not_found": "Slack: the message is gone.",
}


class Expired(Exception):
    """A trigger or an answering address that was good for some seconds or minutes."""


class Said(Permanent):
    """Slack's answer was no; `code` is its word for why."""

    def __init__(self, reason: str, code: str, *, is_of_connection: bool = False) -> None:
        super().__init__(reason, is_of_connection=is_of_connection)
        self.code = code


class Calls:
    """The Web API of one workspace. The session is opened where it is first used: in the loop that runs."""

    def __init__(self, token: str, address: str = ADDRESS) -> None:
        self._token, self._address = token, address or ADDRESS
        self._session: aiohttp.ClientSession | None = None
        # Of its own, and never below a warning: on lower levels the client writes what it sends and gets.
        self._log = logging.getLogger("alongside.bridges.slack.client")
        self._log.setLevel(logging.WARNING)

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS))
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def __call__(self, method: str, arguments: Mapping[str, Any] | None = None, token: str = "") -> Record:
        """Raises Temporary, Permanent (as Said) and Expired."""
        return (await self.answered(method, arguments, token))[0]

    async def answered(
        self, method: str, arguments: Mapping[str, Any] | None = None, token: str = ""
    ) -> tuple[Record, Mapping[str, str]]:
        """With the headers."""
        client = AsyncWebClient(
            token=token or self._token,
            base_url=self._address,
            timeout=_SECONDS,
            session=self.session,
            retry_handlers=[],
            logger=self._log,
        )
        try:
            # JSON for what writes; Slack reads the arguments of what only reads from the form alone.
            kind = "json" if method.startswith(("chat.", "views.")) and method != "chat.getPermalink" else "data"
            response = await client.api_call(method, **{kind: dict(arguments or {})})  # type: ignore[arg-type]
        except SlackApiError as error:
            raise _of_answer(error, method) from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Temporary(f"Slack cannot be reached ({type(error).__name__}).") from None
        except (aiohttp.ClientError, TimeoutError, OSError, SlackClientError, ValueError) as error:
            # The request may have arrived: only the answer is missing, or is none of Slack's.
            raise Temporary(f"Slack did not answer ({type(error).__name__}).", is_uncertain=True) from None
        return record_of(response.data), response.headers

    async def pages(
        self, method: str, name: str, arguments: Mapping[str, Any] | None = None, *, is_patient: bool = True
    ) -> AsyncIterator[list[Any]]:
        """What a list holds, page by page, to its end. Patient: a limit of Slack's is waited out."""
        given = {"limit": _PAGE, **(arguments or {})}
        while True:
            answer = await (self.patiently(method, given) if is_patient else self(method, given))
            found = answer.get(name)
            yield found if isinstance(found, list) else []
            cursor = text_of(record_of(answer.get("response_metadata")).get("next_cursor"))
            if not cursor or cursor == given.get("cursor"):
                return
            given["cursor"] = cursor

    async def patiently(self, method: str, arguments: Mapping[str, Any] | None = None) -> Record:
        """For what only reads and can wait: as long as Slack says."""
        while True:
            try:
                return await self(method, arguments)
            except Temporary as error:
                if error.retry_after is None or error.retry_after > _LONGEST_WAIT:
                    raise
                await asyncio.sleep(error.retry_after)

    async def answer_at(self, address: str, message: Mapping[str, Any]) -> None:
        """Where a command or a press was. Raises Expired when the address is not good any more, and Temporary."""
        try:
            async with self.session.post(address, json=message, allow_redirects=False) as response:
                text = await response.text(errors="replace")
                status, after = response.status, response.headers.get("Retry-After")
        except aiohttp.ClientConnectorError:
            raise Temporary("Slack cannot be reached.") from None
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise Temporary("Slack did not answer.", is_uncertain=True) from None
        if status == _TOO_MANY:
            raise Temporary("Slack asks to go slower.", _seconds(after))
        if status >= _SERVERS_FAULT:
            raise Temporary(f"Slack failed (HTTP {status}).", is_uncertain=True)
        if status != _WELL or text.strip() not in {"ok", "", '{"ok":true}'}:
            raise Expired


_WELL = 200
_TOO_MANY = 429
_SERVERS_FAULT = 500


def _of_answer(error: SlackApiError, method: str) -> Exception:
    response = error.response
    status, headers = getattr(response, "status_code", 0), getattr(response, "headers", None) or {}
    data = record_of(getattr(response, "data", None))
    code = text_of(data.get("error"))
    if status == _TOO_MANY or code in _LIMITED:
        lowered = {name.lower(): value for name, value in headers.items()}
        return Temporary(f"Slack asks to go slower ({method}).", _seconds(lowered.get("retry-after")))
    if status >= _SERVERS_FAULT or code in _LATER or code in _PERHAPS_DONE or not code:
        uncertain = status >= _SERVERS_FAULT or code in _PERHAPS_DONE or not code
        return Temporary(f"Slack failed: {code or f'HTTP {status}'} ({method}).", is_uncertain=uncertain)
    if code in {"expired_trigger_id", "trigger_expired", "trigger_exchanged", "invalid_trigger_id"}:
        return Expired()
    if code == "missing_scope":
        needed = ", ".join(named_scope(one) for one in text_of(data.get("needed")).split(",") if one)
        return Said(f"Slack: the app may not do that ({method}). {needed or 'A scope is missing.'}", code)
    if code in _OVER:
        return Said(_OVER[code], code, is_of_connection=True)
    return Said(_POST.get(code) or f"Slack refused it: {code} ({method}).", code)


def _seconds(value: object) -> float:
    try:
        return max(0.0, float(str(value)))
    except ValueError:
        return 30.0

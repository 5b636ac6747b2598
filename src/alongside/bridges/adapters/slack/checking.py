"""Every step from nothing to a first answer, asked of Slack itself, in the order in which one sets it up."""

import asyncio
from collections.abc import Mapping
from typing import Any

from alongside.bridges.adapters.slack.calls import Calls, Expired
from alongside.bridges.adapters.slack.manifest import SCOPES, named_scope
from alongside.bridges.adapters.slack.sockets import Line
from alongside.bridges.port import Check, Permanent, Temporary
from alongside.kit.json_fields import Record, record_of, records_of, text_of

_SECRET_LENGTH = 32
_NO_WAY_IN = (
    "Give either an App-Level Token (Basic Information, App-Level Tokens, scope connections:write), or the Signing Secret"
    " (Basic Information, App Credentials) when Slack can reach this machine."
)


async def checks(calls: Calls, app_token: str, signing_secret: str) -> list[Check]:
    try:
        me, headers = await calls.answered("auth.test")
    except (Temporary, Permanent, Expired) as error:
        return [Check(what="Slack takes the Bot User OAuth Token", is_well=False, mend=str(error))]
    team = text_of(me.get("team"))
    made = [Check(what=f"Slack takes the Bot User OAuth Token: workspace {team}", is_well=True)]
    made += _scopes(headers)
    made += await _way_in(calls, me, app_token, signing_secret)
    return [*made, *await _rooms(calls)]


def _scopes(headers: Mapping[str, str]) -> list[Check]:
    lowered = {name.lower(): value for name, value in headers.items()}
    given = {scope.strip() for scope in lowered.get("x-oauth-scopes", "").split(",")}
    return [
        Check(
            what=f"The scope {scope}: to {why}",
            is_well=scope in given,
            mend="" if scope in given else named_scope(scope),
        )
        for scope, why in SCOPES.items()
    ]


async def _way_in(calls: Calls, me: Record, app_token: str, signing_secret: str) -> list[Check]:
    if app_token:
        return await _socket(calls, me, app_token)
    if not signing_secret:
        return [Check(what="Slack can send to Alongside", is_well=False, mend=_NO_WAY_IN)]
    is_whole = len(signing_secret) == _SECRET_LENGTH and signing_secret.isalnum()
    mend = "" if is_whole else "The Signing Secret has 32 letters and digits: copy it again, from Basic Information."
    return [Check(what="A Signing Secret is given", is_well=is_whole, mend=mend)]


async def _socket(calls: Calls, me: Record, app_token: str) -> list[Check]:
    line = Line(calls, app_token, asyncio.Queue[Any]())
    try:
        await line.open()
    except (Temporary, Permanent, Expired) as error:
        return [Check(what="The App-Level Token opens a socket", is_well=False, mend=_of_app_token(error))]
    finally:
        await line.close()
    opened = Check(what="The App-Level Token opens a socket", is_well=True)
    try:
        bot = record_of((await calls("bots.info", {"bot": text_of(me.get("bot_id"))})).get("bot"))
    except (Temporary, Permanent, Expired):
        return [opened]
    is_same = not line.app or line.app == text_of(bot.get("app_id"))
    mend = "" if is_same else "The two tokens are of two apps. Copy both from the same app's pages."
    return [opened, Check(what="Both tokens are of the same app", is_well=is_same, mend=mend)]


def _of_app_token(error: Exception) -> str:
    if getattr(error, "code", "") in {
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "missing_scope",
        "not_allowed_token_type",
    }:
        return (
            "Make it under Basic Information, App-Level Tokens, with the scope connections:write; it begins with xapp-."
            f" ({error})"
        )
    return str(error)


async def _rooms(calls: Calls) -> list[Check]:
    """It may be connected before anybody invited it: that is told, and holds nothing up."""
    try:
        answer = await calls("users.conversations", {"types": "public_channel,private_channel", "limit": 1})
    except (Temporary, Permanent, Expired):  # a scope is missing: that was said
        return []
    if records_of(answer.get("channels")):
        return [Check(what="Alongside is in a channel", is_well=True)]
    return [Check(what="Alongside is in no channel yet: a member writes /invite @Alongside in one", is_well=True)]

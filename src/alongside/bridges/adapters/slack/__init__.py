"""Slack: over Socket Mode, or over signed HTTP. See setup.md."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import ClassVar

import msgspec

from alongside.bridges.adapters.slack.calls import ADDRESS, Calls, Expired
from alongside.bridges.adapters.slack.checking import checks
from alongside.bridges.adapters.slack.directory import Directory
from alongside.bridges.adapters.slack.home import Homes
from alongside.bridges.adapters.slack.listening import Listening
from alongside.bridges.adapters.slack.manifest import manifest
from alongside.bridges.adapters.slack.reading import Place
from alongside.bridges.adapters.slack.receiving import received
from alongside.bridges.adapters.slack.sending import Sending
from alongside.bridges.adapters.slack.threads import Threads, stamp_of
from alongside.bridges.port import (
    Anything,
    Batch,
    Can,
    Check,
    Choice,
    Known,
    Permanent,
    Post,
    Reacted,
    Received,
    Said,
    Sent,
    Workspace,
)
from alongside.kit.json_fields import text_of

__all__ = ["Slack", "manifest"]


class Slack:
    kind: ClassVar[str] = "slack"
    name: ClassVar[str] = "Slack"
    tool: ClassVar[str] = "slack"
    can: ClassVar[frozenset[Can]] = frozenset({Can.WHISPER, Can.DIRECT, Can.BUTTON, Can.FORM, Can.THREAD, Can.HISTORY})
    choices: ClassVar[tuple[Choice, ...]] = (
        Choice(
            name="bot_token",
            label="Bot User OAuth Token",
            help="From OAuth & Permissions, after “Install to Workspace”. It begins with xoxb-.",
            is_secret=True,
        ),
        Choice(
            name="app_token",
            label="App-Level Token",
            help="For Socket Mode, which needs no public address. From Basic Information, App-Level Tokens, with the scope"
            " connections:write. It begins with xapp-.",
            is_secret=True,
            is_optional=True,
        ),
        Choice(
            name="signing_secret",
            label="Signing Secret",
            help="Only where Slack is to reach this machine over HTTP instead. From Basic Information, App Credentials.",
            is_secret=True,
            is_optional=True,
        ),
        Choice(
            name="address",
            label="Address of Slack’s Web API",
            help="Another one only for GovSlack: https://slack-gov.com/api/",
            is_optional=True,
            default=ADDRESS,
        ),
    )

    def __init__(self, settings: Mapping[str, str], known: Known) -> None:
        address = settings.get("address") or ADDRESS
        self._app_token = settings.get("app_token", "").strip()
        self._signing_secret = settings.get("signing_secret", "").strip()
        self._known = known
        self._calls = Calls(settings.get("bot_token", "").strip(), address)
        self._threads = Threads(self._calls, known)
        self._sending = Sending(self._calls, known, self._threads, address)
        self._directory = Directory(self._calls, known)
        self._homes = Homes(self._calls, known.seal)
        self._listening: Listening | None = None

    def listen(self, cursor: str) -> AsyncIterator[Batch]:  # noqa: ARG002 (Slack keeps what was not acknowledged)
        """Slack has no cursor: what was not acknowledged it sends again, and the rest is asked for at every start."""
        self._listening = Listening(
            self._calls,
            self._known,
            self._app_token,
            directory=self._directory,
            threads=self._threads,
            sending=self._sending,
            homes=self._homes,
        )
        return self._listening.batches()

    async def send(self, post: Post) -> Sent:
        await self._introduced()
        try:
            sent = await self._sending.send(post, self._directory.workspace)
        except Expired:
            raise Permanent("Slack: the moment in which this could be answered is over.") from None
        if not self._app_token:
            self._homes.show_once(post.account or post.whisper_to)
        return sent

    async def thread(self, room: str, context: str) -> Sequence[Said]:
        await self._introduced()
        channel = room or context.partition(":")[0]
        stamp = stamp_of(context, channel)
        return await self._threads.whole(channel, stamp, self._directory.workspace) if stamp else []

    async def completed(self, event: Anything) -> Anything:
        if not isinstance(event, Said | Reacted) or event.about:
            return event
        await self._introduced()
        channel, _, stamp = event.source_id.partition(":")
        if isinstance(event, Reacted):
            place = Place(channel, stamp, is_itself=True)
        elif event.is_to_us and (event.reply_to or not event.room):
            place = Place(channel, stamp, event.reply_to.partition(":")[2])
        else:
            return event
        about = await self._threads.about(place, self._directory.workspace)
        return msgspec.structs.replace(event, about=about) if about else event

    async def workspace(self) -> Workspace:
        """Named as the reader of exports names it, so that an archive of this workspace is the same connection."""
        answer = await self._calls("auth.test")
        return Workspace(key=f"slack:{text_of(answer.get('team_id'))}", name=f"{text_of(answer.get('team'))}, Slack")

    async def check(self) -> Sequence[Check]:
        return await checks(self._calls, self._app_token, self._signing_secret)

    async def close(self) -> None:
        if self._listening is not None:
            await self._listening.close()
        await self._homes.close()
        await self._calls.close()

    @classmethod
    def receive(cls, settings: Mapping[str, str], known: Known, headers: Mapping[str, str], body: bytes) -> Received:
        return received(settings.get("signing_secret", ""), known, headers, body)

    async def _introduced(self) -> None:
        """Who we are here is asked once; a process that only sends has not listened."""
        if not self._directory.workspace.bot:
            await self._directory.introduce()

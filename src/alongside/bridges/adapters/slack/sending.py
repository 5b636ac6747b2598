"""A post of Alongside to where Slack shows it: at the place of a command, in a room to one alone, in a direct
conversation, in a room to everybody, or as a form.
"""

import hashlib
from collections import OrderedDict
from typing import Any
from urllib.parse import urlsplit

from alongside.bridges.adapters.slack import render
from alongside.bridges.adapters.slack.acts import Carried
from alongside.bridges.adapters.slack.calls import Calls, Expired, Said
from alongside.bridges.adapters.slack.parse import MARK
from alongside.bridges.adapters.slack.reading import Workspace
from alongside.bridges.adapters.slack.threads import Threads, stamp_of
from alongside.bridges.port import Known, Permanent, Post, Sent
from alongside.kit.json_fields import Record, record_of, text_of
from alongside.kit.slack_messages import url_of

# Where Slack's answering addresses lie. Payloads are signed, and still no other host is ever written to.
_HOSTS = (".slack.com", ".slack-gov.com")
_REMEMBERED = 5000
_OF_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "too_many_blocks"})


class Sending:
    def __init__(self, calls: Calls, known: Known, threads: Threads, address: str) -> None:
        self._calls, self._known, self._threads = calls, known, threads
        self._origin = urlsplit(address)[:2]
        self._direct: OrderedDict[str, str] = OrderedDict()
        self._is_thread: OrderedDict[str, bool] = OrderedDict()

    def heard(self, context: str, *, is_reply: bool) -> None:
        """Which messages are threads by now, as far as one hears."""
        self._is_thread[context] = is_reply or self._is_thread.get(context, False)
        if len(self._is_thread) > _REMEMBERED:
            self._is_thread.popitem(last=False)

    async def send(self, post: Post, workspace: Workspace) -> Sent:
        """Raises Temporary and Permanent."""
        body = post.body
        if post.form is not None:
            if await self._opened(post):
                return Sent()
            body = render.instead_of_form(post)
        message = {
            "text": render.plain(post, body),
            "blocks": render.blocks(post, self._known.seal, body, workspace=workspace.url),
        }
        if post.reply and (post.whisper_to or post.account) and await self._answered(post, message):
            return Sent()
        if post.whisper_to and await self._whispered(post, message):
            return Sent()
        account = post.whisper_to or post.account
        channel = await self._direct_with(account) if account else post.room
        return await self._posted(channel, post, message, workspace)

    async def _opened(self, post: Post) -> bool:
        """False when the form cannot be opened, any more or at all: then its draft is shown instead."""
        form = post.form
        if form is None or not post.trigger:
            return False
        carries = Carried(form.words, post.about, post.room, post.context, reply=post.reply)
        view = render.view(form, carries, self._known.seal)
        if view is None:
            return False
        try:
            await self._calls("views.open", {"trigger_id": post.trigger, "view": view})
        except Expired:
            return False
        except Said as error:
            if error.is_of_connection:
                raise
            return False
        return True

    async def _answered(self, post: Post, message: Record) -> bool:
        """At the place of the command itself, also in a channel that we are not in."""
        if not self._is_slacks(post.reply):
            return False
        thread = await self._thread_of(post)
        there = {"response_type": "ephemeral", "replace_original": False, **thread}
        try:
            await self._calls.answer_at(post.reply, {**message, **there})
        except Expired:
            return False
        return True

    def _is_slacks(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
        except ValueError:
            return False
        return (parts.scheme == "https" and host.endswith(_HOSTS)) or parts[:2] == self._origin

    async def _whispered(self, post: Post, message: Record) -> bool:
        """False where Slack cannot: then it is written to the same person alone, elsewhere."""
        if not post.room:
            return False
        thread = await self._thread_of(post)
        given = {"channel": post.room, "user": post.whisper_to, **message, **thread}
        try:
            await self._said("chat.postEphemeral", given)
        except Said as error:
            if error.is_of_connection or error.code == "missing_scope":
                raise
            return False
        return True

    async def _said(self, method: str, given: Record) -> Record:
        """What Slack cannot show as blocks (an address in a passage that it takes for none) it can show as words."""
        try:
            return await self._calls(method, given)
        except Said as error:
            if error.code not in _OF_BLOCKS:
                raise
        return await self._calls(method, {name: value for name, value in given.items() if name != "blocks"})

    async def _thread_of(self, post: Post) -> Record:
        stamp = stamp_of(post.context, post.room) if post.room else ""
        if not stamp:
            return {}
        is_thread = self._is_thread.get(post.context)
        if is_thread is None:
            try:
                is_thread = await self._threads.is_thread(post.room, stamp)
            except Permanent:
                is_thread = False
            self.heard(post.context, is_reply=is_thread)
        return {"thread_ts": stamp} if is_thread else {}

    async def _direct_with(self, account: str) -> str:
        channel = self._direct.get(account)
        if channel is None:
            answer = await self._calls("conversations.open", {"users": account})
            channel = text_of(record_of(answer.get("channel")).get("id"))
            self._direct[account] = channel
            if len(self._direct) > _REMEMBERED:
                self._direct.popitem(last=False)
        return channel

    async def _posted(self, channel: str, post: Post, message: Record, workspace: Workspace) -> Sent:
        thread = stamp_of(post.context, channel)
        key = hashlib.sha256(post.key.encode()).hexdigest()[:24]
        stamp = ""
        if post.may_be_second:
            stamp = await self._threads.posted_before(channel, thread, key, workspace)
        if not stamp:
            carried = {"key": key, **({"about": self._known.seal(post.about)} if post.about else {})}
            given: dict[str, Any] = {
                **message,
                "channel": channel,
                "unfurl_links": False,
                "unfurl_media": False,
                "metadata": {"event_type": MARK, "event_payload": carried},
                **({"thread_ts": thread} if thread else {}),
            }
            stamp = text_of((await self._said("chat.postMessage", given)).get("ts"))
        if thread:
            self.heard(post.context, is_reply=True)
        url = url_of(workspace.room_url(channel), channel, stamp, thread or None) if post.room else ""
        return Sent(remote_id=f"{channel}:{stamp}", context=f"{channel}:{thread or stamp}", url=url)

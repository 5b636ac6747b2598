"""A chat room and a mailbox that stand for somebody's own, in a try-out and in tests. Driven by the real core."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from alongside.bridges.adapters.pretend import parse
from alongside.bridges.adapters.pretend.told import Told, Tool
from alongside.bridges.port import Arrived, Batch, Can, Check, Choice, Known, Post, Said, Sent
from alongside.kit import ids


class PretendChat:
    """A chat tool that can do everything but take files: whispers, buttons, forms, threads."""

    kind: ClassVar[str] = "pretend-chat"
    name: ClassVar[str] = "A pretended chat room"
    tool: ClassVar[str] = "slack"
    can: ClassVar[frozenset[Can]] = frozenset(Can) - {Can.FILE}
    choices: ClassVar[tuple[Choice, ...]] = (Choice(name="file", label="Where what is said there is written"),)

    def __init__(self, settings: Mapping[str, str], known: Known) -> None:
        del known
        self.tool_file = Tool(Path(settings["file"]))

    async def listen(self, cursor: str) -> AsyncIterator[Batch]:
        """Whoever acts in it hands over what came themselves; nothing comes by itself."""
        del cursor
        while True:
            await asyncio.sleep(3600)
            yield Batch()

    async def send(self, post: Post) -> Sent:
        told = self.tool_file.write(lambda there: _told(post, there))
        if told is None:
            told = next(one for one in self.tool_file.everything() if one.key == post.key)
        return Sent(remote_id=told.id, context=told.context)

    async def thread(self, room: str, context: str) -> Sequence[Said]:
        there = [one for one in self.tool_file.everything() if one.room == room and not one.only_for and one.author]
        of_thread = [one for one in there if context in (one.id, one.context)]
        return [event for event in (parse.said(one).event for one in of_thread) if isinstance(event, Said)]

    async def check(self) -> Sequence[Check]:
        return [Check(what="It is only pretended", is_well=True)]

    async def close(self) -> None:
        return

    # What people do in it: each returns what a real tool would send us.

    def say(self, account: str, text: str, *, room: str = "", context: str = "", subject: str = "") -> Arrived:
        now = datetime.now(UTC)
        told = Told(
            id=ids.new_id(), said_at=now, room=room, author=account, context=context, subject=subject, text=text
        )
        self.tool_file.write(lambda _there: told)
        return parse.said(told, about=self._about(context, account))

    def press(self, account: str, on: str, words: str, fields: dict[str, str] | None = None) -> Arrived:
        told = self._told(on)
        return parse.pressed(account, words, about=told.about, on=told, moment=datetime.now(UTC), fields=fields or {})

    def seen_by(self, account: str, room: str = "") -> list[Told]:
        """What stands in a room (or in somebody's mailbox), as this account sees it."""
        return [
            one
            for one in self.tool_file.everything()
            if one.room == room and (one.only_for in ("", account) if room else account in (one.only_for, one.author))
        ]

    def _told(self, on: str) -> Told:
        return next(one for one in self.tool_file.everything() if one.id == on)

    def _about(self, context: str, account: str) -> str:
        """An answer to what we wrote to somebody alone carries what that was about."""
        ours = [one for one in self.tool_file.everything() if not one.author and context in (one.id, one.context)]
        return next((one.about for one in reversed(ours) if context and one.only_for == account), "")


class PretendMail(PretendChat):
    """A mailbox: words alone, no whispers and no buttons."""

    kind: ClassVar[str] = "pretend-mail"
    name: ClassVar[str] = "A pretended mailbox"
    tool: ClassVar[str] = "mail"
    can: ClassVar[frozenset[Can]] = frozenset({Can.DIRECT, Can.FILE, Can.THREAD, Can.IDEMPOTENT})


def _told(post: Post, there: Sequence[Told]) -> Told | None:
    """None: it stands there already."""
    if any(one.key == post.key for one in there):
        return None
    told_id = ids.new_id()
    return Told(
        id=told_id,
        said_at=datetime.now(UTC),
        room=post.room,
        only_for=post.whisper_to or post.account,
        context=post.context or told_id,
        subject=post.subject,
        body=post.body,
        form=post.form,
        file=post.file,
        about=post.about,
        key=post.key,
        may_be_second=post.may_be_second,
        in_name_of=post.in_name_of,
    )

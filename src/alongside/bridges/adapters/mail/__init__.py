"""E-mail: a mailbox of Alongside's own, read over IMAP, answered over SMTP, and mailing lists as rooms."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ClassVar, ParamSpec, TypeVar

import msgspec

from alongside.bridges.adapters.mail import checking
from alongside.bridges.adapters.mail.forwards import ROOM
from alongside.bridges.adapters.mail.listening import Cursor, Listening, house_of, thread_in
from alongside.bridges.adapters.mail.mailbox import RENEW, Mailbox
from alongside.bridges.adapters.mail.render import letter_of
from alongside.bridges.adapters.mail.sending import Sending
from alongside.bridges.adapters.mail.settings import CHOICES, Settings, settings_in
from alongside.bridges.port import Batch, Can, Check, Choice, Known, Permanent, Post, Said, Sent, Workspace
from alongside.kit import clock

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Mail:
    """It waits in threads of its own: a mailbox that sits in IDLE must not keep another tool from anything."""

    kind: ClassVar[str] = "mail"
    name: ClassVar[str] = "E-mail"
    tool: ClassVar[str] = "mail"
    can: ClassVar[frozenset[Can]] = frozenset({Can.DIRECT, Can.FILE, Can.THREAD, Can.HISTORY})
    choices: ClassVar[tuple[Choice, ...]] = CHOICES

    def __init__(self, settings: Mapping[str, str], known: Known) -> None:
        self._given = settings
        self._known = known
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="mail")
        self._open: set[Mailbox] = set()

    async def listen(self, cursor: str) -> AsyncIterator[Batch]:
        settings = settings_in(self._given, self._known)
        with self._mailbox(settings) as mailbox:
            listening = Listening(settings, mailbox, Cursor.of(cursor), house_of(settings))
            await self._wait_for(listening.open)
            yield listening.begin(self._known.rooms())
            while True:
                if (changed := await self._wait_for(listening.changes_in_rosters)) is not None:
                    yield changed
                batch = await self._wait_for(listening.next_batch)
                if batch is None:
                    await self._wait_for(mailbox.wait, RENEW, listening.has_changed_roster)
                else:
                    yield batch
                    await self._wait_for(listening.put_away)

    async def send(self, post: Post) -> Sent:
        settings = settings_in(self._given, self._known)
        if post.room.startswith(ROOM):
            # In the room of what somebody forwarded there is nobody but them.
            post = msgspec.structs.replace(post, room="", account=post.room.removeprefix(ROOM))
        known = settings.lists.get(post.room) if post.room else None
        if post.room and known is None:
            raise Permanent(f"The list {post.room} is not in the settings of this mailbox any more.")
        letter = letter_of(post, settings.own, clock.now(), known)
        if letter is None:
            raise Permanent("This account has no mail address that one could write to.")
        await self._wait_for(self._sending(settings).send, letter)
        return Sent(remote_id=letter.message_id, context=post.context or letter.message_id)

    async def thread(self, room: str, context: str) -> Sequence[Said]:
        settings = settings_in(self._given, self._known)
        with self._mailbox(settings) as mailbox:
            await self._wait_for(mailbox.open, readonly=True)
            return await self._wait_for(thread_in, mailbox, house_of(settings), room, context)

    async def check(self) -> Sequence[Check]:
        try:
            settings = settings_in(self._given, self._known)
        except Permanent as error:
            return [Check(what="The settings can be understood.", is_well=False, mend=str(error))]
        with self._mailbox(settings) as mailbox:
            steps = checking.checks(settings, mailbox, self._sending(settings))
            return await self._wait_for(lambda: list(steps))

    async def workspace(self) -> Workspace:
        """Message ids, list ids and addresses are the same in all mail: archives of it are one connection, as is this."""
        return Workspace(key="mail", name="Mail")

    async def close(self) -> None:
        for mailbox in list(self._open):
            mailbox.abort()
        self._threads.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def _mailbox(self, settings: Settings) -> Iterator[Mailbox]:
        mailbox = Mailbox(settings.imap, settings.login, settings.password, settings.folder)
        self._open.add(mailbox)
        try:
            yield mailbox
        finally:
            # Also when the task was cancelled while a thread waits in it.
            self._open.discard(mailbox)
            mailbox.abort()

    def _sending(self, settings: Settings) -> Sending:
        return Sending(settings.smtp, settings.login, settings.smtp_password)

    async def _wait_for(self, act: Callable[_P, _T], *args: _P.args, **named: _P.kwargs) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: act(*args, **named))

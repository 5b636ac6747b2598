"""Slack and mail as the bench asks in them: through the real adapters, to the pretended workspace and to real mail servers.

What is timed is ours: from a message being in our hands to the answer being handed to the tool. With mail that is from
the bytes that came over IMAP to the letter before it goes to the SMTP server; with Slack also the pretended workspace is
in it, from the message being said there to the answer having arrived there.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from bench.installation import READER
from bench.million import CLOSED

PATIENCE = 60.0


@dataclass
class Answers:
    """When what was waited for happened, told from whatever thread."""

    loop: asyncio.AbstractEventLoop
    came: asyncio.Queue[float] = field(default_factory=asyncio.Queue)

    def note(self) -> None:
        self.loop.call_soon_threadsafe(self.came.put_nowait, perf_counter())

    def forget(self) -> None:
        """What came before anything was asked, such as the line that says that Alongside is here."""
        while not self.came.empty():
            self.came.get_nowait()

    async def next(self) -> float:
        async with asyncio.timeout(PATIENCE):
            return await self.came.get()


class InSlack:
    """Somebody writes to Alongside alone, or mentions it in a room in which it is."""

    kind, tool = "slack", "slack"

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        from tests.bridges.slack.harness import SlackHarness

        self._house, self._answers = SlackHarness(), Answers(loop)
        self.account, self.room = self._house.ana, self._house.open_room
        self.given = self._house.settings()
        self._house.invite_us(self.room, self.account)
        methods = self._house.slack.api.methods
        for name in ("chat.postMessage", "chat.postEphemeral"):
            methods[name] = self._noting(methods[name])

    def _noting(self, method: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def noted(given: Any) -> Any:
            self._answers.note()
            return method(given)

        return noted

    async def asked(self, number: int, question: str) -> float:
        """How long it takes until the answer is there, in milliseconds."""
        self._answers.forget()
        began = perf_counter()
        if number % 2:
            await asyncio.to_thread(self._house.mention, self.account, self.room, question)
        else:
            await asyncio.to_thread(self._house.say_to_us, self.account, question)
        return (await self._answers.next() - began) * 1000

    def end(self) -> None:
        self._house.close()


class InMail:
    """Somebody writes to the address of Alongside."""

    kind, tool = "mail", "mail"

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        from tests.bridges.mail.harness import MailHarness

        from alongside.bridges.adapters.mail.mailbox import Mailbox
        from alongside.bridges.adapters.mail.sending import Sending

        self._house = MailHarness()
        self._came, self._went = Answers(loop), Answers(loop)
        self.account, self.room = self._house.ana, self._house.open_room
        self.given = self._house.settings()
        fetched, send = Mailbox.mail, Sending.send

        def mail(mailbox: Any, lying: Any) -> Any:
            found = fetched(mailbox, lying)
            self._came.note()
            return found

        def sent(sending: Any, letter: Any) -> None:
            self._went.note()
            send(sending, letter)

        Mailbox.mail, Sending.send = mail, sent  # type: ignore[method-assign,assignment]

    async def asked(self, _number: int, question: str) -> float:
        """From the bytes to the letter, in milliseconds."""
        self._came.forget()
        self._went.forget()
        await asyncio.to_thread(self._house.say_to_us, self.account, question)
        began = await self._came.next()
        return (await self._went.next() - began) * 1000

    def end(self) -> None:
        self._house.close()
        self._house.servers.stop()


@contextmanager
def as_in(tool: Any) -> Iterator[None]:
    """The store's organisation is in this tool for a while: its reader and one open room have the names that they have there."""
    from alongside.conversations.models import Room
    from alongside.people.models import Account, Connection

    connection = Connection.objects.get(key="bench")
    reader, room = Account.objects.filter(source_id="a1"), Room.objects.filter(source_id=f"r{CLOSED + 1}")
    accounts, rooms = [one.pk for one in reader], [one.pk for one in room]
    was = connection.tool
    Connection.objects.filter(pk=connection.pk).update(tool=tool.tool)
    reader.update(source_id=tool.account)
    room.update(source_id=tool.room)
    try:
        yield
    finally:
        Connection.objects.filter(pk=connection.pk).update(tool=was)
        Account.objects.filter(pk__in=accounts).update(source_id="a1", email=READER)
        Room.objects.filter(pk__in=rooms).update(source_id=f"r{CLOSED + 1}")

"""A tool that is there for the commands alone: a board at an address, opened by a word. What is asked of it is counted."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import ClassVar

from alongside.bridges.port import Batch, Can, Check, Choice, Known, Permanent, Post, Said, Sent, Workspace

RIGHT = "https://board.example"


class Toy:
    kind: ClassVar[str] = "toy"
    name: ClassVar[str] = "Toy board"
    tool: ClassVar[str] = "toy"
    can: ClassVar[frozenset[Can]] = frozenset({Can.DIRECT})
    choices: ClassVar[tuple[Choice, ...]] = (
        Choice(name="address", label="Address of the board", default=RIGHT),
        Choice(name="word", label="The board's word", help="It stands on its back.", is_secret=True),
        Choice(name="greeting", label="How it greets", is_optional=True),
    )
    words: ClassVar[frozenset[str]] = frozenset()
    broken: ClassVar[Exception | None] = None
    asked: ClassVar[list[str]] = []

    def __init__(self, settings: Mapping[str, str], known: Known) -> None:
        del known
        self._settings = settings

    async def check(self) -> Sequence[Check]:
        Toy.asked.append("check")
        if self.broken is not None:
            raise self.broken
        is_there = self._settings["address"] == RIGHT
        is_open = is_there and self._settings["word"] in self.words
        return (
            Check(what="The board is there", is_well=is_there, mend="" if is_there else "Hang the board up again."),
            Check(
                what="The word opens it", is_well=is_open, mend="" if is_open else "Turn it round and read its back."
            ),
        )

    async def workspace(self) -> Workspace:
        Toy.asked.append("workspace")
        return Workspace(key=self._settings["address"], name="The board, Toy")

    async def listen(self, cursor: str) -> AsyncIterator[Batch]:
        Toy.asked.append("listen" if self._settings["word"] in self.words else "listen without the word")
        yield Batch(cursor=cursor or "1")
        await asyncio.sleep(3600)

    async def send(self, post: Post) -> Sent:
        raise Permanent(f"Nothing is written on the board ({post.key}).")

    async def thread(self, room: str, context: str) -> Sequence[Said]:
        del room, context
        return ()

    async def close(self) -> None:
        Toy.asked.append("close")

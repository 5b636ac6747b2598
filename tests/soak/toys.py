"""Tools in a file, for the soak: what happens there is one line each in one file, what we say in another.

`Once` posts once for one key, as a tool with idempotency keys does; `Again` posts whatever it is given. Nothing of the
store is known here: the command loads this before it is set up.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import msgspec

from alongside.bridges.port import Arrived, Batch, Can, Check, Choice, Known, Post, Said, Sent, Temporary

HAPPENED, SENT, TROUBLE = "happened", "sent", "trouble"
# Of what happens, how much comes again, out of order, after it was passed once.
WINDOW = 8


class Again:
    kind: ClassVar[str] = "soak-again"
    name: ClassVar[str] = "A file, in which the same can stand twice"
    tool: ClassVar[str] = "soak-again"
    can: ClassVar[frozenset[Can]] = frozenset({Can.DIRECT, Can.THREAD})
    choices: ClassVar[tuple[Choice, ...]] = (Choice(name="folder", label="Where the files are"),)

    def __init__(self, settings: Mapping[str, str], known: Known) -> None:
        del known
        self.folder = Path(settings["folder"])
        self._chance = Random()

    async def listen(self, cursor: str) -> AsyncIterator[Batch]:
        """The cursor is how many lines are done with. While there is trouble they come in pieces, some of them twice
        and turned round, and the line breaks.
        """
        at = int(cursor or 0)
        while True:
            lines = self._lines()
            while at < len(lines):
                upto = min(len(lines), at + self._chance.randrange(1, WINDOW))
                yield Batch(arrived=tuple(self._as_networks_do(lines[max(0, at - WINDOW) : upto], upto - at)))
                yield Batch(arrived=tuple(_arrived(lines[at:upto])), cursor=str(upto))
                at = upto
            if self._happens(0.01):
                raise Temporary("The line to the file broke.")
            await asyncio.sleep(0.1)

    def _as_networks_do(self, lines: list[bytes], new: int) -> list[Arrived]:
        """Some of what came before once more, and some of what is new before its time."""
        if not (self.folder / TROUBLE).exists():
            return []
        some = [line for number, line in enumerate(lines) if self._chance.random() < (0.5 if number < new else 0.3)]
        self._chance.shuffle(some)
        return _arrived(some)

    def _lines(self) -> list[bytes]:
        path = self.folder / HAPPENED
        return path.read_bytes().split(b"\n")[:-1] if path.is_file() else []

    def _happens(self, how_often: float) -> bool:
        return (self.folder / TROUBLE).exists() and self._chance.random() < how_often

    async def send(self, post: Post) -> Sent:
        if self._happens(0.1):
            raise Temporary("The file is busy.", 0.3 if self._chance.random() < 0.5 else None)
        if not self._stands(post.key):
            with (self.folder / SENT).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": post.key, "account": post.account, "text": words_of(post)}) + "\n")
        await asyncio.sleep(self._chance.uniform(0, 0.05))  # it is there, and we do not know it yet
        if self._happens(0.05):
            raise Temporary("The line broke after it was written.", is_uncertain=True)
        return Sent()

    def _stands(self, key: str) -> bool:
        del key
        return False

    async def thread(self, room: str, context: str) -> Sequence[Said]:
        del room, context
        return ()

    async def check(self) -> Sequence[Check]:
        return (Check(what="The folder is there", is_well=self.folder.is_dir()),)

    async def close(self) -> None:
        return


class Once(Again):
    kind: ClassVar[str] = "soak-once"
    name: ClassVar[str] = "A file, in which a key stands once"
    tool: ClassVar[str] = "soak-once"
    can: ClassVar[frozenset[Can]] = frozenset({Can.DIRECT, Can.THREAD, Can.IDEMPOTENT})

    def _stands(self, key: str) -> bool:
        return any(one["key"] == key for one in sent(self.folder))


KINDS = {one.kind: f"{__name__}:{one.__name__}" for one in (Again, Once)}


def _arrived(lines: Sequence[bytes]) -> list[Arrived]:
    return [msgspec.json.decode(line, type=Arrived) for line in lines]


def sent(folder: Path) -> list[dict[str, Any]]:
    path = folder / SENT
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def words_of(post: Post) -> str:
    """Everything that somebody reads in it."""
    body = post.body
    items = (f"{one.title} {''.join(words for words, _ in one.passage)}" for one in body.items)
    return "\n".join((body.title, *body.lines, body.quote, *items, *body.foot))

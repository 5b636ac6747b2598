"""A child: from a message in a tool to the answer being handed to that tool, through a real line of the bridge process;
by turns with `find` itself. What is left out is what the tool and the network take. The tool is one in this process, a
pretended Slack workspace, or real mail servers (`bench.tools_asked`).
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any, ClassVar

from bench.children import middle_and_slow, milliseconds, start_django, tell
from bench.million import CLOSED, ROOMS
from bench.texts import questions
from bench.tools_asked import InMail, InSlack, as_in

WARM = 10
FIRST = 1  # the reader's account
# A mail takes about a second on its way through real servers, which is not what is measured.
ASKED = {"here": 120, "slack": 120, "mail": 40}
# Somebody writes to Alongside alone, or mentions it in a room in which it is.
PLACES = ("", f"r{CLOSED + 1}")
PATIENCE = 60.0


class InProcess:
    """A tool that hears at once and is told at once: when is all that is kept."""

    kind: ClassVar[str] = "pretend-chat"
    account, room, given = "a1", PLACES[1], MappingProxyType({"file": "nowhere"})
    name: ClassVar[str] = "In this process"
    tool: ClassVar[str] = "zulip"
    can: ClassVar[frozenset[Any]] = frozenset()
    choices: ClassVar[tuple[Any, ...]] = ()

    def __init__(self, *_: object) -> None:
        from alongside.bridges.port import Can
        from alongside.kit.ids import new_id

        type(self).can = frozenset(Can)
        self._run = new_id()  # the inbox of a store that is used again knows what was asked before
        self._said: asyncio.Queue[Any] = asyncio.Queue()
        self._answered: asyncio.Queue[float] = asyncio.Queue()

    async def listen(self, cursor: str) -> AsyncIterator[Any]:
        from alongside.bridges.port import Batch

        number = int(cursor or 0)
        while True:
            number += 1
            yield Batch(arrived=(await self._said.get(),), cursor=str(number))

    async def send(self, post: Any) -> Any:
        from alongside.bridges.port import Sent

        assert post.body.title, "an answer"
        self._answered.put_nowait(perf_counter())
        return Sent()

    async def thread(self, room: str, context: str) -> Sequence[Any]:
        raise AssertionError((room, context))

    async def check(self) -> Sequence[Any]:
        return ()

    async def close(self) -> None:
        return

    def end(self) -> None:
        return

    async def asked(self, number: int, question: str) -> float:
        """How long it takes until the answer is handed over, in milliseconds."""
        from alongside.bridges.port import Arrived, Said

        said = Said(
            source_id=f"asked {self._run} {number}",
            room=PLACES[number % len(PLACES)],
            account="a1",
            html="",
            text=question,
            said_at=datetime.now(UTC),
            is_to_us=True,
            words=question,
        )
        began = perf_counter()
        self._said.put_nowait(Arrived(remote_id=said.source_id, event=said))
        async with asyncio.timeout(PATIENCE):
            return (await self._answered.get() - began) * 1000


TOOLS: dict[str, Callable[[asyncio.AbstractEventLoop], Any]] = {
    "here": InProcess,
    "slack": InSlack,
    "mail": InMail,
}


async def measure(data: Path, name: str) -> dict[str, Any]:
    from alongside.people.queries import unscoped_viewer_of_account
    from alongside.search.queries import find

    own, loop = ThreadPoolExecutor(1), asyncio.get_running_loop()

    async def found(question: str) -> float:
        viewer = await loop.run_in_executor(own, unscoped_viewer_of_account, FIRST)
        assert viewer is not None
        return await loop.run_in_executor(own, lambda: milliseconds(lambda: find(viewer, question, limit=3)))

    times: dict[str, list[float]] = {"find": [], "answer": []}
    async with _opened(name, own) as (tool, line):
        for number, question in enumerate(questions(data, WARM + ASKED[name], seed=11)):
            if number % 4 < 2:  # who asks second finds what the first one warmed, so they take turns
                took = {"find": await found(question), "answer": await tool.asked(number, question)}
            else:
                took = {"answer": await tool.asked(number, question), "find": await found(question)}
            for what, one in took.items():
                if number >= WARM:
                    times[what].append(one)
            if line.done():
                await line
    return {what: middle_and_slow(some) for what, some in times.items()}


@asynccontextmanager
async def _opened(name: str, own: ThreadPoolExecutor) -> AsyncIterator[tuple[Any, asyncio.Task[None]]]:
    """A tool, and a line to it: the adapter that the bridge process would open."""
    from alongside.bridges.followers.running import Line
    from alongside.bridges.sealed import opened

    loop = asyncio.get_running_loop()
    tool, after = TOOLS[name](loop), ExitStack()
    after.callback(tool.end)
    try:
        await loop.run_in_executor(own, after.enter_context, as_in(tool))
        bridge = await loop.run_in_executor(own, _connected, tool.kind, tool.given)
        adapter = tool if isinstance(tool, InProcess) else await loop.run_in_executor(own, opened, bridge)
        line = asyncio.create_task(Line(bridge, adapter).run())
        yield tool, line
        line.cancel()
        await asyncio.gather(line, return_exceptions=True)
    finally:
        await loop.run_in_executor(own, after.close)


def _connected(kind: str, given: Mapping[str, str]) -> Any:
    """The organisation's own connection, with Alongside in each of its rooms."""
    from alongside.bridges.actions.connecting import connect
    from alongside.bridges.models import Bridge, Presence
    from alongside.people.models import Connection

    connection = Connection.objects.get(key="bench")
    if not Bridge.objects.exists():
        Presence.objects.bulk_create(
            Presence(room_id=room, is_there=True, are_members_known=True) for room in range(1, ROOMS + 1)
        )
    return connect(None, kind=kind, key="bench", name="Bench", given=given, connection_id=connection.pk)


def _without_pace() -> None:
    """One account asks more here than any person would."""
    from alongside.bridges.followers import handling
    from alongside.bridges.rules import Pace

    handling.pace = lambda *_: Pace.FINE  # type: ignore[attr-defined]


def main() -> None:
    start_django()
    _without_pace()
    tell(asyncio.run(measure(Path(sys.argv[1]), sys.argv[2])))


if __name__ == "__main__":
    main()

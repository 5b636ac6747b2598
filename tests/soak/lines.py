"""The network between Alongside and a tool: lines that are cut, delayed, refused, or swallow what comes back."""

import asyncio
from random import Random

from tests.bridges.matrix.proxy import Loop


class Network:
    """One address in front of another. Trouble is turned on and off from outside, by any thread."""

    def __init__(self, loop: Loop, to_port: int, seed: int) -> None:
        self._loop = loop
        self._to_port = to_port
        self._chance = Random(seed)
        self._open: set[asyncio.Task[None]] = set()
        self._delay = 0.0
        self._is_refusing = False
        self._is_swallowing = False
        self.troubles = 0
        self.port = loop.run(self._start())

    async def _start(self) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        there: asyncio.StreamWriter | None = None
        is_cut = self._is_refusing
        try:
            if is_cut:
                return
            from_there, there = await asyncio.open_connection("127.0.0.1", self._to_port)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(reader, there, is_answer=False))
                both.create_task(self._pass_on(from_there, writer, is_answer=True))
        except (OSError, ExceptionGroup):
            pass  # one side has ended, and so does the other
        except asyncio.CancelledError:
            is_cut = True
        finally:
            self._open.discard(task)
            for one in (writer, there):
                if one is not None:
                    one.transport.abort() if is_cut else one.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool) -> None:
        while data := await reader.read(65_536):
            if self._delay:
                await asyncio.sleep(self._chance.uniform(0, self._delay))
            if is_answer and self._is_swallowing:
                continue
            writer.write(data)
            await writer.drain()
        raise ConnectionError

    # What goes wrong.

    def cut(self) -> None:
        """Everything that is open breaks at once."""
        self.troubles += 1
        self._loop.loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for task in list(self._open):
            task.cancel()

    def swallow(self) -> None:
        """What the tool answers goes nowhere, until the line is cut by `be_fine`."""
        self.troubles += 1
        self._is_swallowing = True

    def refuse(self) -> None:
        self.troubles += 1
        self._is_refusing = True
        self._loop.loop.call_soon_threadsafe(self._cut)

    def delay(self, longest: float) -> None:
        self.troubles += 1
        self._delay = longest

    def be_fine(self) -> None:
        """A line that swallowed something is broken: half of an answer is none."""
        if self._is_swallowing:
            self._loop.loop.call_soon_threadsafe(self._cut)
        self._delay, self._is_refusing, self._is_swallowing = 0.0, False, False

    def close(self) -> None:
        self._loop.run(self._stop())

    async def _stop(self) -> None:
        self._server.close()
        self._cut()

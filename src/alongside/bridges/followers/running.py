"""The bridge process: every connection has one supervised task, its own back-off and its own line; one that fails
never slows another. What is async ends at the inbox; everything of the domain runs in threads.
"""

import asyncio
import logging
import os
import socket
import threading
from contextlib import suppress
from typing import Any

from django.db import DatabaseError

from alongside.bridges.actions.connecting import lease, let_go, say_it_listens, say_it_works, say_problem
from alongside.bridges.actions.intake import BroughtBack, Overtaken, complete, complete_later, take_in
from alongside.bridges.actions.intake import trim as trim_inbox
from alongside.bridges.followers.handling import Incomplete, Needs, handle_due, handle_with_thread
from alongside.bridges.followers.sending import send_due
from alongside.bridges.followers.threads import in_a_loop, in_thread, staying_here
from alongside.bridges.port import Adapter, Anything, Completes, Permanent, Temporary
from alongside.bridges.queries import (
    BridgeFacts,
    unscoped_bridge,
    unscoped_bridges,
)
from alongside.bridges.registry import UnknownKind
from alongside.bridges.rules import LEASED_FOR
from alongside.bridges.sealed import end_asking, opened
from alongside.kit.faults import fault_of
from alongside.kit.sealing import NoKey
from alongside.letters.actions import trim as trim_outbox
from alongside.people.queries import unscoped_restore
from alongside.people.rules import Restore

# How often somebody looks whether another process (a webhook) has put something into the inbox or the outbox. What
# comes by an own line wakes at once. An idle look is two queries on an index.
LOOKED_EVERY = 0.05
LOOKED_AT_BRIDGES_EVERY = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
# How long a tool is waited for that is asked what something is about: what came after it waits too.
PATIENCE = 10.0
# Connections that have held so long begin with a short pause again when they break.
HELD = 60.0
TRIMMED_EVERY = 3600.0
logger = logging.getLogger("alongside.bridges")


class Line:
    """One connection, open: listening, dealing with what came, sending what is due."""

    def __init__(self, bridge: BridgeFacts, adapter: Adapter, restore: Restore | None = None) -> None:
        self.bridge = bridge
        self.adapter = adapter
        self._restore = restore
        self._came = asyncio.Event()
        self._goes = asyncio.Event()

    async def run(self) -> None:
        """Until it breaks: raises what the adapter raised."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for part in (self._listen, self._handle, self._send):
                    tasks.create_task(part())
        except* (Temporary, Permanent, OSError, BroughtBack, Overtaken) as several:
            raise _first_of(several) from several
        finally:
            with suppress(Exception):
                async with asyncio.timeout(10):
                    await self.adapter.close()

    async def _listen(self) -> None:
        is_heard, cursor = False, self.bridge.cursor
        async for batch in self.adapter.listen(cursor):
            new = await in_thread(take_in)(
                None,
                bridge_id=self.bridge.bridge_id,
                connection_id=self.bridge.connection_id,
                batch=batch,
                restore=self._restore,
                after=cursor,
            )
            cursor = batch.cursor or cursor
            if new:
                self._came.set()
            if not is_heard:
                is_heard = True
                await in_thread(say_it_listens)(None, bridge_id=self.bridge.bridge_id)
        raise Temporary("The tool ended the line.")

    async def _handle(self) -> None:
        while True:
            handled = await in_thread(handle_due)(None, bridge=self.bridge, can=self.adapter.can)
            if handled.needs is not None:
                await self._get(handled.needs)
            if handled.count or handled.needs is not None:
                self._goes.set()
            else:
                await _woken(self._came)

    async def _get(self, needs: Needs | Incomplete) -> None:
        """What the tool has to be asked before something that came can be dealt with."""
        if isinstance(needs, Incomplete):
            await self._complete(needs)
        else:
            await self._with_thread(needs)

    async def _complete(self, needs: Incomplete) -> None:
        """What a webhook could not know. Where the tool does not say it, the event is acted on as it came."""
        event: Anything | None = None
        try:
            if isinstance(self.adapter, Completes):
                async with asyncio.timeout(PATIENCE):
                    event = await self.adapter.completed(needs.event)
        except (Temporary, TimeoutError, OSError) as error:
            after = error.retry_after if isinstance(error, Temporary) else None
            await in_thread(complete_later)(None, arrival_id=needs.arrival_id, retry_after=after)
            return
        except Permanent as error:
            if error.is_of_connection:
                raise
        except Exception as error:  # noqa: BLE001 (an adapter that breaks at one event goes on with the next)
            logger.warning("What an event of %s is about was not found (%s).", self.bridge.name, type(error).__name__)
        await in_thread(complete)(None, arrival_id=needs.arrival_id, event=event)

    async def _with_thread(self, needs: Needs) -> None:
        """An act about a thread that is not here. Where the tool cannot tell it now, the act goes on without."""
        try:
            thread = await self.adapter.thread(needs.room, needs.context)
        except Permanent as error:
            if error.is_of_connection:
                raise
            thread = []
        except (Temporary, OSError):
            raise
        except Exception as error:  # noqa: BLE001 (an adapter that breaks at one thread goes on with the next act)
            logger.warning("A thread of %s could not be read (%s).", self.bridge.name, type(error).__name__)
            thread = []
        await in_thread(handle_with_thread)(None, bridge=self.bridge, can=self.adapter.can, needs=needs, thread=thread)

    async def _send(self) -> None:
        while True:
            went = await send_due(self.bridge, self.adapter)
            if went.is_over:
                raise Permanent("The tool does not accept us any more.", is_of_connection=True)
            if not went.tried:
                await _woken(self._goes)


async def _woken(event: asyncio.Event) -> None:
    """At once when this process has something to do, otherwise after LOOKED_EVERY."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LOOKED_EVERY):
            await event.wait()
    event.clear()


def _first_of(several: BaseExceptionGroup[Any]) -> BaseException:
    """Of what went wrong at once, what will not mend itself first."""
    found = _flat(several)
    return next((one for one in found if isinstance(one, Permanent)), found[0])


def _flat(several: BaseExceptionGroup[Any]) -> list[BaseException]:
    flat: list[BaseException] = []
    for one in several.exceptions:
        flat += _flat(one) if isinstance(one, BaseExceptionGroup) else [one]
    return flat


class Bridging:
    """All connections that this process holds the lease of."""

    def __init__(self) -> None:
        self.process = f"{socket.gethostname()[:60]} {os.getpid()}"
        self._tasks: dict[int, asyncio.Task[None]] = {}
        # Turned off, and not closed yet: a tool that does not let go holds up nobody else.
        self._closing: set[asyncio.Task[None]] = set()

    async def run(self, stopping: threading.Event) -> None:
        """Until told to stop. Then every line is closed and every lease let go."""
        trimmed_at = asyncio.get_running_loop().time()
        try:
            while not stopping.is_set():
                is_to_trim = asyncio.get_running_loop().time() - trimmed_at > TRIMMED_EVERY
                try:
                    await self._look()
                    if is_to_trim:
                        trimmed_at = asyncio.get_running_loop().time()
                        await in_thread(trim_inbox)(None)
                        await in_thread(trim_outbox)(None)
                except Exception as error:  # noqa: BLE001 (a store that is away ends no process: it comes back)
                    _say_broken("Looking after connections", error)
                await _pause(stopping, LOOKED_AT_BRIDGES_EVERY)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), *self._closing, return_exceptions=True)

    async def _look(self) -> None:
        """Open what is on and nobody else has; close what was turned off."""
        bridges = {one.bridge_id: one for one in await in_thread(unscoped_bridges)()}
        for bridge_id, task in list(self._tasks.items()):
            if bridge_id in bridges and not task.done():
                continue
            task.cancel()
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
            del self._tasks[bridge_id]
        for bridge_id, bridge in bridges.items():
            if bridge_id not in self._tasks and not bridge.kind.startswith("pretend"):
                self._tasks[bridge_id] = asyncio.create_task(self._supervise(bridge_id))

    async def _supervise(self, bridge_id: int) -> None:
        """Open a connection again and again, with longer pauses the more often it fails."""
        pause = FIRST_PAUSE
        while True:
            began, after = asyncio.get_running_loop().time(), None
            try:
                if not await in_thread(lease)(None, bridge_id=bridge_id, process=self.process):
                    await asyncio.sleep(LEASED_FOR.total_seconds() / 3)
                    continue
                after = await self._hold(bridge_id)
            except Exception as error:  # noqa: BLE001 (what cannot even be noted is said, and tried again)
                _say_broken(f"The bridge {bridge_id}", error)
            if asyncio.get_running_loop().time() - began > HELD:
                pause = FIRST_PAUSE
            await asyncio.sleep(after if after is not None else pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _hold(self, bridge_id: int) -> float | None:
        """One line, from opening to breaking. How long the tool asked to wait, when it did."""
        restore = await in_thread(unscoped_restore)()
        keeping, line = asyncio.create_task(self._keep_lease(bridge_id, restore)), None
        try:
            bridge = await in_thread(unscoped_bridge)(bridge_id)
            line = asyncio.create_task(Line(bridge, await in_thread(opened)(bridge), restore).run())
            done, _pending = await asyncio.wait({line, keeping}, return_when=asyncio.FIRST_COMPLETED)
            await (line if line in done else keeping)
        except (Permanent, NoKey, UnknownKind) as error:
            await in_thread(say_problem)(None, bridge_id=bridge_id, problem=str(error), is_permanent=True)
            return LONGEST_PAUSE
        except BroughtBack:
            return 0.0
        except Overtaken:  # a thread of ours that was cut off has ended, or another process listens: from there on
            logger.info("The bridge %s is read further already.", bridge_id)
        except (Temporary, OSError) as error:
            problem = str(error) or type(error).__name__
            await in_thread(say_problem)(None, bridge_id=bridge_id, problem=problem, is_permanent=False)
            return error.retry_after if isinstance(error, Temporary) else None
        except Exception as error:  # noqa: BLE001 (whatever it is, the other connections go on)
            problem = _say_broken(f"The bridge {bridge_id}", error)
            await in_thread(say_problem)(None, bridge_id=bridge_id, problem=problem, is_permanent=False)
        finally:
            keeping.cancel()
            if line is not None:  # cancelled from outside, or the lease is another process's now
                line.cancel()
                await asyncio.gather(line, return_exceptions=True)
            with suppress(DatabaseError):  # then the lease ends by itself
                await asyncio.shield(in_thread(let_go)(None, bridge_id=bridge_id, process=self.process))
        return None

    async def _keep_lease(self, bridge_id: int, restore: Restore | None) -> None:
        """Ends when the lease is lost: another process has the connection then, and this one stops. And when a backup
        has taken the store's place: what the tool told since has to be told again.
        """
        while await in_thread(unscoped_restore)() == restore:
            await asyncio.sleep(LEASED_FOR.total_seconds() / 3)
            if not await in_thread(lease)(None, bridge_id=bridge_id, process=self.process):
                return


def _say_broken(what: str, error: Exception) -> str:
    """A sentence where the machine is at fault (a full disk, a store that is away); otherwise it is a fault of ours."""
    if sentence := fault_of(error):
        logger.warning("%s waits. %s Nothing is lost; it is tried again.", what, sentence)
        return sentence
    logger.error("%s broke.", what, exc_info=error)
    return f"Something of ours broke ({type(error).__name__}); it is in the log."


async def _pause(stopping: threading.Event, seconds: float) -> None:
    for _step in range(int(seconds / 0.1)):
        if stopping.is_set():
            return
        await asyncio.sleep(0.1)


def follow_tools(stopping: threading.Event) -> None:
    """The bridge process, until told to stop. Then no line to the store is left open."""
    try:
        in_a_loop(Bridging().run(stopping))
    finally:
        end_asking()


async def work_off(bridge: BridgeFacts, adapter: Adapter) -> None:
    """Deal with everything that came and send everything that is due, once, without listening."""
    line = Line(bridge, adapter)
    while True:
        handled = await in_thread(handle_due)(None, bridge=bridge, can=adapter.can)
        if handled.needs is not None:
            await line._get(handled.needs)  # noqa: SLF001 (the same module's own)
        went = await send_due(bridge, adapter)
        if not handled.count and handled.needs is None and not went.tried:
            break
    await in_thread(say_it_works)(None, bridge_id=bridge.bridge_id)


def work_off_now(bridge: BridgeFacts, adapter: Adapter) -> None:
    """The same, in this thread, for a page or a test."""
    staying_here(work_off, bridge, adapter)

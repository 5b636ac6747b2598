"""Events as they come, and what has to be asked because of them, in one order to the inbox."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import msgspec

from alongside.bridges.adapters.slack.acts import acts
from alongside.bridges.adapters.slack.calls import Calls, Expired
from alongside.bridges.adapters.slack.directory import Directory, Looked
from alongside.bridges.adapters.slack.home import Homes
from alongside.bridges.adapters.slack.parse import events
from alongside.bridges.adapters.slack.reading import NOTHING, Read
from alongside.bridges.adapters.slack.sending import Sending
from alongside.bridges.adapters.slack.sockets import Envelope, Line
from alongside.bridges.adapters.slack.threads import Threads
from alongside.bridges.port import Arrived, Batch, Known, Permanent, Reacted, Said, Temporary
from alongside.kit.json_fields import record_of
from alongside.kit.slack_messages import time_of

# Slack waits three seconds for an acknowledgement. What is asked before has to leave time for the inbox.
_PATIENCE = 1.2
_WAITING = 500
_MOST_AT_ONCE = 300
_ALL_AGAIN = 3600.0
# Without a socket, what a webhook hears is told to another process: one has to look oneself.
_ALL_AGAIN_WITHOUT_SOCKET = 600.0
_LOOK_EVERY = 3.0


@dataclass(slots=True)
class _Taken:
    """Some envelopes and answers, in order, on their way to one batch."""

    envelopes: list[Envelope] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    error: Exception | None = None


class Listening:
    def __init__(
        self,
        calls: Calls,
        known: Known,
        app_token: str,
        *,
        directory: Directory,
        threads: Threads,
        sending: Sending,
        homes: Homes,
    ) -> None:
        self._calls, self._known, self._directory = calls, known, directory
        self._threads, self._sending, self._app_token = threads, sending, app_token
        self._queue: asyncio.Queue[Envelope | Looked | Exception] = asyncio.Queue(maxsize=_WAITING)
        self._rooms_to_look_at: dict[str, None] = {}
        self._all_again = True
        self._wake = asyncio.Event()
        self._homes = homes
        self._line = Line(calls, app_token, self._queue) if app_token else None
        self._looking: asyncio.Future[None] | None = None

    async def batches(self) -> AsyncIterator[Batch]:
        """Raises Temporary and Permanent."""
        await self._directory.introduce()
        self._looking = asyncio.ensure_future(self._look())
        try:
            if self._line is not None:
                await self._line.open()
            while True:
                taken = await self._take()
                if taken.arrived:
                    yield Batch(arrived=tuple(taken.arrived))
                if self._line is not None:
                    await self._line.acknowledge(taken.envelopes)
                if taken.error is not None:
                    raise taken.error
        finally:
            await self.close()

    async def close(self) -> None:
        """Also for one that waits for the inbox and is asked for no more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        if self._line is not None:
            await self._line.close()

    # ---------------------------------------------------------------- what has to be asked

    async def _look(self) -> None:
        """One question after the other, beside what comes."""
        again_after = _ALL_AGAIN if self._app_token else _ALL_AGAIN_WITHOUT_SOCKET
        looked_at_all = 0.0
        try:
            while True:
                if self._all_again or time.monotonic() - looked_at_all > again_after:
                    self._all_again, looked_at_all = False, time.monotonic()
                    async for looked in self._directory.everything():
                        await self._queue.put(looked)
                elif self._rooms_to_look_at:
                    room = next(iter(self._rooms_to_look_at))
                    del self._rooms_to_look_at[room]
                    await self._queue.put(await self._directory.room(room))
                else:
                    await self._wait()
        except (Temporary, Permanent) as error:
            await self._queue.put(error)

    async def _wait(self) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(_LOOK_EVERY):
                await self._wake.wait()
        except TimeoutError:
            if not self._app_token:
                self._rooms_to_look_at |= dict.fromkeys(self._directory.unseen_rooms())

    def _look_at(self, read: Read, rooms: Sequence[str] = ()) -> None:
        self._rooms_to_look_at |= dict.fromkeys([*read.rooms, *(room for room in rooms if room)])
        self._all_again = self._all_again or read.everything
        if self._rooms_to_look_at or self._all_again:
            self._wake.set()

    # ---------------------------------------------------------------- what came

    async def _take(self) -> _Taken:
        """What waits, up to a number. Envelopes that come together are completed together."""
        taken = _Taken()
        waiting = [await self._queue.get()]
        while len(waiting) < _MOST_AT_ONCE and not self._queue.empty():
            waiting.append(self._queue.get_nowait())
        reads = await self._completed([one for one in waiting if isinstance(one, Envelope)], taken)
        for one in waiting:
            if isinstance(one, Looked):
                taken.arrived += self._directory.settle(one)
            elif isinstance(one, Envelope):
                taken.envelopes.append(one)
                self._follow(reads.pop(0), _happened_at(one), taken)
            elif taken.error is None:
                taken.error = one
        return taken

    def _parsed(self, envelope: Envelope) -> Read:
        request = envelope.request
        if request.type == "events_api":
            return events(request.payload, self._directory.workspace)
        if request.type in {"interactive", "slash_commands"}:
            return acts(request.payload, self._known.unseal)
        return NOTHING

    async def _completed(self, envelopes: Sequence[Envelope], taken: _Taken) -> list[Read]:
        """With names, and with what our posts carried; without them, should Slack take too long to say."""
        reads = [self._parsed(envelope) for envelope in envelopes]
        try:
            async with asyncio.timeout(_PATIENCE):
                people = {one for read in reads for one in read.people}
                rooms = {one for read in reads for one in read.named_rooms}
                if self._directory.lacks(people, rooms):
                    async for account in self._directory.look_up(sorted(people)):
                        taken.arrived.append(
                            Arrived(remote_id=f"seen {account.source_id} {time.time_ns()}", event=account)
                        )
                    await self._directory.look_up_rooms(rooms)
                    reads = [self._parsed(envelope) for envelope in envelopes]
                for number, read in enumerate(reads):
                    reads[number] = await self._with_about(read)
        except (TimeoutError, Temporary, Permanent, Expired):
            pass
        return reads

    async def _with_about(self, read: Read) -> Read:
        if read.about is None:
            return read
        about = await self._threads.about(read.about, self._directory.workspace)
        return with_about(read, about) if about else read

    def _follow(self, read: Read, happened_at: float, taken: _Taken) -> None:
        for arrived in read.arrived:
            is_believed, room = self._directory.follow(arrived.event, happened_at)
            if is_believed:
                taken.arrived.append(arrived)
            self._look_at(NOTHING, [room, *self._directory.untold()])
            if isinstance(arrived.event, Said) and arrived.event.context:
                self._sending.heard(arrived.event.context, is_reply=bool(arrived.event.reply_to))
        self._look_at(read)
        if read.home_of:
            self._homes.show(read.home_of)
        if read.ended and taken.error is None:
            taken.error = Permanent(read.ended, is_of_connection=True)


def with_about(read: Read, about: str) -> Read:
    """The same, with what it is about."""
    arrived = tuple(
        Arrived(remote_id=one.remote_id, version=one.version, event=msgspec.structs.replace(one.event, about=about))
        if isinstance(one.event, Said | Reacted)
        else one
        for one in read.arrived
    )
    return Read(arrived, read.rooms, read.people, read.named_rooms)


def _happened_at(envelope: Envelope) -> float:
    event = record_of(record_of(envelope.request.payload).get("event"))
    told = time_of(event.get("event_ts"))
    return told[1].timestamp() if told else time.time()

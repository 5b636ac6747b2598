"""A room's part of a sync, event by event: who came, what changed, what was said, and where Alongside has to go."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Iterator

from alongside.bridges.adapters.matrix import parse
from alongside.bridges.adapters.matrix.direct import Direct
from alongside.bridges.adapters.matrix.fields import Fields, each_at, fields_at, id_at, text_at
from alongside.bridges.adapters.matrix.hearing import Hearing, is_own, is_own_coming
from alongside.bridges.adapters.matrix.kept import Kept
from alongside.bridges.adapters.matrix.policy import Policy
from alongside.bridges.adapters.matrix.rooms import Room, applied
from alongside.bridges.adapters.matrix.telling import Telling
from alongside.bridges.adapters.matrix.wire import Refusal, Wire
from alongside.bridges.port import Arrived, CannotHear, InvitedIn, Joined, Known, Left, Permanent, PutOut, Said

log = logging.getLogger(__name__)

# How long it stays in a room that is encrypted now, for what is to be said there before it goes.
LONGEST_STAY = 60.0


class Following:
    """`administrator`: the token of one, to ask who was deactivated."""

    def __init__(
        self, wire: Wire, policy: Policy, known: Known, *, hearing: Hearing, direct: Direct, telling: Telling,
        administrator: str = "",
    ) -> None:  # fmt: skip
        self._wire = wire
        self._policy = policy
        # Asking costs; from the start on the rooms that were told are known here.
        self._known = set(known.rooms())
        self._hearing = hearing
        self._direct = direct
        self._telling = telling
        self._administrator = administrator
        self.written_down: frozenset[str] = frozenset()
        self._leaving: dict[str, float] = {}

    def is_for_two(self, room: Room) -> bool:
        """A room that was told of as one stays one, also when all but one have left it."""
        if self._is_known(room):
            return False
        return room.is_for_two(self._policy.us, is_written_down=room.id in self.written_down)

    def _is_known(self, room: Room) -> bool:
        return room.id in self._known or self._telling.is_told(room)

    async def begun(self, room: Room) -> AsyncIterator[Arrived]:
        """A room at a start, or after a gap: everything that may have changed meanwhile."""
        if room.is_encrypted:
            for one in self._encrypted(room, f"encrypted {room.id} {self._telling.start}"):
                yield one
        elif not room.is_space:
            for one in self._telling.accounts_of(room, ""):
                yield one
            if room.is_replaced:
                for one in self._left_behind(room, "", is_news=room.id in self._known):
                    yield one
            elif not self.is_for_two(room):
                for one in self._opened(room, "", by=room.inviter, anew=True):
                    yield one

    def _opened(self, room: Room, why: str, *, by: str, anew: bool = False) -> Iterator[Arrived]:
        """A room in which Alongside is, and whether that is news."""
        is_news = not self._is_known(room)
        yield from self._telling.room(room, why, anew=anew)
        if is_news:
            version = "in" if why else f"in {self._telling.start}"
            yield Arrived(remote_id=why or room.id, version=version, event=InvitedIn(room=room.id, by=by))

    def changed(self, room: Room, why: str) -> list[Arrived]:
        """What changed without an event of its own: the members of a space, say."""
        return self._telling.room(room, why) if self._telling.is_told(room) else []

    def gone(self, room: Room, why: str) -> Iterator[Arrived]:
        """A room that we are not in any more, when nothing in it said so."""
        if self._is_known(room):
            yield self._put_out(room, f"{room.id} {why}")

    def _put_out(self, room: Room, why: str) -> Arrived:
        self._telling.lose(room)
        self._known.discard(room.id)
        return Arrived(remote_id=why, version="out", event=PutOut(room=room.id))

    def _left_behind(self, room: Room, why: str, *, is_news: bool) -> Iterator[Arrived]:
        """Replaced by another room: nothing more is taken in, but who is in it, and reads what was, is still followed."""
        is_for_two = self.is_for_two(room)
        if is_news:
            yield self._put_out(room, why or f"{room.id} {self._telling.start}")
        if not is_for_two:
            yield from self._telling.room(room, why, anew=True)

    async def event(self, room: Room, kept: Kept, event: Fields, *, is_past: bool = False) -> AsyncIterator[Arrived]:
        """`is_past`: the room is known as it was after this event already."""
        if is_own_coming(event, self._policy.us):
            async for one in self._came_in(room, event, is_past=is_past):
                yield one
        elif is_own(event, self._policy.us, "leave", "ban"):
            self._leaving.pop(room.id, None)
            if not room.is_space and not self.is_for_two(room):
                yield self._put_out(room, id_at(event, "event_id"))
        elif parse.is_state(event):
            async for one in self._state(room, event, is_past=is_past):
                yield one
        elif not room.is_space and not room.is_encrypted:
            heard = await self._hearing.heard(room, kept, event, is_for_two=self.is_for_two(room))
            if heard is not None:
                if isinstance(heard.event, Said) and heard.event.room == "":
                    await self._direct.used(heard.event.account, room.id)
                yield heard

    async def _came_in(self, room: Room, event: Fields, *, is_past: bool) -> AsyncIterator[Arrived]:
        if not is_past:
            room.apply(event, self._policy.us)
        why = id_at(event, "event_id")
        if room.is_encrypted:
            for one in self._encrypted(room, why):
                yield one
        elif not room.is_space:
            for one in self._telling.accounts_of(room, why):
                yield one
            if not self.is_for_two(room):
                for one in self._telling.room(room, why, anew=True):
                    yield one
                yield Arrived(remote_id=why, version="in", event=InvitedIn(room=room.id, by=room.inviter))

    async def _state(self, room: Room, event: Fields, *, is_past: bool) -> AsyncIterator[Arrived]:
        was_for_two, was_joined = self.is_for_two(room), room.joined()
        if not is_past:
            room.apply(event, self._policy.us)
        if parse.kind(event) == "m.room.member":
            if is_past:
                before = text_at(fields_at(event, "unsigned", "prev_content"), "membership")
                was_joined = frozenset({text_at(event, "state_key")} if before == "join" else ())
            async for one in self._member(room, event, was_joined, was_for_two=was_for_two):
                yield one
        elif not is_past and not room.is_space:
            async for one in self._changed(room, event, was_for_two=was_for_two):
                yield one

    async def _changed(self, room: Room, event: Fields, *, was_for_two: bool) -> AsyncIterator[Arrived]:
        """Its name, its rules; or that it is no place for us any more."""
        why = id_at(event, "event_id")
        if room.is_encrypted:
            for one in self._encrypted(room, why):
                yield one
        elif parse.kind(event) == "m.room.tombstone":
            for one in self._left_behind(room, why, is_news=True):
                yield one
        elif was_for_two and not self.is_for_two(room):
            for one in self._opened(room, why, by=id_at(event, "sender")):
                yield one
        else:
            for one in self.changed(room, why):
                yield one

    async def _member(
        self, room: Room, event: Fields, was_joined: frozenset[str], *, was_for_two: bool
    ) -> AsyncIterator[Arrived]:
        account, why = id_at(event, "state_key"), id_at(event, "event_id")
        is_in, was_in = text_at(event, "content", "membership") == "join", account in was_joined
        if not account or account == self._policy.us or room.is_space:
            return
        for one in self._telling.account(room, account, why) if is_in else ():
            yield one
        if not self.is_for_two(room):
            if was_for_two:
                for one in self._opened(room, why, by=id_at(event, "sender"), anew=True):
                    yield one
            elif is_in != was_in:
                came = Joined(room=room.id, account=account) if is_in else Left(room=room.id, account=account)
                yield Arrived(remote_id=why, event=came)
            for one in self._telling.member(room, account, why, is_in=is_in) if self._telling.is_told(room) else ():
                yield one
        if was_in and not is_in and id_at(event, "sender") == account and await self._is_gone(account):
            for one in self._telling.account(room, account, why, is_deactivated=True):
                yield one

    async def _is_gone(self, account: str) -> bool:
        """Whether who left was deactivated. A homeserver tells only its administrators, or erases the profile too."""
        if not self._policy.is_local(account):
            return False
        try:
            if self._administrator:
                found = await self._wire.as_administrator(self._administrator, "v2", "users", account)
                return found.get("deactivated") is True
            await self._wire.get("profile", account)
        except Refusal as refusal:
            if refusal.is_of_connection and not self._administrator:
                raise
            return refusal.is_missing
        return False

    def _encrypted(self, room: Room, why: str) -> Iterator[Arrived]:
        """A room that is encrypted now is heard no more, and left once that is said: there, or to the other of two."""
        if room.id in self._leaving:
            return
        is_for_two, by = self.is_for_two(room), room.other(self._policy.us)
        self._leaving[room.id] = 0.0 if is_for_two else time.monotonic() + LONGEST_STAY
        self._telling.lose(room)
        self._known.discard(room.id)
        if not is_for_two or by:
            event = CannotHear(room=room.id, name=_called(room), by=by if is_for_two else "", is_in=not is_for_two)
            yield Arrived(remote_id=why, version="encrypted", event=event)

    async def leave(self) -> None:
        """What is encrypted and nobody has left yet, though its time is over: asked when what was told is safe."""
        for room_id, until in list(self._leaving.items()):
            if time.monotonic() >= until:
                await self._without_refusal(self._wire.leave(room_id))
                del self._leaving[room_id]

    async def _without_refusal(self, answer: Awaitable[None]) -> None:
        try:
            await answer
        except Permanent as refusal:
            if refusal.is_of_connection:
                raise
            log.warning("A Matrix room could not be come into or left: %s", refusal)

    async def invited(self, room_id: str, part: Fields, since: str) -> AsyncIterator[Arrived]:
        """Come in when somebody of the house asks, and the room can be read. Where it cannot, who asked is to be told,
        and only when that is safe the invitation is declined. `since`: where we are, which stays the same until then.
        """
        room = applied(Room(room_id), each_at(part, "invite_state", "events"), self._policy.us)
        if self._policy.is_local(room.inviter) and room.is_encrypted:
            event = CannotHear(room=room_id, name=_called(room), by=room.inviter)
            yield Arrived(remote_id=room_id, version=f"asked in {since}", event=event)
            await self._without_refusal(self._wire.leave(room_id))
        elif self._policy.is_local(room.inviter):
            await self._without_refusal(self._come_into(room))
        else:
            await self._without_refusal(self._wire.leave(room_id))

    async def _come_into(self, room: Room) -> None:
        await self._wire.join(room.id)
        if room.is_meant_direct:
            await self._direct.write_down(room.inviter, room.id)
            self.written_down |= {room.id}


def _called(room: Room) -> str:
    return room.name or room.alias

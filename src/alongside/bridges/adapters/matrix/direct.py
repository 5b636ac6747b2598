"""The room for two that Alongside has with an account: found, or made once, and known to both clients as such."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator

from alongside.bridges.adapters.matrix.fields import Fields, each_at, fields_at, texts_at
from alongside.bridges.adapters.matrix.rooms import Room, applied
from alongside.bridges.adapters.matrix.wire import Refusal, Wire
from alongside.bridges.port import Permanent

KIND = "m.direct"


class Direct:
    """`seen`: rooms for two that listening knows of, which may not be written down as such."""

    def __init__(self, wire: Wire, seen: Callable[[str], Iterator[str]]) -> None:
        self._wire = wire
        self._seen = seen
        self._newest: dict[str, str] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._writing = asyncio.Lock()

    async def used(self, account: str, room: str) -> None:
        """Where somebody wrote to us last: there they look for the answer, also after a restart."""
        if self._newest.get(account) != room:
            self._newest[account] = room
            await self.write_down(account, room)

    async def room_for(self, account: str) -> str:
        async with self._locks[account]:
            room = await self._found(account) or await self._made(account)
            self._newest[account] = room
            return room

    async def _found(self, account: str) -> str:
        """Looked at each time: somebody else may have come in since, and must not hear it."""
        newest = self._newest.get(account)
        if newest and await self._is_open(newest, account):
            return newest
        written = reversed(texts_at(await self._written(), account))
        for room in dict.fromkeys((*written, *self._seen(account))):
            if room != newest and await self._is_open(room, account):
                return room
        return ""

    async def _is_open(self, room: str, account: str) -> bool:
        """We are here, and nobody else but one, who is asked in once more when they left; and one can read here."""
        here = applied(Room(room), each_at(await self._wire.found("rooms", room, "state"), "events"), self._wire.us)
        if not here.is_joined(self._wire.us) or here.is_encrypted or here.members.keys() - {self._wire.us, account}:
            return False
        if account in here.members:
            return True
        try:
            await self._wire.invite(room, account)
        except Refusal as refusal:
            if refusal.is_of_connection:
                raise
            return False
        return True

    async def _made(self, account: str) -> str:
        room = await self._wire.create_for_two(account)
        if await self._wire.found("rooms", room, "state", "m.room.encryption") is not None:
            await self._wire.leave(room)
            raise Permanent(
                "The homeserver encrypts every new room, and Alongside cannot write where it cannot read: set "
                "encryption_enabled_by_default_for_room_type to off in homeserver.yaml."
            )
        await self.write_down(account, room)
        return room

    async def write_down(self, account: str, room: str) -> None:
        """Into our account's data, where our other clients and a restart look for it; the newest last."""
        async with self._writing:
            written = await self._written()
            rooms = texts_at(written, account)
            if rooms[-1:] != (room,):
                newest_last = [*(one for one in rooms if one != room), room]
                await self._wire.put(
                    "user", self._wire.us, "account_data", KIND, content={**written, account: newest_last}
                )

    async def _written(self) -> Fields:
        return await self._wire.found("user", self._wire.us, "account_data", KIND) or {}


def written_down(events: object) -> frozenset[str]:
    """All rooms for two, of what a sync says of our account's data."""
    content = fields_at(events, "content")
    return frozenset(room for account in content for room in texts_at(content, account))

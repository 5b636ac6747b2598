"""What was told of rooms and accounts, so that only what changed is told again. Pure."""

import msgspec

from alongside.bridges.adapters.matrix.policy import Policy
from alongside.bridges.adapters.matrix.rooms import Room, account_seen, room_seen
from alongside.bridges.port import AccountSeen, Arrived, RoomSeen


class Telling:
    """`start` is another at every start: then all is told anew, and nothing of it is taken for a replay. `why`, below,
    is the event that tells it, or "" at a start.
    """

    def __init__(self, policy: Policy, rooms: dict[str, Room], start: str) -> None:
        self._policy = policy
        self._rooms = rooms
        self.start = start
        self._accounts: dict[str, AccountSeen] = {}
        self._seen: dict[str, RoomSeen] = {}

    def account(self, room: Room, account: str, why: str, *, is_deactivated: bool = False) -> list[Arrived]:
        seen = account_seen(account, room.members.get(account), self._policy)
        if is_deactivated:  # its name is kept as it was
            seen = msgspec.structs.replace(self._accounts.get(account, seen), is_deactivated=True)
        if account == self._policy.us or self._accounts.get(account) == seen:
            return []
        self._accounts[account] = seen
        return [Arrived(remote_id=account, version=why or self.start, event=seen)]

    def accounts_of(self, room: Room, why: str) -> list[Arrived]:
        return [one for account in sorted(room.joined()) for one in self.account(room, account, why)]

    def room(self, room: Room, why: str, *, anew: bool = False) -> list[Arrived]:
        """A room as it is now, with its members; nothing where it is as it was told, unless `anew`."""
        seen = room_seen(room, self._policy, self._rooms)
        if not anew and self._seen.get(room.id) == seen:
            return []
        self._seen[room.id] = seen
        return [Arrived(remote_id=room.id, version=why or self.start, event=seen)]

    def member(self, room: Room, account: str, why: str, *, is_in: bool) -> list[Arrived]:
        """A room after somebody came or went: told anew only where more changed by it than that."""
        before = self._seen.get(room.id)
        if before is not None:
            members = set(before.members or ()) | {account} if is_in else set(before.members or ()) - {account}
            self._seen[room.id] = msgspec.structs.replace(before, members=tuple(sorted(members)))
        return self.room(room, why)

    def is_told(self, room: Room) -> bool:
        return room.id in self._seen

    def lose(self, room: Room) -> None:
        self._seen.pop(room.id, None)

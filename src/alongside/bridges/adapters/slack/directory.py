"""What is known of a workspace while a connection is open: people, the rooms we are in, and who is in them.

Asked for whole at every start and once in a while, because what happened in between was told to nobody; and whenever
an event says that something changed, or cannot be believed because it comes late.
"""

import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

import msgspec

from alongside.bridges.adapters.slack.calls import Calls, Said
from alongside.bridges.adapters.slack.parse import account_of
from alongside.bridges.adapters.slack.reading import Workspace, room_of
from alongside.bridges.port import (
    AccountSeen,
    Anything,
    Arrived,
    InvitedIn,
    Joined,
    Known,
    Left,
    PutOut,
    Reach,
    Renumbered,
    RoomSeen,
)
from alongside.kit import ids
from alongside.kit.json_fields import Record, record_of, records_of, text_of
from alongside.kit.slack_markup import Names
from alongside.kit.slack_people import checked_identity, enterprise_of

# An event of a joining that is older than this may have been overtaken by a leaving.
LATE = 30.0
_MOST_MOVES = 20_000


@dataclass(frozen=True, slots=True)
class Looked:
    """What Slack answered, when we began to ask: what happened since is in events that came meanwhile.

    `is_over`: the room is archived. Nothing is said there any more; who was in it still reads what was.
    """

    began: float
    accounts: tuple[AccountSeen, ...] = ()
    room: RoomSeen | None = None
    gone: tuple[str, ...] = ()
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class _Move:
    happened_at: float
    heard_at: float
    came: bool


def _told(event: Anything) -> Arrived:
    """What we found out ourselves has no number, and may be the same again later: each time is its own."""
    return Arrived(remote_id=f"looked {ids.new_id()}", event=event)


class Directory:
    def __init__(self, calls: Calls, known: Known) -> None:
        self._calls, self._known = calls, known
        self._people: dict[str, AccountSeen] = {}
        self._programs: set[str] = set()
        self._names: dict[str, str] = {}
        self._open_rooms: dict[str, str] = {}
        self._closed_rooms: set[str] = set()
        self._rooms: dict[str, RoomSeen] = {}
        self._inside: set[str] = set()
        self._moves: dict[tuple[str, str], _Move] = {}
        self._untold: set[str] = set()
        self.workspace = Workspace()

    async def introduce(self) -> None:
        """Who we are here. Raises Temporary and Permanent."""
        answer = await self._calls("auth.test")
        bot = checked_identity(answer.get("user_id"))
        me = record_of((await self._calls("users.info", {"user": bot})).get("user"))
        self._inside = set(self._known.rooms())
        self.workspace = Workspace(
            bot=bot,
            bot_id=text_of(answer.get("bot_id")),
            team=text_of(answer.get("team_id")),
            enterprise=text_of(answer.get("enterprise_id")) or enterprise_of(me),
            url=text_of(answer.get("url")).rstrip("/"),
            names=Names(self._names, self._open_rooms),
            rooms=self._rooms,
        )

    # ---------------------------------------------------------------- asking

    async def everything(self) -> AsyncIterator[Looked]:
        """What narrows comes first: rooms that we are in no more, then people, then who is in each room."""
        began = time.monotonic()
        channels: dict[str, Record] = {}
        # Of an archived private channel the members stay: https://slack.com/help/articles/213185307
        listed = {"types": "public_channel,private_channel"}
        async for page in self._calls.pages("users.conversations", "channels", listed):
            channels |= {text_of(channel.get("id")): channel for channel in records_of(page)}
        yield Looked(began, gone=tuple(sorted({*self._inside, *self._rooms} - set(channels))))
        async for page in self._calls.pages("users.list", "members"):
            yield Looked(began, accounts=tuple(self._remember(records_of(page))))
        for channel in channels.values():
            yield await self._members_of(channel)

    async def room(self, identity: str) -> Looked:
        """A room as it is now. Gone when we are not in it."""
        began = time.monotonic()
        try:
            answer = await self._calls.patiently("conversations.info", {"channel": identity})
        except Said as error:
            if error.code != "channel_not_found":
                raise
            answer = {}
        channel = record_of(answer.get("channel"))
        if channel.get("is_member") is True:
            return await self._members_of(channel)
        return Looked(began, gone=(identity,) if identity in self._inside else ())

    async def _members_of(self, channel: Record) -> Looked:
        began, is_over = time.monotonic(), channel.get("is_archived") is True
        try:
            pages = self._calls.pages("conversations.members", "members", {"channel": text_of(channel.get("id"))})
            members = [member async for page in pages for member in map(checked_identity, page) if member]
        except Said as error:
            if error.is_of_connection or error.code == "missing_scope":
                raise
            return Looked(began, room=room_of(channel, self.workspace, None), is_over=is_over)
        accounts = [account async for account in self.look_up(members)]
        people = [one for one in dict.fromkeys(members) if one not in self._programs and one != self.workspace.bot]
        return Looked(began, tuple(accounts), room_of(channel, self.workspace, tuple(people)), is_over=is_over)

    def _remember(self, users: Iterable[Record]) -> list[AccountSeen]:
        """Those who are new or changed; programs are only remembered as such."""
        changed: list[AccountSeen] = []
        for user in users:
            identity = checked_identity(user.get("id"))
            account = account_of(user, self.workspace)
            if account is None and identity:
                self._programs.add(identity)
                self._names[identity] = text_of(user.get("real_name")) or text_of(user.get("name"))
            elif account is not None and self._people.get(identity) != account:
                self._remember_account(account)
                changed.append(account)
        return changed

    def _remember_account(self, account: AccountSeen) -> None:
        before = self._people.get(account.source_id)
        if before is not None and account.is_guest and not before.is_guest:
            self._untold |= set(self._rooms)  # the core asks anew in which rooms a guest is
        self._people[account.source_id] = account
        self._names[account.source_id] = account.name

    async def look_up(self, accounts: Iterable[str]) -> AsyncIterator[AccountSeen]:
        """Those of them who are not known yet."""
        for identity in dict.fromkeys(accounts):
            if identity in self._people or identity in self._programs or identity == self.workspace.bot:
                continue
            try:
                answer = await self._calls.patiently("users.info", {"user": identity})
            except Said:
                continue
            for account in self._remember([record_of(answer.get("user"))]):
                yield account

    async def look_up_rooms(self, rooms: Iterable[str]) -> None:
        """Names of rooms that a text names, where everybody may know them."""
        for identity in set(rooms) - set(self._open_rooms) - self._closed_rooms:
            try:
                channel = record_of((await self._calls("conversations.info", {"channel": identity})).get("channel"))
            except Said:
                channel = {}
            if channel.get("is_private") is False and channel.get("is_channel") is True:
                self._open_rooms[identity] = text_of(channel.get("name"))
            else:
                self._closed_rooms.add(identity)

    def lacks(self, people: Iterable[str], rooms: Iterable[str]) -> bool:
        is_missing_a_person = any(one not in self._people and one not in self._programs for one in people)
        return is_missing_a_person or any(
            one not in self._open_rooms and one not in self._closed_rooms for one in rooms
        )

    # ---------------------------------------------------------------- following

    def settle(self, looked: Looked) -> list[Arrived]:
        """What was looked up, as events: no more than what changed, and with those who came or went meanwhile."""
        told = [_told(account) for account in looked.accounts]
        ended = (looked.room.source_id,) if looked.is_over and looked.room else ()
        for gone in (*looked.gone, *(one for one in ended if one in self._inside)):
            if gone in self._inside or gone in self._rooms:
                self._forget(gone)
                told.append(_told(PutOut(room=gone)))
        if looked.room is None:
            return told
        room = self._with_moves(looked.room, looked.began)
        if self._rooms.get(room.source_id) != room or room.source_id in self._untold:
            self._untold.discard(room.source_id)
            self._keep(room)
            told.append(_told(room))
        if room.source_id not in self._inside and not looked.is_over:
            # Invited while nobody listened: by whom is not known any more.
            self._inside.add(room.source_id)
            told.append(_told(InvitedIn(room=room.source_id)))
        return told

    def _with_moves(self, room: RoomSeen, began: float) -> RoomSeen:
        if room.members is None:
            return room
        moves = {
            account: move.came
            for (of_room, account), move in self._moves.items()
            if of_room == room.source_id and move.heard_at >= began
        }
        stayed = [member for member in room.members if moves.get(member, True)]
        came = [account for account, has_come in moves.items() if has_come and account not in stayed]
        return msgspec.structs.replace(room, members=(*stayed, *came))

    def follow(self, event: Anything, happened_at: float) -> tuple[bool, str]:
        """Keeps step with an event. Whether it is to be believed, and the room that has to be looked at again: a
        joining that is late may have been overtaken by a leaving, and then it is looked up instead.
        """
        match event:
            case AccountSeen():
                self._remember_account(event)
            case RoomSeen():
                self._keep(event)
            case InvitedIn():
                self._inside.add(event.room)
                return True, event.room
            case PutOut():
                self._forget(event.room)
                return True, event.room
            case Renumbered():
                self._forget(event.room)
                self._inside.add(event.to_room)
                return True, event.to_room
            case Joined() | Left():
                return self._follow_move(event, happened_at)
            case _:
                pass
        return True, ""

    def _follow_move(self, event: Joined | Left, happened_at: float) -> tuple[bool, str]:
        came = isinstance(event, Joined)
        if event.account in self._programs:
            return False, ""
        last = self._moves.get((event.room, event.account))
        if last is not None and last.happened_at > happened_at:
            return False, event.room
        is_late = time.time() - happened_at > LATE
        if came and is_late:
            return False, event.room
        self._moves.pop((event.room, event.account), None)  # the newest stand last
        self._moves[event.room, event.account] = _Move(happened_at, time.monotonic(), came)
        if len(self._moves) > _MOST_MOVES:
            del self._moves[next(iter(self._moves))]
        before = self._rooms.get(event.room)
        if before is not None and before.members is not None:
            others = tuple(member for member in before.members if member != event.account)
            members = (*others, event.account) if came else others
            self._rooms[event.room] = msgspec.structs.replace(before, members=members)
        return True, event.room if is_late else ""

    def _keep(self, room: RoomSeen) -> None:
        self._rooms[room.source_id] = room
        if room.reach is Reach.ORGANISATION:
            self._open_rooms[room.source_id] = room.name.removeprefix("#")
        else:
            self._open_rooms.pop(room.source_id, None)

    def _forget(self, room: str) -> None:
        self._inside.discard(room)
        self._untold.discard(room)
        self._rooms.pop(room, None)
        self._open_rooms.pop(room, None)

    def untold(self) -> list[str]:
        """Rooms to be told anew though nothing of theirs changed, because somebody is a guest now."""
        return sorted(self._untold)

    def unseen_rooms(self) -> set[str]:
        """Rooms that the core knows we are in, and that we have not looked at: a webhook told it."""
        self._inside |= set(self._known.rooms())
        return self._inside - set(self._rooms)

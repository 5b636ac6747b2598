"""A room as its state events say it is: who hears there, who could, what it is called. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from alongside.bridges.adapters.matrix.fields import each_at, fields_at, id_at, is_at, text_at
from alongside.bridges.adapters.matrix.policy import Policy, localpart_of
from alongside.bridges.port import AccountSeen, Reach, RoomSeen

STATE_KINDS = (
    "m.room.create",
    "m.room.name",
    "m.room.canonical_alias",
    "m.room.join_rules",
    "m.room.history_visibility",
    "m.room.encryption",
    "m.room.member",
    "m.room.tombstone",
)
_HERE = frozenset({"join", "invite"})
_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Member:
    membership: str
    name: str = ""


@dataclass(slots=True)
class Room:
    """What is known of a room. Names, rules and members follow its state events, in the order in which they come."""

    id: str
    is_space: bool = False
    name: str = ""
    alias: str = ""
    join_rule: str = "invite"
    spaces: tuple[str, ...] = ()
    history: str = "shared"
    is_encrypted: bool = False
    is_replaced: bool = False
    is_meant_direct: bool = False
    inviter: str = ""
    members: dict[str, Member] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # what to call each of them; held because every message asks

    def apply(self, event: object, us: str) -> None:
        """Follow a state event; anything else changes nothing."""
        key = text_at(event, "state_key")
        if text_at(event, "type") == "m.room.member":
            self._follow(event, key, us)
        elif key == "" and isinstance(event, Mapping) and event.get("state_key") == "":
            self._change(text_at(event, "type"), event)

    def _follow(self, event: object, account: str, us: str) -> None:
        if not id_at({"id": account}, "id").startswith("@"):
            return
        membership = text_at(event, "content", "membership")
        if account == us:
            self._meet(event, membership)
        if membership in _HERE:
            member = Member(membership, text_at(event, "content", "displayname").strip())
            self.members[account], self.names[account] = member, name_of(account, member)
        else:
            self.members.pop(account, None)
            self.names.pop(account, None)

    def _meet(self, event: object, membership: str) -> None:
        """Our own coming in: by whom, and whether it was meant for two."""
        before = fields_at(event, "unsigned", "prev_content")
        if membership == "invite":
            self.inviter = id_at(event, "sender")
        elif text_at(before, "membership") == "invite":
            self.inviter = id_at(event, "unsigned", "prev_sender") or self.inviter
        if is_at(event, "content", "is_direct") or is_at(before, "is_direct"):
            self.is_meant_direct = True

    def _change(self, kind: str, event: object) -> None:
        content = fields_at(event, "content")
        match kind:
            case "m.room.create":
                self.is_space = text_at(content, "type") == "m.space"
            case "m.room.name":
                self.name = " ".join(text_at(content, "name").split())
            case "m.room.canonical_alias":
                self.alias = text_at(content, "alias")
            case "m.room.join_rules":
                self.join_rule = text_at(content, "join_rule") or "invite"
                self.spaces = tuple(id_at(one, "room_id") for one in each_at(content, "allow") if id_at(one, "room_id"))
            case "m.room.history_visibility":
                self.history = text_at(content, "history_visibility") or "shared"
            case "m.room.encryption":
                self.is_encrypted = True  # it can never be taken back
            case "m.room.tombstone":
                self.is_replaced = True

    def joined(self) -> frozenset[str]:
        return frozenset(account for account, member in self.members.items() if member.membership == "join")

    def is_joined(self, account: str) -> bool:
        member = self.members.get(account)
        return member is not None and member.membership == "join"

    def other(self, us: str) -> str:
        """The one other account that is here or asked in, of a room for two; "" otherwise."""
        if len(self.members) - (us in self.members) != 1:
            return ""
        return next(account for account in self.members if account != us)

    def is_for_two(self, us: str, *, is_written_down: bool = False) -> bool:
        """Written to Alongside alone: nobody else but one, and meant so, or no room that others find by a name or may
        come into. One that the other has left is none that could be listened to either.
        """
        if self.is_space or len(self.members) - (us in self.members) > 1:
            return False
        is_found = self.name or self.alias or self.join_rule in {"public", "restricted", "knock_restricted"}
        return is_written_down or self.is_meant_direct or not is_found


def name_of(account: str, member: Member | None) -> str:
    return (member.name if member else "") or localpart_of(account)


def applied(room: Room, events: Iterable[object], us: str) -> Room:
    for event in events:
        room.apply(event, us)
    return room


def account_seen(account: str, member: Member | None, policy: Policy) -> AccountSeen:
    return AccountSeen(
        source_id=account,
        name=name_of(account, member),
        handle=localpart_of(account),
        is_guest=policy.is_guest(account),
    )


def room_seen(room: Room, policy: Policy, spaces: Mapping[str, Room]) -> RoomSeen:
    """Who may read is never told wider than Matrix has it, and narrower where one cannot know."""
    joined = room.joined() - {policy.us}
    reach = _reach(room, policy, joined)
    readers = joined | _who_could_join(room, spaces) - {policy.us}
    return RoomSeen(
        source_id=room.id,
        name=_name(room, policy),
        reach=reach,
        members=tuple(sorted(readers)),
        url=policy.link(room.alias or room.id),
        is_threaded=True,
        hides_earlier=room.history in {"joined", "invited"},
        # World-readable: anybody may be reading along without having joined.
        has_strangers=room.history == "world_readable" or any(policy.is_guest(account) for account in joined),
    )


def _reach(room: Room, policy: Policy, joined: frozenset[str]) -> Reach:
    if room.join_rule != "public" or room.history not in {"shared", "world_readable"}:
        return Reach.MEMBERS
    if policy.is_organisations:
        # An organisation's own homeserver may stand where the world does not reach it: never wider than the house.
        return Reach.ORGANISATION if all(policy.is_local(account) for account in joined) else Reach.MEMBERS
    return Reach.WORLD if room.history == "world_readable" else Reach.MEMBERS


def _who_could_join(room: Room, spaces: Mapping[str, Room]) -> frozenset[str]:
    """Of a room that a space's members may join without being asked in, and then read back: all of those."""
    if room.join_rule not in {"restricted", "knock_restricted"} or room.history not in {"shared", "world_readable"}:
        return frozenset()
    return frozenset().union(*(spaces[one].joined() for one in room.spaces if one in spaces))


def _name(room: Room, policy: Policy) -> str:
    if room.name or room.alias:
        return room.name or room.alias
    names = sorted(name for account, name in room.names.items() if account != policy.us)
    return ", ".join(names[:_MOST_NAMES]) + (" …" if len(names) > _MOST_NAMES else "") or room.id

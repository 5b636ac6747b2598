"""What the parts of reading have in common: what is known of the workspace, and what came of one thing it sent."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from alongside.bridges.port import Anything, Arrived, Reach, RoomSeen
from alongside.kit.json_fields import Record, text_of
from alongside.kit.slack_markup import Names
from alongside.kit.slack_people import checked_identity

_PRIVATE_NAMES = ("directmessage", "mpdm-")
_SHARED = ("is_ext_shared", "is_org_shared", "is_shared", "is_global_shared")


@dataclass(frozen=True, slots=True)
class Workspace:
    """What has to be known of a workspace to understand what it sends. `bot` is our account in it, `bot_id` what
    our posts carry, `rooms` those we are in, as they were told last.
    """

    bot: str = ""
    bot_id: str = ""
    team: str = ""
    enterprise: str = ""
    url: str = ""
    names: Names = field(default_factory=Names)
    rooms: Mapping[str, RoomSeen] = field(default_factory=dict)

    def room_url(self, room: str) -> str:
        if self.url:
            return f"{self.url}/archives/{room}"
        told = self.rooms.get(room)
        return told.url if told else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post of ours is to be looked for whose `about` belongs to what came: this very message, or the newest
    before it in its thread or direct conversation.
    """

    channel: str
    stamp: str
    thread: str = ""
    is_itself: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What one thing that Slack sent means, and what has to be asked of Slack because of it: rooms to look at again
    (`everything`: all of them), accounts and rooms that were named, whose App Home was opened. `ended` is why the
    whole connection is over.
    """

    arrived: tuple[Arrived, ...] = ()
    rooms: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    named_rooms: frozenset[str] = frozenset()
    about: Place | None = None
    home_of: str = ""
    everything: bool = False
    ended: str = ""


NOTHING = Read()


def is_direct(channel: str, name: str = "") -> bool:
    """A conversation between people, or of one with us: no room."""
    return channel.startswith("D") or name.startswith(_PRIVATE_NAMES)


def room_or_none(channel: str, name: str = "") -> str:
    return "" if is_direct(channel, name) else channel


def arrived_once(remote_id: str, event: Anything, version: str = "") -> Read:
    return Read(arrived=(Arrived(remote_id=remote_id, event=event, version=version),))


def number_of(payload: Record, name: str) -> str:
    """What Slack numbered it by; where it did not, the whole of it."""
    number = text_of(payload.get(name))
    if number:
        return number
    try:
        whole = json.dumps(payload, sort_keys=True)
    except (RecursionError, TypeError, ValueError):
        whole = ""
    return hashlib.sha256(whole.encode()).hexdigest()


def room_of(channel: Record, workspace: Workspace, members: tuple[str, ...] | None) -> RoomSeen | None:
    """A channel as the Web API describes it. None for a direct conversation. What does not say that it is public is
    taken for closed.
    """
    identity = checked_identity(channel.get("id"))
    if not identity or is_direct(identity) or channel.get("is_im") is True or channel.get("is_mpim") is True:
        return None
    return RoomSeen(
        source_id=identity,
        name=f"#{text_of(channel.get('name')) or identity}",
        reach=Reach.ORGANISATION if channel.get("is_private") is False else Reach.MEMBERS,
        members=members,
        url=workspace.room_url(identity),
        has_strangers=any(channel.get(mark) is True for mark in _SHARED),
    )

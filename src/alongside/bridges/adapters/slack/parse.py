"""What Slack sends by its Events API to what it means. Pure; it never raises, and what it does not know is nothing."""

import re
from collections.abc import Callable
from dataclasses import replace

import msgspec

from alongside.bridges.adapters.slack.reading import (
    NOTHING,
    Place,
    Read,
    Workspace,
    arrived_once,
    is_direct,
    number_of,
    room_or_none,
)
from alongside.bridges.port import (
    AccountSeen,
    Arrived,
    Deleted,
    InvitedIn,
    Joined,
    Left,
    PutOut,
    Reach,
    Reacted,
    Renumbered,
    RoomSeen,
    Said,
    Sign,
)
from alongside.kit import safe_html
from alongside.kit.json_fields import Record, record_of, text_of
from alongside.kit.slack_emoji import says_it_helped
from alongside.kit.slack_markup import mentioned, render
from alongside.kit.slack_messages import KEPT, edited_at, html_of, thread_of, time_of, url_of, words_of
from alongside.kit.slack_people import SLACKBOT, checked_identity, person_of

MARK = "alongside"
KEEP = frozenset({"keep", "keep-this", "keep_this", "keepthis", "alongside", "bookmark"})
_NAMED_ROOM = re.compile(r"<#([A-Z0-9]{3,21})[|>]")
_GONE = frozenset(
    {"channel_archive", "channel_deleted", "group_archive", "group_deleted", "channel_left", "group_left"}
)
_LOOK_AGAIN = frozenset(
    {
        "channel_rename",
        "group_rename",
        "channel_unarchive",
        "group_unarchive",
        "channel_unshared",
        "shared_channel_invite_accepted",
        "channel_history_changed",
        "group_history_changed",
    }
)
# The same, told as a message in the room.
_LOOK_AGAIN_SAID = frozenset({"channel_convert_to_public", "channel_name", "group_name"})


def events(payload: object, workspace: Workspace) -> Read:
    """The body of a request of the Events API, or the payload of such an envelope in Socket Mode."""
    outer = record_of(payload)
    if outer.get("type") == "app_rate_limited":  # Slack dropped some: nobody knows which
        return Read(everything=True)
    event = record_of(outer.get("event"))
    read = _EVENTS.get(text_of(event.get("type")), _other)(event, outer, workspace)
    return _with_strangers(read, event, outer, workspace)


def _with_strangers(read: Read, event: Record, outer: Record, workspace: Workspace) -> Read:
    """Every event says whether its channel is shared with others: believed at once, and looked at."""
    room = workspace.rooms.get(text_of(event.get("channel")))
    if outer.get("is_ext_shared_channel") is not True or room is None or room.has_strangers:
        return read
    told = Arrived(
        remote_id=f"{number_of(outer, 'event_id')} shared", event=msgspec.structs.replace(room, has_strangers=True)
    )
    return replace(read, arrived=(told, *read.arrived), rooms=read.rooms | {room.source_id})


# ---------------------------------------------------------------- what people say


def _message(event: Record, outer: Record, workspace: Workspace) -> Read:
    channel = checked_identity(event.get("channel"))
    subtype = text_of(event.get("subtype"))
    is_of_others = event.get("channel_type") == "mpim" or (is_direct(channel) and event.get("channel_type") != "im")
    if not channel or is_of_others:
        return NOTHING
    if subtype == "message_changed":
        return _changed(record_of(event.get("message")), channel, workspace)
    if subtype == "message_deleted":
        return _deleted(event.get("deleted_ts"), record_of(event.get("previous_message")), channel, workspace)
    if subtype == "channel_convert_to_private":
        return _closed(channel, outer, workspace)
    if subtype in _LOOK_AGAIN_SAID:
        return Read(rooms=frozenset({channel}))
    return _said(event, channel, workspace)


def _mention(event: Record, _outer: Record, workspace: Workspace) -> Read:
    """Comes beside the message itself and says nothing new; but it does not tell whether it was said in a room or
    among some people, so a room has to be one of ours.
    """
    channel = checked_identity(event.get("channel"))
    if not channel or channel not in workspace.rooms:
        return NOTHING
    return _said(event, channel, workspace)


def _said(event: Record, channel: str, workspace: Workspace) -> Read:
    said = said_of(event, channel, workspace)
    if said is None:
        return NOTHING
    text = words_of(event, text_of(event.get("subtype")))
    version = text_of(record_of(event.get("edited")).get("ts"))
    stamp = said.source_id.partition(":")[2]
    thread = (said.reply_to or "").partition(":")[2]
    is_an_answer = said.is_to_us and (bool(thread) or not said.room)
    return Read(
        arrived=(Arrived(remote_id=f"said {said.source_id}", event=said, version=version),),
        rooms=frozenset({channel} if said.room and channel not in workspace.rooms else ()),
        people=frozenset({said.account, *mentioned(text)} - {workspace.bot}),
        named_rooms=frozenset(_NAMED_ROOM.findall(text)),
        about=Place(channel, stamp, thread) if is_an_answer else None,
    )


def said_of(message: Record, channel: str, workspace: Workspace) -> Said | None:
    """None for what a program said (ourselves too), and for what is empty or a notice."""
    subtype = text_of(message.get("subtype"))
    stamp = time_of(message.get("ts"))
    account = checked_identity(message.get("user"))
    if stamp is None or subtype not in KEPT or not account or is_of_a_program(message, workspace):
        return None
    text = words_of(message, subtype)
    html = html_of(message, text, workspace.names)
    if not html:
        return None
    thread = thread_of(message, stamp[0])
    to_us = _to_us(text, channel, workspace)
    return Said(
        source_id=f"{channel}:{stamp[0]}",
        room=room_or_none(channel),
        account=account,
        html=html,
        text=safe_html.plain_text(html),
        said_at=stamp[1],
        context=f"{channel}:{thread or stamp[0]}",
        reply_to=f"{channel}:{thread}" if thread and thread != stamp[0] else "",
        edited_at=edited_at(message),
        url=url_of(workspace.room_url(channel), channel, stamp[0], thread),
        mentions=tuple(one for one in mentioned(text) if one != workspace.bot),
        is_to_us=to_us is not None,
        words=safe_html.plain_text(render(to_us, workspace.names)) if to_us else "",
    )


def _to_us(text: str, channel: str, workspace: Workspace) -> str | None:
    """What was said to us, without our name; None when it was said to others."""
    if workspace.bot and workspace.bot in mentioned(text):
        return re.sub(rf"<@{re.escape(workspace.bot)}(?:\|[^<>\n]*)?>[ \t]*[:,]?", "", text).strip()
    return text if is_direct(channel) else None


def is_of_a_program(message: Record, workspace: Workspace) -> bool:
    return bool(message.get("bot_id")) or message.get("user") in {workspace.bot, SLACKBOT} or is_marked(message)


def is_ours(message: Record, workspace: Workspace) -> bool:
    by_us = message.get("user") == workspace.bot or message.get("bot_id") == workspace.bot_id
    return by_us and bool(workspace.bot and workspace.bot_id)


def is_marked(message: Record) -> bool:
    return record_of(message.get("metadata")).get("event_type") == MARK


def _changed(message: Record, channel: str, workspace: Workspace) -> Read:
    """Slack calls much a change that is none: a preview that came, a reply that was counted."""
    if message.get("subtype") == "tombstone":
        return _deleted(message.get("ts"), message, channel, workspace)
    return _said(message, channel, workspace) if record_of(message.get("edited")) else NOTHING


def _deleted(stamp: object, before: Record, channel: str, workspace: Workspace) -> Read:
    time = time_of(stamp)
    if time is None or (before.get("subtype") != "tombstone" and is_of_a_program(before, workspace)):
        return NOTHING
    source_id = f"{channel}:{time[0]}"
    return arrived_once(f"deleted {source_id}", Deleted(room=room_or_none(channel), source_id=source_id))


def _reaction(event: Record, outer: Record, workspace: Workspace) -> Read:
    item = record_of(event.get("item"))
    channel, time = checked_identity(item.get("channel")), time_of(item.get("ts"))
    account, name = checked_identity(event.get("user")), text_of(event.get("reaction"))
    sign = Sign.HELPED if says_it_helped(name) else Sign.KEEP if name.partition("::")[0] in KEEP else None
    # A check on one's own words says "done".
    says_done = sign is Sign.HELPED and event.get("item_user") == account
    if sign is None or says_done or time is None or not channel or not account or account == workspace.bot:
        return NOTHING
    if is_direct(channel) and event.get("item_user") not in {workspace.bot, account}:
        return NOTHING
    reacted = Reacted(
        room=room_or_none(channel),
        source_id=f"{channel}:{time[0]}",
        account=account,
        sign=sign,
        is_taken_back=event.get("type") == "reaction_removed",
    )
    is_on_ours = bool(workspace.bot) and event.get("item_user") == workspace.bot
    return replace(
        arrived_once(number_of(outer, "event_id"), reacted),
        people=frozenset({account}),
        about=Place(channel, time[0], is_itself=True) if is_on_ours else None,
    )


# ---------------------------------------------------------------- rooms and who is in them


def _membership(event: Record, outer: Record, workspace: Workspace) -> Read:
    room, account = room_or_none(checked_identity(event.get("channel"))), checked_identity(event.get("user"))
    if not room or not account:
        return NOTHING
    number = number_of(outer, "event_id")
    came = event.get("type") == "member_joined_channel"
    if account == workspace.bot:
        if not came:
            return arrived_once(number, PutOut(room=room))
        invited = InvitedIn(room=room, by=checked_identity(event.get("inviter")))
        return replace(arrived_once(number, invited), rooms=frozenset({room}))
    if not came:
        return arrived_once(number, Left(room=room, account=account))
    return replace(arrived_once(number, Joined(room=room, account=account)), people=frozenset({account}))


def _channel_of(event: Record) -> str:
    channel = event.get("channel")
    return room_or_none(checked_identity(record_of(channel).get("id") if isinstance(channel, dict) else channel))


def _other(event: Record, outer: Record, _workspace: Workspace) -> Read:
    kind, room = text_of(event.get("type")), _channel_of(event)
    if room and kind in _GONE:
        return arrived_once(number_of(outer, "event_id"), PutOut(room=room))
    return Read(rooms=frozenset({room})) if room and kind in _LOOK_AGAIN else NOTHING


def _closed(channel: str, outer: Record, workspace: Workspace) -> Read:
    """From public to private: until its members have been asked for, nobody reads it."""
    before = workspace.rooms.get(channel)
    room = before or RoomSeen(source_id=channel, name=f"#{channel}", reach=Reach.MEMBERS)
    closed = msgspec.structs.replace(room, reach=Reach.MEMBERS, members=None)
    return replace(arrived_once(number_of(outer, "event_id"), closed), rooms=frozenset({channel}))


def _shared(event: Record, outer: Record, workspace: Workspace) -> Read:
    channel = _channel_of(event)
    before = workspace.rooms.get(channel)
    if before is None:
        return Read(rooms=frozenset({channel} if channel else ()))
    shared = msgspec.structs.replace(before, has_strangers=True)
    return replace(arrived_once(number_of(outer, "event_id"), shared), rooms=frozenset({channel}))


def _renumbered(event: Record, outer: Record, _workspace: Workspace) -> Read:
    old, new = (room_or_none(checked_identity(event.get(one))) for one in ("old_channel_id", "new_channel_id"))
    if not old or not new or old == new:
        return NOTHING
    renumbered = Renumbered(room=old, to_room=new)
    return replace(arrived_once(number_of(outer, "event_id"), renumbered), rooms=frozenset({new}))


# ---------------------------------------------------------------- people, and the connection itself


def account_of(user: Record, workspace: Workspace) -> AccountSeen | None:
    """None for programs."""
    person = person_of(user, workspace.team, workspace.enterprise)
    if person is None or person.is_bot:
        return None
    return AccountSeen(
        source_id=person.source_id,
        name=person.name,
        handle=person.handle,
        email=person.email,
        is_guest=person.is_guest,
        is_deactivated=person.is_deactivated,
    )


def _person(event: Record, outer: Record, workspace: Workspace) -> Read:
    account = account_of(record_of(event.get("user")), workspace)
    return NOTHING if account is None else arrived_once(number_of(outer, "event_id"), account)


def _home(event: Record, _outer: Record, _workspace: Workspace) -> Read:
    is_home = event.get("tab", "home") == "home"
    return Read(home_of=checked_identity(event.get("user"))) if is_home else NOTHING


def _revoked(event: Record, _outer: Record, _workspace: Workspace) -> Read:
    """A person's token is none of ours; a bot's is."""
    if not record_of(event.get("tokens")).get("bot"):
        return NOTHING
    return Read(
        ended="Slack: the app's token was revoked. Install the app to the workspace again, and connect it again."
    )


def _uninstalled(_event: Record, _outer: Record, _workspace: Workspace) -> Read:
    return Read(ended="Slack: the app was removed from the workspace. Install it again, and connect it again.")


def _everything(_event: Record, _outer: Record, _workspace: Workspace) -> Read:
    return Read(everything=True)


_EVENTS: dict[str, Callable[[Record, Record, Workspace], Read]] = {
    "message": _message,
    "app_mention": _mention,
    "reaction_added": _reaction,
    "reaction_removed": _reaction,
    "member_joined_channel": _membership,
    "member_left_channel": _membership,
    "channel_shared": _shared,
    "channel_id_changed": _renumbered,
    "team_join": _person,
    "user_change": _person,
    "app_home_opened": _home,
    "tokens_revoked": _revoked,
    "app_uninstalled": _uninstalled,
    "team_domain_change": _everything,
}

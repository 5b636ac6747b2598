"""What people do with our things in Slack to acts: a slash command, a button, "keep this", a form. Pure as `parse`."""

from collections.abc import Callable

import msgspec

from alongside.bridges.adapters.slack.reading import (
    NOTHING,
    Read,
    arrived_once,
    number_of,
    room_or_none,
)
from alongside.bridges.port import Commanded
from alongside.kit.json_fields import Record, record_of, records_of, text_of
from alongside.kit.slack_people import checked_identity

Unseal = Callable[[str], str | None]

# What the manifest puts into the menu of a message, and the words that a choice says.
SHORTCUTS = {"keep": "keep"}
_WITHOUT_WORDS = "help"


class Carried(msgspec.Struct, frozen=True, array_like=True):
    """What a button or a form carries: the words of its act, what it is about, and where it was."""

    words: str
    about: str = ""
    room: str = ""
    context: str = ""
    message: str = ""
    reply: str = ""


def carried(sealed: object, unseal: Unseal) -> Carried | None:
    """None for what we did not put there."""
    opened = unseal(sealed) if isinstance(sealed, str) and sealed else None
    if not opened:
        return None
    try:
        return msgspec.json.decode(opened, type=Carried)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def acts(payload: object, unseal: Unseal) -> Read:
    """The payload of an interaction, or the fields of a slash command."""
    given = record_of(payload)
    if "command" in given and "type" not in given:
        return _slash(given)
    read = _INTERACTIONS.get(text_of(given.get("type")))
    return read(given, unseal) if read else NOTHING


def _act(given: Record, commanded: Commanded) -> Read:
    read = arrived_once(f"act {number_of(given, 'trigger_id')}", commanded)
    return Read(arrived=read.arrived, people=frozenset({commanded.account}))


def _slash(given: Record) -> Read:
    account, channel = checked_identity(given.get("user_id")), checked_identity(given.get("channel_id"))
    if not account:
        return NOTHING
    commanded = Commanded(
        account=account,
        words=text_of(given.get("text")) or _WITHOUT_WORDS,
        room=room_or_none(channel, text_of(given.get("channel_name"))),
        reply=text_of(given.get("response_url")),
        trigger=text_of(given.get("trigger_id")),
    )
    return _act(given, commanded)


def _who_and_where(given: Record) -> tuple[str, str, str]:
    """Account, channel, and the room that this is ("" for a conversation between people)."""
    channel = record_of(given.get("channel"))
    identity = checked_identity(channel.get("id")) or checked_identity(
        record_of(given.get("container")).get("channel_id")
    )
    account = checked_identity(record_of(given.get("user")).get("id"))
    return account, identity, room_or_none(identity, text_of(channel.get("name"))) if identity else ""


def _press(given: Record, unseal: Unseal) -> Read:
    account, channel, room = _who_and_where(given)
    pressed = next(iter(records_of(given.get("actions"))), {})
    what = carried(pressed.get("value"), unseal)
    if what is None or not what.words or not account:
        return NOTHING
    container, message = record_of(given.get("container")), record_of(given.get("message"))
    stamp = text_of(container.get("message_ts")) or text_of(message.get("ts"))
    thread = text_of(container.get("thread_ts")) or text_of(message.get("thread_ts"))
    if not thread and container.get("is_ephemeral") is not True:
        thread = stamp
    commanded = Commanded(
        account=account,
        words=what.words,
        about=what.about,
        room=room,
        context=f"{channel}:{thread}" if channel and thread else "",
        reply=text_of(given.get("response_url")),
        trigger=text_of(given.get("trigger_id")),
    )
    return _act(given, commanded)


def _of_a_message(given: Record, _unseal: Unseal) -> Read:
    """A choice in the menu of a message. Of a conversation between people nothing is passed on, not even where."""
    account, channel, room = _who_and_where(given)
    words = SHORTCUTS.get(text_of(given.get("callback_id")))
    message = record_of(given.get("message"))
    stamp = text_of(given.get("message_ts")) or text_of(message.get("ts"))
    if not words or not account or not stamp:
        return NOTHING
    thread = text_of(message.get("thread_ts")) or stamp
    commanded = Commanded(
        account=account,
        words=words,
        room=room,
        context=f"{channel}:{thread}" if room else "",
        message=f"{channel}:{stamp}" if room else "",
        reply=text_of(given.get("response_url")),
        trigger=text_of(given.get("trigger_id")),
    )
    return _act(given, commanded)


def _form(given: Record, unseal: Unseal) -> Read:
    account = checked_identity(record_of(given.get("user")).get("id"))
    view = record_of(given.get("view"))
    what = carried(view.get("private_metadata"), unseal)
    if what is None or not account:
        return NOTHING
    commanded = Commanded(
        account=account,
        words=what.words,
        about=what.about,
        room=what.room,
        context=what.context,
        message=what.message,
        fields=_filled(record_of(record_of(view.get("state")).get("values"))),
        reply=what.reply,
        trigger=text_of(given.get("trigger_id")),
    )
    return _act(given, commanded)


def _filled(values: Record) -> dict[str, str]:
    return {
        text_of(name): text_of(entry.get("value"))
        for name, block in values.items()
        for entry in records_of(list(record_of(block).values()))[:1]
        if text_of(name)
    }


_INTERACTIONS: dict[str, Callable[[Record, Unseal], Read]] = {
    "block_actions": _press,
    "message_action": _of_a_message,
    "view_submission": _form,
}

"""What a conversation is: its title, and where one ends and the next begins in a flat room."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from alongside.audiences.rules import Kind

# How many messages a page of a conversation shows before it is cut.
MESSAGES_A_PAGE = 200
CONVERSATIONS_A_PAGE = 30
NO_TITLE = "…"
TITLE_LENGTH = 90
TITLE_SENTENCES = 3
TITLE_TELLS = 40

# In a flat room: how long a pause still belongs to what was said before. Chosen on the annotated IRC logs'
# training part by hand (a learned rule comes later); the answer to a mention may take longer than a next remark.
SAME_TALK = timedelta(minutes=15)
SAME_AUTHOR = timedelta(minutes=30)
ANSWERS_A_MENTION = timedelta(hours=8)
# How many earlier messages of the room are looked at.
LOOK_BACK = 60

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class RoomSaid:
    """A room as a tool or an archive gives it. `hearers` are accounts: all of a closed room, the guests of another."""

    source_id: str
    name: str
    kind: Kind
    hearers: tuple[int, ...] = ()
    # A mailbox names only those who wrote in it: then who was known stays known.
    are_all_hearers: bool = True
    # Nobody tells who hears there, so that nobody reads it: also not who heard there last, until they are named again.
    are_hearers_known: bool = True
    # Of a room that others read too, all who are in it, where its tool tells that: who left it leaves what was closed.
    everybody: tuple[int, ...] | None = None
    url: str = ""
    is_threaded: bool = True
    # The tool does not show newcomers what was said before they came: then neither do we.
    hides_earlier: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A message as a tool or an archive gives it, with rows already found for who and where."""

    source_id: str
    room_id: int
    author_id: int
    html: str
    text: str
    said_at: datetime
    context: str | None
    reply_to: str = ""
    subject: str = ""
    edited_at: datetime | None = None
    url: str = ""
    helped: bool = False
    mentions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What telling conversations apart looks at, and nothing more. `context` is None until it is told."""

    source_id: str
    author_id: int
    said_at: datetime
    context: str | None = None
    reply_to: str = ""
    mentions: tuple[int, ...] = ()


def tell_apart(earlier: Sequence[Heard], said: Sequence[Heard]) -> list[str]:
    """For each message of a flat room, in time order, the conversation it belongs to.

    `earlier` are messages whose conversation is known; a message in `said` with a context keeps it. A conversation
    is called after its first message. A reply goes where it replies to; a mention goes to where the one mentioned
    last spoke; otherwise time and author decide.
    """
    known = list(earlier)[-LOOK_BACK:]
    told: list[str] = []
    for message in said:
        context = message.context or _context_of(known, message)
        told.append(context)
        known.append(
            Heard(
                message.source_id,
                message.author_id,
                message.said_at,
                context,
                message.reply_to,
                message.mentions,
            )
        )
        del known[:-LOOK_BACK]
    return told


def _context_of(known: Sequence[Heard], message: Heard) -> str:
    for chosen in (_by_reply, _by_mention, _by_time):
        context = chosen(known, message)
        if context is not None:
            return context
    return message.source_id


def _by_reply(known: Sequence[Heard], message: Heard) -> str | None:
    if not message.reply_to:
        return None
    return next((one.context for one in reversed(known) if one.source_id == message.reply_to), None)


def _by_mention(known: Sequence[Heard], message: Heard) -> str | None:
    """Where one of those mentioned last spoke, or where the author was last mentioned by them."""
    if not message.mentions:
        return None
    for one in reversed(known):
        if message.said_at - one.said_at > ANSWERS_A_MENTION:
            return None
        if one.author_id in message.mentions and one.author_id != message.author_id:
            return one.context
    return None


def _by_time(known: Sequence[Heard], message: Heard) -> str | None:
    """One's own last words a while ago, or an answer to who called one, or whatever was said a moment ago."""
    if message.mentions:
        return None  # calls somebody who has not spoken: something new
    for one in reversed(known):
        pause = message.said_at - one.said_at
        if one.author_id == message.author_id and pause <= SAME_AUTHOR:
            return one.context
        if message.author_id in one.mentions and pause <= ANSWERS_A_MENTION:
            return one.context
        if pause > ANSWERS_A_MENTION:
            break
    last = known[-1] if known else None
    return last.context if last and message.said_at - last.said_at <= SAME_TALK else None


def joined_contexts(said: Sequence[Said], known: Mapping[tuple[int, str], str]) -> list[str | None]:
    """The conversation of each message once replies have found what they reply to.

    `known` maps (room, message's source id) to its conversation's source id. Mail may know only its parent: then the
    parent's conversation is its own, whether that came before (`known`) or in the same batch.
    """
    seen = dict(known)
    for one in said:
        if one.context is not None:
            seen.setdefault((one.room_id, one.source_id), one.context)
    return [None if one.context is None else _followed(one.room_id, one.context, seen) for one in said]


def _followed(room_id: int, context: str, seen: Mapping[tuple[int, str], str]) -> str:
    """From a context to the context of the message that it names, and on; a circle ends where it began."""
    passed = {context}
    while True:
        further = seen.get((room_id, context))
        if further is None or further in passed:
            return context
        context = further
        passed.add(context)


def title_of(subject: str, text: str) -> str:
    """A subject where there is one, otherwise how it begins: whole sentences while they fit, or one cut at a word."""
    words = _SPACES.sub(" ", subject or _beginning(text)).strip()
    if len(words) <= TITLE_LENGTH:
        return words or NO_TITLE
    return words[:TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:–-") + " …"


def _beginning(text: str) -> str:
    """“Anybody else?” alone tells nobody what it is about: short sentences take the next along, whole or cut."""
    sentences = [
        part for line in text.splitlines() for part in _SENTENCE_END.split(line.strip()) if _says_something(part)
    ]
    begun = ""
    for sentence in sentences[:TITLE_SENTENCES]:
        if len(begun) >= TITLE_TELLS and len(begun) + len(sentence) >= TITLE_LENGTH:
            break
        if begun and "://" in sentence:  # an address is read by nobody
            break
        begun = f"{begun} {sentence}".strip()
    return begun or text[:TITLE_LENGTH]


def _says_something(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def anchor_of(said_at: datetime) -> str:
    """What a link to one message ends in: its time, which stays when the index or the store is made anew."""
    return f"m{int(said_at.timestamp() * 1000):x}"


LONGEST_SENTENCE = 500


def mark_of_words(html: str) -> str:
    """By which it is known whether something says still what it said, without keeping the words."""
    return sha256(html.encode()).hexdigest()[:32]


def is_older_edit(edited_at: datetime | None, than: datetime | None) -> bool:
    """Whether a message as it was at one edit (None: as it was said first) came before another, and turns nothing back."""
    return than is not None and (edited_at is None or edited_at < than)


def may_say_it_asks(*, is_asker: bool, is_host: bool) -> bool:
    return is_asker or is_host

"""What a reader of an archive gives: plain records, in a stream, whatever the tool.

A reader knows one format and nothing of the store. It renders the tool's markup to safe HTML itself
(mentions resolved), because only it knows the markup. What it cannot read it yields as `LeftOut`: one
record is never a reason to stop, and the report at the end is made of these.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Final, Protocol, runtime_checkable


class Unreadable(Exception):
    """The archive as a whole cannot be read; the message is one sentence for a person: what, where, what to do."""


class RoomAudience(StrEnum):
    ORGANISATION = "organisation"
    MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class Header:
    """`key` is the same for every export of the same workspace, list or file, so that a newer export finds the
    older one's rows; `name` is for people ("Acme, Slack"); `tool` is slack, mail, zulip or alongside.
    """

    key: str
    name: str
    tool: str


@dataclass(frozen=True, slots=True)
class PersonRecord:
    source_id: str
    name: str
    handle: str = ""
    email: str = ""
    is_guest: bool = False
    is_deactivated: bool = False
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """`members` are source ids of people; for an organisation's room only guests among them matter.
    `is_threaded` is false for a flat room, where conversations must be told apart.
    """

    source_id: str
    name: str
    audience: RoomAudience
    members: tuple[str, ...] = ()
    url: str = ""
    is_threaded: bool = True


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """`context` is the conversation's id in the source (thread root, topic); None in a flat room.
    `html` is safe already. `mentions` and `reply_to` are source ids. `helped`: a reaction said so.
    """

    source_id: str
    room: str
    author: str | None
    html: str
    said_at: datetime
    context: str | None = None
    reply_to: str | None = None
    subject: str = ""
    edited_at: datetime | None = None
    url: str = ""
    helped: bool = False
    mentions: tuple[str, ...] = ()
    # The plain words of `html`, where somebody worked them out already.
    text: str | None = None
    # Mail only: every message id this one names as earlier in its thread, oldest first.
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemovedRecord:
    """The source says that this message was deleted."""

    source_id: str


# What a part of a note and a remark on it are called in an archive, as everywhere.
NOTE_PARTS: Final = ("when", "what_worked", "why", "where_not")
REMARK_KINDS: Final = ("helped", "did not help", "still true")
# An audience of a note beside rooms and people.
THE_ORGANISATION: Final = "organisation"


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """What a note said at a time: its title, and four parts in markdown."""

    made_at: datetime
    author: str | None
    title: str
    when: str = ""
    what_worked: str = ""
    why: str = ""
    where_not: str = ""


@dataclass(frozen=True, slots=True)
class PassageRecord:
    """Words of a message in a part of a note. Without a message: they were removed where they were said."""

    part: str
    message: str | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class CreditRecord:
    who: str
    what_for: str = ""


@dataclass(frozen=True, slots=True)
class RemarkRecord:
    kind: str
    author: str
    said_at: datetime
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """A kept note. `audience`: ids of rooms (who may read all of them), of people (these alone), THE_ORGANISATION;
    none: nobody. `context`: conversations that it was kept from. `revisions`: oldest first, the last is what it says.
    """

    source_id: str
    author: str
    kept_at: datetime
    revisions: tuple[RevisionRecord, ...]
    audience: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    passages: tuple[PassageRecord, ...] = ()
    credited: tuple[CreditRecord, ...] = ()
    remarks: tuple[RemarkRecord, ...] = ()
    alive_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WeaveRecord:
    """A link between two of a kept note and a conversation, with a word why."""

    source_id: str
    left: str
    right: str
    why: str
    author: str
    made_at: datetime


class Reason(StrEnum):
    """Why something was left out. The value is what a person reads in the report."""

    DIRECT = "direct messages are never brought in"
    BOT = "said by a bot"
    FORGOTTEN = "its author asked to be forgotten"
    NOTICE = "joins, leaves and other notices of the tool"
    BROKEN = "a record that could not be read"
    NO_AUTHOR = "its author is not in the archive"
    NO_ROOM = "its room is not in the archive"
    NO_TIME = "it has no time that can be read"
    EMPTY = "it holds no text"
    UNKNOWN = "a kind of record that Alongside does not know"
    TOO_LARGE = "larger than the limit"
    UNSAFE_PATH = "a path that climbs out of the archive"
    TRUNCATED = "the file ends in the middle"
    MEMBER_UNKNOWN = "a member of a room who is not in the archive"
    NO_AUDIENCE = "a note for a room or somebody not in the archive: nobody reads it"
    NO_SOURCE = "a conversation or note that is not in the archive"
    NOT_SAID = "a passage that was not said like that in a message of the archive"
    STILL_SEALED = "a passage from a sealed room in a note that others read"
    TAKEN_AWAY = "deleted in its tool, or moved to another room there, which Alongside was told by the tool itself"
    ANOTHER_AUTHOR = "words of another author than those that are here under the same id: they stay as they are"
    CHANGED_HERE = "a newer revision of a note that was changed here meanwhile"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """`where` points to the thing so that a person can find it: file and line, or an id. Never its text."""

    reason: Reason
    where: str


@dataclass(slots=True)
class Progress:
    """Bytes of the archive read so far, kept by the reader while it streams; a bar is drawn from it."""

    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Against a zip bomb and its like: what one record and one packed file may grow to."""

    record_bytes: int = 4_000_000
    file_bytes: int = 512_000_000
    ratio: int = 200


@dataclass(slots=True)
class Opened:
    """An archive's path with what every reader needs beside it."""

    path: Path
    limits: Limits = field(default_factory=Limits)
    progress: Progress = field(default_factory=Progress)


class Records(Protocol):
    """What is in one archive, whichever its format and whoever reads it. People and rooms come whole before messages
    are asked for.
    """

    @property
    def absence_means_removed(self) -> bool: ...

    def header(self) -> Header: ...

    def people(self) -> Iterator[PersonRecord | LeftOut]: ...

    def rooms(self) -> Iterator[RoomRecord | LeftOut]: ...

    def messages(self) -> Iterator[MessageRecord | RemovedRecord | LeftOut]: ...


class Reader(Records, Protocol):
    """One format. `recognises` looks at content, never at the name, reads little, and never raises.

    Each of `people`, `rooms` and `messages` can be called any number of times and streams from the start; memory is
    bounded by people and rooms, never by messages.
    """

    tool: ClassVar[str]
    # True where an export holds all of a room between its first and last message: what is missing was deleted.
    absence_means_removed: ClassVar[bool]

    def __init__(self, opened: Opened) -> None: ...

    @classmethod
    def recognises(cls, path: Path) -> bool: ...


@runtime_checkable
class ReadsNotes(Protocol):
    """A format that holds kept notes and weaves as well. Asked for once people, rooms and messages are in."""

    def notes(self) -> Iterator[NoteRecord | LeftOut]: ...

    def weaves(self) -> Iterator[WeaveRecord | LeftOut]: ...


def reason_against(
    record: MessageRecord, *, rooms: Container[str], authors: Container[str], bots: Container[str]
) -> Reason | None:
    """Why a message does not come in; None when it does. The same for looking and for bringing in."""
    if record.room not in rooms:
        return Reason.NO_ROOM
    if record.author is not None and record.author in bots:
        return Reason.BOT
    if record.author is None or record.author not in authors:
        return Reason.NO_AUTHOR
    return None if record.html.strip() else Reason.EMPTY

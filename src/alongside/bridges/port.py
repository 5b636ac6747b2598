"""What an adapter of a tool and the core say to each other: plain values, whatever the tool.

An adapter knows one tool and nothing of the store. It turns what the tool sends into `Event`s (`parse`, pure), and
`Post`s into what the tool takes (`render`, pure). It renders the tool's markup to safe HTML itself, with mentions
resolved, because only it knows the markup. Every value here can be written as JSON (msgspec), because the inbox and
the outbox hold them until they are done with, and no longer.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

import msgspec


class Temporary(Exception):
    """The tool or the network failed now and may do it later. `retry_after`: seconds, when the tool said so.

    `is_uncertain`: it may have been done all the same (the line broke after it was sent).
    """

    def __init__(self, reason: str, retry_after: float | None = None, *, is_uncertain: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.is_uncertain = is_uncertain


class Permanent(Exception):
    """It will not work however often it is tried: the message is one sentence for an administrator, in the tool's
    own words where it has some. `is_of_connection`: nothing works any more (a token was revoked), not this post alone.
    """

    def __init__(self, reason: str, *, is_of_connection: bool = False) -> None:
        super().__init__(reason)
        self.is_of_connection = is_of_connection


class Can(StrEnum):
    """What a tool can do. The core chooses what to do instead where it cannot."""

    WHISPER = "whisper"  # show something in a room to one person alone
    DIRECT = "direct"  # write to one person alone
    BUTTON = "button"
    FILE = "file"  # take a file along with what is written to one person alone
    FORM = "form"  # open a form to fill, where an event carried a `trigger`
    THREAD = "thread"
    IDEMPOTENT = "idempotent"  # sending twice with one key posts once
    HISTORY = "history"  # `thread` can fetch what was said before


# ---------------------------------------------------------------- what comes in


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened in the tool."""


class AccountSeen(Event, frozen=True, kw_only=True, tag="account", omit_defaults=True):
    """An account as the tool says it is now: a new one, a changed name, a deactivated one."""

    source_id: str
    name: str
    handle: str = ""
    email: str = ""
    is_guest: bool = False
    is_deactivated: bool = False


class Reach(StrEnum):
    """Who can read a room in its tool."""

    WORLD = "world"
    ORGANISATION = "organisation"  # every full member of the workspace; guests only where they are members
    MEMBERS = "members"


class RoomSeen(Event, frozen=True, kw_only=True, tag="room", omit_defaults=True):
    """A room as the tool says it is now: new, renamed, opened, closed, with its members.

    `members` are source ids of all its accounts (Alongside itself left out); None: they cannot be known, and then
    nobody reads it. `has_strangers`: somebody hears there whom we cannot know (a bridged or federated member, an
    outside subscriber, a shared channel): then nothing is said there.
    """

    source_id: str
    name: str
    reach: Reach
    members: tuple[str, ...] | None = None
    url: str = ""
    is_threaded: bool = True
    hides_earlier: bool = False
    has_strangers: bool = False


class Joined(Event, frozen=True, kw_only=True, tag="joined", omit_defaults=True):
    room: str
    account: str


class Left(Event, frozen=True, kw_only=True, tag="left", omit_defaults=True):
    room: str
    account: str


class InvitedIn(Event, frozen=True, kw_only=True, tag="invited", omit_defaults=True):
    """Alongside was brought into a room, by whom. From now on it is there."""

    room: str
    by: str = ""


class PutOut(Event, frozen=True, kw_only=True, tag="put out", omit_defaults=True):
    """Alongside was removed from a room, or the room is gone: it stops at once."""

    room: str


class CannotHear(Event, frozen=True, kw_only=True, tag="cannot hear", omit_defaults=True):
    """A room whose messages are encrypted, so that Alongside can neither read nor answer there and does not stay.

    The core says so, not the adapter. `is_in`: it is in the room still, and is told there (`Post.is_farewell`); then
    the adapter leaves, and it leaves as well when no such post comes within a minute. Otherwise `by`, who asked it in,
    is told alone. `name`: what people call the room; "" for one in which somebody wrote to Alongside alone.
    """

    room: str
    name: str = ""
    by: str = ""
    is_in: bool = False


class Said(Event, frozen=True, kw_only=True, tag="said", omit_defaults=True):
    """A message, new or edited (`edited_at`; the same `source_id`).

    `html` is safe (kit.safe_html), `text` is its words (safe_html.plain_text(html)). `context` is the source id of
    its thread (its own id when it may begin one; None in a flat room). `is_to_us`: it mentions Alongside or was
    written to it alone; then `words` is the text without the mention. `room` is "" for what was written to Alongside
    alone. `about`: what the post of ours that it answers carried (`Post.about`).
    """

    source_id: str
    room: str
    account: str
    html: str
    text: str
    said_at: datetime
    context: str | None = None
    reply_to: str = ""
    subject: str = ""
    edited_at: datetime | None = None
    url: str = ""
    mentions: tuple[str, ...] = ()
    is_to_us: bool = False
    words: str = ""
    about: str = ""
    trigger: str = ""


class Deleted(Event, frozen=True, kw_only=True, tag="deleted", omit_defaults=True):
    room: str
    source_id: str


class Moved(Event, frozen=True, kw_only=True, tag="moved", omit_defaults=True):
    """Messages that are in another thread or room now, with the same ids."""

    room: str
    source_ids: tuple[str, ...]
    to_room: str
    to_context: str


class Renumbered(Event, frozen=True, kw_only=True, tag="renumbered", omit_defaults=True):
    """A room has another id in its tool now. Where the ids and addresses of its messages have the old one in them, they
    have the new one there now.
    """

    room: str
    to_room: str


class Sign(StrEnum):
    """What a reaction means. Others are not passed on."""

    HELPED = "helped"
    KEEP = "keep"


class Reacted(Event, frozen=True, kw_only=True, tag="reacted", omit_defaults=True):
    """A reaction with a meaning was put to a message (or taken back). `about`: it is on a post of ours."""

    room: str
    source_id: str
    account: str
    sign: Sign
    is_taken_back: bool = False
    about: str = ""
    at: datetime | None = None  # where the tool may tell it again later, from a cursor


class Commanded(Event, frozen=True, kw_only=True, tag="commanded", omit_defaults=True):
    """An act by a slash command, a button, a menu of a message, a form: `words` are what rules.act_of understands.

    `fields`: what a form was filled with. `message`: the message whose menu it was; `context` its thread.
    `reply`: what the adapter needs to answer right there (an address, a token); passed back in `Post.reply`.
    `trigger`: with it a form can be opened, for a few seconds.
    """

    account: str
    words: str
    room: str = ""
    context: str = ""
    message: str = ""
    about: str = ""
    fields: dict[str, str] = {}
    reply: str = ""
    trigger: str = ""


class Bounced(Event, frozen=True, kw_only=True, tag="bounced", omit_defaults=True):
    """What we sent to an account came back."""

    account: str
    reason: str
    is_permanent: bool = True


Anything = (
    AccountSeen
    | RoomSeen
    | Joined
    | Left
    | InvitedIn
    | PutOut
    | CannotHear
    | Said
    | Deleted
    | Moved
    | Renumbered
    | Reacted
    | Commanded
    | Bounced
)


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it stands in the inbox. The same (remote id, version) is taken in once, however often it comes.

    For tools that number their events `remote_id` is that number; otherwise it is what the event is about, and
    `version` tells an edit from what it edits.
    """

    remote_id: str
    event: Anything
    version: str = ""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What came, and where to go on from once it is safely in the inbox. An empty cursor leaves the last one."""

    arrived: tuple[Arrived, ...] = ()
    cursor: str = ""


# ---------------------------------------------------------------- what goes out


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing found: its title with a link, where it was said, and a passage with the words that were looked for."""

    title: str
    link: str = ""
    where: str = ""
    passage: tuple[tuple[str, bool], ...] = ()
    source: str = ""  # a link to where it was said, in its tool
    source_name: str = ""


class Button(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What will happen, and the words of the act that a press says (`Commanded.words`)."""

    label: str
    words: str
    is_first: bool = False
    link: str = ""


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    label: str
    value: str = ""
    is_long: bool = False
    hint: str = ""


class Form(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to fill, and the words of the act that sending it says, with `Commanded.fields`."""

    title: str
    fields: tuple[Field, ...]
    words: str
    send: str = ""


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said, in pieces that every tool can show in its way; plain text in every one of them, never markup."""

    title: str = ""
    lines: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    quote: str = ""  # somebody's own words: a question asked in a room
    buttons: tuple[Button, ...] = ()
    foot: tuple[str, ...] = ()  # small: why it came, what else one can do


class File(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` as mail names it: application/gzip."""

    name: str
    kind: str
    content: bytes


class Post(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to be said in the tool.

    Exactly one of these: `whisper_to` an account in a `room` (needs Can.WHISPER); `account` alone (Can.DIRECT);
    `room` for everybody there. `key` is the same for every try of the same post. `about` comes back with reactions
    and replies to it; it has to travel in the tool (a button's value, a header, a field of the event), signed where
    others could forge it, because we do not remember what was said to whom. `in_name_of`: the person who sends it,
    as everybody there will see; "" is Alongside itself. `may_be_second`: an earlier try may have got through.
    """

    key: str
    body: Body
    room: str = ""
    whisper_to: str = ""
    account: str = ""
    context: str = ""  # the thread it belongs to
    subject: str = ""
    about: str = ""
    in_name_of: str = ""
    in_name_of_account: str = ""
    reply: str = ""
    form: Form | None = None
    trigger: str = ""
    may_be_second: bool = False
    is_farewell: bool = False  # the last thing said in this room: the adapter leaves it then (CannotHear)
    # Of what comes by itself, how it never comes again: a web address, to which one POST by whoever has it does it
    # (RFC 8058), or, where our pages have none, words that do it in reply. "": it is an answer to who gets it.
    stop: str = ""
    attachment: str = ""  # the core's own: what goes along, by name; it lies in no outbox and is made when it is sent
    file: File | None = None  # that, when it is sent (needs Can.FILE)
    hearers: str = ""  # the core's own: who heard in the room when this was made; it is said to nobody else


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """`remote_id` is the message's source id in the tool; `context` its thread; "" where the tool gives none."""

    remote_id: str = ""
    context: str = ""
    url: str = ""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that has to be so. `mend`: what to do when it is not, in the tool's own words."""

    what: str
    is_well: bool
    mend: str = ""


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook brought, and what to answer at once (Slack's challenge, an empty 200). `is_to_complete`: it is
    about a post of ours, and what that carried has to be asked of the tool (`Completes`).
    """

    arrived: tuple[Arrived, ...] = ()
    is_to_complete: bool = False
    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


class Choice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A setting that an administrator gives. A secret one is sealed in the store and never shown or logged."""

    name: str
    label: str
    help: str = ""
    is_secret: bool = False
    is_optional: bool = False
    default: str = ""


class Known(Protocol):
    """What an adapter may ask the core about its own connection, synchronously and cheaply. Nothing else."""

    def rooms(self) -> Sequence[str]:
        """Source ids of rooms in which Alongside is."""

    def seal(self, text: str) -> str:
        """Text that only this installation can have made, and read: for what travels in the tool. URL-safe.

        The same text gives the same, as long as the keys are the same.
        """

    def unseal(self, sealed: str) -> str | None:
        """None for what is not ours, or was changed."""


@runtime_checkable
class Remembers(Protocol):
    """What a `Known` may offer besides. A webhook is answered without a word to the tool, so names in what was said,
    and a room of which an event tells one change only, can come from nowhere else. Asked for by `isinstance`.
    """

    def account_name(self, source_id: str) -> str:
        """Empty for nobody known."""

    def room(self, source_id: str) -> RoomSeen | None:
        """As it was told last, with its members."""


@runtime_checkable
class Adapter(Protocol):
    """One connection to one tool, for as long as it is open."""

    kind: ClassVar[str]
    name: ClassVar[str]  # for people: "Slack"
    tool: ClassVar[str]  # what people.Connection calls it: an archive of the same workspace has the same
    can: ClassVar[frozenset[Can]]
    choices: ClassVar[tuple[Choice, ...]]

    def __init__(self, settings: Mapping[str, str], known: Known) -> None: ...

    def listen(self, cursor: str) -> AsyncIterator[Batch]:
        """What happens from the cursor on, for ever. The next batch is asked for once this one is safely in the
        inbox: that is the moment to acknowledge it to the tool. Raises Temporary and Permanent.
        """

    async def send(self, post: Post) -> Sent:
        """Raises Temporary and Permanent."""

    async def thread(self, room: str, context: str) -> Sequence[Said]:
        """A whole thread, oldest first, with the message that began it; empty where the tool cannot tell."""

    async def check(self) -> Sequence[Check]:
        """Every step of the way, in the order in which one would set it up."""

    async def close(self) -> None: ...


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """Which workspace, server or list a connection leads to. `key` is what an archive of the same has, where there
    are archives of it, so that its accounts and rooms are the same ones; `name` is for people ("Acme, Slack").
    """

    key: str
    name: str


@runtime_checkable
class Identified(Protocol):
    """An adapter that can say which workspace it leads to. Without it a kind has one connection."""

    async def workspace(self) -> Workspace:
        """Raises Temporary and Permanent."""


@runtime_checkable
class Webhook(Protocol):
    """An adapter that is also sent to over HTTP."""

    @classmethod
    def receive(cls, settings: Mapping[str, str], known: Known, headers: Mapping[str, str], body: bytes) -> Received:
        """Signature and age checked first. Pure but for the clock; never raises."""


@runtime_checkable
class Completes(Protocol):
    """An adapter whose webhook cannot know everything that its own listening would: what `receive` brought as
    `is_to_complete` is given to it once in the bridge process before it is acted on, where the tool may be asked.
    Where the tool does not say it now it is asked again, and after some tries the event is acted on as it came.
    """

    async def completed(self, event: Anything) -> Anything:
        """The same event, with `about` where it concerns a post of ours. Raises Temporary and Permanent."""


def decoded(body: bytes) -> Anything:
    """An event as the inbox holds it. Raises msgspec.MsgspecError."""
    event: Anything = msgspec.json.decode(body, type=Anything)
    return event


def encoded(value: Any) -> bytes:
    return msgspec.json.encode(value)

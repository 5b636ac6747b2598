"""What the pages are given: plain values, in words that `wording` makes. No page asks anything of the database."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from django.utils.translation import gettext as _

from alongside.web.wording import Piece, When, initials

Here = Literal[
    "tools",
    "connections",
    "stop",
    "home",
    "notes",
    "find",
    "room",
    "conversation",
    "things",
    "choices",
    "charter",
    "sign_in",
    "error",
]
Theme = Literal["", "paper", "dark"]

# Every page


@dataclass(frozen=True, slots=True)
class Link:
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who is signed in."""

    name: str
    is_administrator: bool = False

    @property
    def initials(self) -> str:
        return initials(self.name)


@dataclass(frozen=True, slots=True)
class TryOutPerson:
    key: str
    """What POST /be gets as `person`; empty for an outsider who is nobody here."""
    label: str
    """“Ana Moreau, hotline”, “Dee Laurent, a guest”, “somebody from outside”."""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class TryOut:
    """The bar in which a try-out lets one be anybody."""

    people: tuple[TryOutPerson, ...]
    reads: str
    """`wording.reading_words(...)`."""
    has_tools: bool = False
    """Whether there is a room and a mailbox to try it in."""


@dataclass(frozen=True, slots=True)
class Page:
    """What stands around every page: `page` in every template."""

    here: Here
    person: Somebody | None = None
    tryout: TryOut | None = None
    theme: Theme = ""
    language: str = "en"
    notices: tuple[str, ...] = ()
    """What has just been done, said once: “Linked to Acme Slack.”"""


@dataclass(frozen=True, slots=True)
class Pager:
    """Two plain steps; an empty address is a step that is not there."""

    newer: str = ""
    older: str = ""


# home.html: `home`


@dataclass(frozen=True, slots=True)
class RoomLine:
    name: str
    url: str
    tool: str
    audience: str
    """`wording.audience_words(...)`."""
    latest: Link | None = None
    """The newest conversation in it."""
    when: When | None = None
    language: str = "en"
    """Of the newest conversation's title."""


@dataclass(frozen=True, slots=True)
class Home:
    rooms: tuple[RoomLine, ...] = ()
    samples: tuple[str, ...] = ()
    """Questions to try; in a try-out only."""
    pager: Pager = Pager()


# find.html and find_results.html: `find`


@dataclass(frozen=True, slots=True)
class Result:
    """One conversation that may answer."""

    title: str
    url: str
    tool: str
    room: str
    when: When
    speaker: str
    """Who said the passage; empty when they are not named here."""
    passage: tuple[Piece, ...]
    is_note: bool = False
    """Then `room` says how fresh it is: “still true in October”."""
    source: Link | None = None
    """Link(“Slack”, permalink): shown as “in Slack”; mail’s is “the mail archive”."""
    helped: bool = False
    """Somebody said there that it helped."""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one could ask: a room of a tool that the reader is in."""

    room: str
    tool: str
    """As `Result.source` names it."""
    url: str

    @property
    def words(self) -> str:
        if self.url.startswith("mailto:"):
            return _("Write to %(room)s") % {"room": self.room}
        return _("Open %(room)s in %(tool)s") % {"room": self.room, "tool": self.tool}


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at and what could not be."""

    at: tuple[str, ...]
    """Sentences; `wording.looked_at(...)` gives them. None: nothing was looked at, and a remark says why."""
    behind: str = ""
    """`wording.span_words(...)` when the index has not caught up; empty when it has."""
    sealed: tuple[str, ...] = ()
    """Names of the reader's own sealed rooms."""


@dataclass(frozen=True, slots=True)
class Find:
    asked: str
    """As typed, operators included; empty: nothing was asked yet."""
    results: tuple[Result, ...] = ()
    looked: Looked = Looked(())
    order: Literal["best", "newest"] = "best"
    other_order_url: str = ""
    remarks: tuple[str, ...] = ()
    words_only: bool = False
    weak: bool = False
    """There are results, and none of them is good."""
    places: tuple[Place, ...] = ()
    to_copy: str = ""
    """`wording.question_to_copy(...)`."""
    is_open: bool = False
    """Open questions alone were looked for."""
    open_url: str = ""
    """The same among open questions."""
    has_sealed_page: bool = True
    """The reader has a page “my things” on which sealed rooms can be opened."""


# room.html: `room`


@dataclass(frozen=True, slots=True)
class ConversationLine:
    title: str
    url: str
    starter: str
    when: When
    language: str = "en"
    helped: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    name: str
    tool: str
    audience: str
    source: Link | None = None
    conversations: tuple[ConversationLine, ...] = ()
    pager: Pager = Pager()


# conversation.html: `conversation`


class Message(NamedTuple):
    """A tuple, because the template unpacks it: looking up attributes was half of the hottest page."""

    id: str
    """What a link to this message ends in."""
    author: str
    """Empty: somebody who is not named here (left out, forgotten, unknown)."""
    initials: str
    words: str
    exact: str
    machine: str
    """When it was said: `wording.When`."""
    html: str
    """Safe HTML as `kit.safe_html` wrote it; put on the page as it is."""
    edited: str
    """When, exactly; empty: never."""
    helped: bool
    url: str
    """In the tool; an address of the web, or empty."""
    language: str
    """`spoken.spoken_each(...)`."""


@dataclass(frozen=True, slots=True)
class Related:
    title: str
    url: str
    tool: str = ""
    room: str = ""
    when: When | None = None
    """Of a conversation close to another; beside a note the title alone."""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Conversation:
    title: str
    room: Link
    tool: str
    audience: str
    when: When
    messages: tuple[Message, ...]
    source: Link | None = None
    close_url: str = ""
    """Where what is close to this is shown: looked for after the page is there."""
    around_url: str = ""
    """Where what was kept from it and woven to it is shown, after the page is there too."""
    keep_url: str = ""
    helped_url: str = ""
    can_act: bool = False
    page: int = 1
    earlier_url: str = ""
    later_url: str = ""
    language: str = "en"


# conversation_close.html and close_list.html: `close`


@dataclass(frozen=True, slots=True)
class Close:
    conversation: Link
    related: tuple[Related, ...]
    language: str = "en"


# things.html: `things`


@dataclass(frozen=True, slots=True)
class AccountLine:
    id: int
    name: str
    tool: str
    connection: str
    """What its tool calls the place: “Tarnbrook, Slack”."""
    address: str = ""


@dataclass(frozen=True, slots=True)
class SealedRoom:
    id: int
    name: str
    connection: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether one's own words, or one's name, may stand in a note. Asked once; silence is a no."""

    id: int
    kind: Literal["passage", "name"]
    note_title: str
    words: str
    """The passage; or what the thanks are for."""
    readers: str = ""
    """“everybody in the organisation”"""


@dataclass(frozen=True, slots=True)
class Credited:
    """A note that thanks the reader."""

    id: int
    note: Link
    is_on_my_page: bool


@dataclass(frozen=True, slots=True)
class Things:
    accounts: tuple[AccountLine, ...] = ()
    rooms: tuple[RoomLine, ...] = ()
    """The closed rooms this person reads as a member."""
    sealed: tuple[SealedRoom, ...] = ()
    reads_organisation: bool = True
    asked: tuple[Asked, ...] = ()
    """What waits for this person's yes."""
    credited: tuple[Credited, ...] = ()
    """Notes that thank this person, to be shown on this page or not by their own choice."""


# choices.html: `choices`


@dataclass(frozen=True, slots=True)
class Offer:
    """An account that carries this person's address; linked only by their own act."""

    id: int
    name: str
    tool: str
    connection: str


@dataclass(frozen=True, slots=True)
class Token:
    """What a command shows instead of a sign-in. When it was last used is stored nowhere."""

    id: int
    name: str
    made: When
    ends: When | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    offers: tuple[Offer, ...] = ()
    accounts: tuple[AccountLine, ...] = ()
    tokens: tuple[Token, ...] = ()
    new_token: str = ""
    """The token itself, on the one page that answers its making or renewal."""
    token_name: str = ""
    """As typed, when it could not be taken."""
    token_error: str = ""
    has_feeds: bool = False
    naming: str = "as in the tool"
    """How notes that go wider name the reader: “as in the tool”, “another name”, “a colleague”."""
    chosen_name: str = ""
    new_feeds: tuple[Link, ...] = ()
    """The addresses themselves, on the one page that answers their making."""
    new_code: str = ""
    """The code that joins another account, on the one page that answers its making."""
    is_paused: bool = False
    is_paused_in_part: bool = False
    """Only some of their accounts are left out."""


# forget.html: `forget`; known.html: `known`


@dataclass(frozen=True, slots=True)
class Forget:
    """What is said before somebody is forgotten."""

    name: str
    stays: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownSection:
    heading: str
    lines: tuple[str, ...]


# charter.html: `charter`


@dataclass(frozen=True, slots=True)
class Charter:
    """The promises' words stand in the template; here is what proves each (names of tests) by its number, and which
    part of it where that is not the whole.
    """

    proofs: dict[int, tuple[str, ...]] = field(default_factory=dict)
    so_far: dict[int, str] = field(default_factory=dict)


# error.html: `error`


@dataclass(frozen=True, slots=True)
class Error:
    status: int
    title: str
    happened: str
    kept: str
    to_do: str


def nothing_here() -> Error:
    """404: the same for a hidden thing and a missing one."""
    return Error(
        404,
        _("There is nothing here that you may read"),
        _("Either there is no such page, or it is kept from you. Alongside does not say which: that would tell."),
        _("Nothing has changed."),
        _("If somebody sent you the address, ask them. Or begin at home."),
    )


def not_yours() -> Error:
    """403: an act that is not this person's to do, and forms that came without their mark (CSRF)."""
    return Error(
        403,
        _("That was not done"),
        _("It is not yours to do, or the page you came from was too old for it."),
        _("Nothing has changed."),
        _("Go back, load the page again, and try once more."),
    )


def not_understood() -> Error:
    """400."""
    return Error(
        400,
        _("That could not be understood"),
        _("Something in the address or the form was not what this page expects."),
        _("Nothing has changed."),
        _("Go back and try again. Or begin at home."),
    )


def went_wrong() -> Error:
    """500."""
    return Error(
        500,
        _("Something went wrong here"),
        _("Alongside could not finish this page. The fault is on this side, not yours."),
        _("An act is done wholly or not at all. If you sent something, look first whether it is there."),
        _("Try again in a minute. If it stays so, tell whoever looks after this place the time at which it happened."),
    )

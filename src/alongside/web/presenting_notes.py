"""What the pages of notes and questions are given: plain values, most of them from `notes.queries` and `wording_notes`."""

from dataclasses import dataclass
from typing import Literal

from alongside.notes.content import FIELDS, Content
from alongside.notes.merging import Change, Conflict, Kind, Merged, differences
from alongside.web.presenting import Link, Pager
from alongside.web.wording import When, initials
from alongside.web.wording_notes import Freshness, field_hints, field_names

ONE_PAGE = Pager()
# Around a change in a long text this much of what was kept is shown.
_KEPT_SHOWN = 160
_AROUND_CONFLICT = 60


# notes.html: `notes`


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note in a list."""

    title: str
    url: str
    freshness: Freshness
    kept_from: str = ""
    """“#hotline, Slack”; empty: told without a conversation, or from one that the reader may not read."""
    audience: str = ""
    """Said only where it is closed."""
    passage: str = ""
    """Its first words."""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Theme:
    """What is talked about more than before, in the words of those who talk about it."""

    words: str
    url: str
    """Where it is looked for."""
    notes: tuple[Link, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question that waits for an answer."""

    id: str
    """What POST question_wonder gets as `conversation`."""
    title: str
    url: str
    room: str
    tool: str
    when: When
    asker: str = ""
    is_wondering: bool = False
    """The reader said “I'd like to know too”. Nobody else sees that."""
    is_mine: bool = False
    """The reader asked it: no need to wonder too."""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Notes:
    newest: tuple[NoteLine, ...] = ()
    themes: tuple[Theme, ...] = ()
    questions: tuple[QuestionLine, ...] = ()
    """A few, oldest waiting first."""
    has_more_questions: bool = False
    pager: Pager = ONE_PAGE
    can_act: bool = True
    """Somebody is signed in."""
    feed_url: str = ""
    """Where the address of a feed is made or renewed."""


# questions.html: `questions`


@dataclass(frozen=True, slots=True)
class Questions:
    questions: tuple[QuestionLine, ...] = ()
    pager: Pager = ONE_PAGE
    can_act: bool = True


# note.html: `note`


@dataclass(frozen=True, slots=True)
class Passage:
    """What somebody said, as they said it. Without a text: it was removed or changed where it was said."""

    text: str = ""
    by: str = ""
    url: str = ""
    is_changed: bool = False
    waits_for_me: int | None = None
    """The reader said this and was asked whether it may stand here: what POST passage_answer gets as `passage`."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four. Neither words nor passages: it is not shown."""

    name: str
    html: str = ""
    """Safe HTML, as rendered when written."""
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Thanks:
    name: str
    what_for: str = ""
    """“the idea”, “asked, kept it”."""

    @property
    def initials(self) -> str:
        return initials(self.name)


@dataclass(frozen=True, slots=True)
class Remark:
    """What came of it, in somebody's words. One without words is not listed: a list of names would be a tally."""

    words: str
    by: str
    when: When
    helped: bool


@dataclass(frozen=True, slots=True)
class Weave:
    other: Link
    why: str
    what: Literal["note", "conversation"] = "note"
    id: int | None = None
    """What POST weave_undo gets as `weave`, where the reader may undo it."""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Woven:
    """The form that links two things, as it came back when it could not be done."""

    address: str = ""
    why: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    id: str
    """In addresses: its public id."""
    title: str
    parts: tuple[Part, ...]
    freshness: Freshness
    audience: str
    """“open to everybody in the organisation”: `wording.audience_words`."""
    kept_from: tuple[Link, ...] = ()
    """Conversations that the reader may read: Link(“a conversation in Slack”, url)."""
    room: str = ""
    """“#hotline”, said before what it was kept from."""
    ripple: str = ""
    """`ripple.drawn(...)`: safe HTML."""
    remarks: tuple[Remark, ...] = ()
    own_remark: Literal["", "helped", "did not help"] = ""
    """What the reader said of it."""
    own_sentence: str = ""
    thanks: tuple[Thanks, ...] = ()
    close: tuple[Link, ...] = ()
    close_url: str = ""
    """Where what is close to this is shown, when it is looked for after the page is there."""
    weaves: tuple[Weave, ...] = ()
    woven: Woven = Woven()
    can_act: bool = True
    has_draft: bool = False
    """The reader began to change it and did not save."""
    is_confirmed_this_month: bool = False
    """Then “Still true” has nothing to add."""
    language: str = "en"


# note_edit.html: `editing`


@dataclass(frozen=True, slots=True)
class Found:
    """A passage for a part. It is quoted as said: one can leave it out, not reword it."""

    key: str
    """What is posted as `passage` while it stays; empty: it stands in the note and is not changed here."""
    text: str
    by: str
    source: Link | None = None
    """Link(“#hotline, 3 March”, url of the message)."""
    when: When | None = None
    is_chosen: bool = True
    by_machine: bool = False
    """Nobody has read it yet."""


@dataclass(frozen=True, slots=True)
class Field:
    """One of the four parts while it is written."""

    name: str
    """“when”, “what_worked”, “why”, “where_not”: also what is posted."""
    text: str = ""
    found: tuple[Found, ...] = ()

    @property
    def label(self) -> str:
        return field_names()[self.name]

    @property
    def hint(self) -> str:
        return field_hints()[self.name]

    @property
    def by_machine(self) -> bool:
        return any(found.by_machine for found in self.found)


@dataclass(frozen=True, slots=True)
class AudienceChoice:
    key: str
    """Posted as `audience`."""
    words: str
    """“Everybody who may read that conversation”, “Only me”, “Everybody in the organisation”."""
    is_chosen: bool = False
    stays_out: str = ""
    """“What Bo and Cy said stays out until they say yes. Each is asked once, quietly.”"""


@dataclass(frozen=True, slots=True)
class Credited:
    key: str
    """Posted as `credited` while it stays; what for is posted as `for-<key>`."""
    name: str
    what_for: str = ""
    is_chosen: bool = True


@dataclass(frozen=True, slots=True)
class Beside:
    """Another conversation that the note is kept from as well."""

    key: str
    """Posted as `beside` while it stays."""
    link: Link


@dataclass(frozen=True, slots=True)
class Both:
    """A place that two people changed at once, with a few words around it."""

    field: str
    before: str
    theirs: str
    mine: str
    after: str

    @property
    def label(self) -> str:
        return field_names()[self.field]


@dataclass(frozen=True, slots=True)
class Editing:
    action: str
    """The address that the form is posted to."""
    back: Link
    """Where one came from: the conversation, or the note."""
    title: str
    fields: tuple[Field, ...]
    is_new: bool = True
    """A note that is kept now; otherwise one that is changed."""
    title_by_machine: bool = False
    based_on: int = 0
    audiences: tuple[AudienceChoice, ...] = ()
    """Empty: it is not chosen here."""
    audience: str = ""
    """Where it is not chosen: who reads it, in words."""
    credited: tuple[Credited, ...] = ()
    beside: tuple[Beside, ...] = ()
    another: str = ""
    """As typed, when it was no address."""
    candidates: tuple[Link, ...] = ()
    """Conversations that these words find: Link(title, what is posted as `add`)."""
    can_add: bool = False
    conflicts: tuple[Both, ...] = ()
    conflict_by: str = ""
    """Who saved meanwhile."""
    draft_kept: When | None = None
    """When this draft was last kept."""
    error: str = ""
    language: str = "en"


def conflicts_shown(both: Merged) -> tuple[Both, ...]:
    return tuple(_conflict_shown(getattr(both.content, one.field), one) for one in both.conflicts)


def _conflict_shown(text: str, conflict: Conflict) -> Both:
    before, after = text[: conflict.start], text[conflict.end :]
    if len(before) > _AROUND_CONFLICT:
        before = "… " + before[-_AROUND_CONFLICT:].split(" ", 1)[-1]
    if len(after) > _AROUND_CONFLICT:
        after = after[:_AROUND_CONFLICT].rsplit(" ", 1)[0] + " …"
    return Both(conflict.field, before, conflict.theirs, conflict.mine, after)


# note_history.html: `history`


@dataclass(frozen=True, slots=True)
class ChangedPart:
    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    number: int
    """What POST note_put_back gets as `revision`."""
    when: When
    by: str
    """Empty: somebody who is not named here."""
    parts: tuple[ChangedPart, ...]
    is_first: bool = False
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class History:
    id: str
    note: Link
    revisions: tuple[Revision, ...]
    """Newest first."""
    can_act: bool = True
    language: str = "en"


def changed_parts(before: Content | None, after: Content) -> tuple[ChangedPart, ...]:
    """What a revision changed, part by part; of the first one what it said. Parts that stayed are not shown."""
    names = field_names()
    parts = []
    for field in FIELDS:
        now = getattr(after, field)
        then = getattr(before, field) if before else now
        if now != then or (before is None and now):
            parts.append(ChangedPart(names[field], _shortened(differences(then, now))))
    return tuple(parts)


def _shortened(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Long stretches that stayed are cut down to what stands around the changes; a space is no change to look at."""
    last = len(changes) - 1
    shown: list[Change] = []
    for place, change in enumerate(changes):
        if change.kind is Kind.KEPT:
            text = change.text if last == 0 else _around(change.text, before=place > 0, after=place < last)
            shown.append(Change(Kind.KEPT, text))
        else:
            shown.extend(_without_space_around(change))
    return tuple(change for change in shown if change.text)


def _without_space_around(change: Change) -> tuple[Change, ...]:
    words = change.text.strip()
    if change.kind is Kind.REMOVED:
        return (Change(Kind.REMOVED, change.text),) if words else ()
    start = change.text.find(words)
    space, rest = change.text[:start], change.text[start + len(words) :]
    return Change(Kind.KEPT, space), Change(Kind.ADDED, words), Change(Kind.KEPT, rest)


def _around(text: str, *, before: bool, after: bool) -> str:
    """`before` and `after`: whether something changed there."""
    if len(text) <= _KEPT_SHOWN * 2:
        return text
    head = text[:_KEPT_SHOWN].rsplit(" ", 1)[0] + " " if before else ""
    tail = " " + text[-_KEPT_SHOWN:].split(" ", 1)[-1] if after else ""
    return f"{head}[…]{tail}"


# tell.html: `tell`


@dataclass(frozen=True, slots=True)
class Tell:
    sentence: str = ""
    named: str = ""
    audiences: tuple[AudienceChoice, ...] = ()
    error: str = ""


# around_list.html: `around`


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of a message that helped them."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class OwnHelped:
    """A message of which the reader said that it helped them: `anchor` is its place on the conversation's page."""

    anchor: str
    author: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Around:
    """What came of a conversation: notes, sentences of thanks, weaves, and whether it still asks."""

    id: str
    conversation: Link
    kept: tuple[Link, ...] = ()
    helped: tuple[Said, ...] = ()
    own: tuple[OwnHelped, ...] = ()
    weaves: tuple[Weave, ...] = ()
    woven: Woven = Woven()
    asks: bool = False
    is_answered: bool = False
    is_asker: bool = False
    is_wondering: bool = False
    can_act: bool = False

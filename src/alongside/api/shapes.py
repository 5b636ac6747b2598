"""What goes in and out of the API, typed: bodies are checked against these, and its description is made from them."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from alongside.notes.rules import (
    LONGEST_NAME,
    LONGEST_PART,
    LONGEST_SENTENCE,
    LONGEST_TITLE,
    MOST_PASSAGES,
    Naming,
    Part,
    Readers,
    RemarkKind,
)

# A zero character is no text: PostgreSQL cannot hold it.
TEXT = r"^[^\x00]*$"
Id = Annotated[str, Meta(pattern=r"^[0-9a-z]{1,40}\Z", examples=["k3v9x2m7qp4d"])]
Anchor = Annotated[str, Meta(pattern=r"^m[0-9a-f]{1,20}\Z", description="A message's place in its conversation.")]
Title = Annotated[str, Meta(min_length=1, max_length=LONGEST_TITLE, pattern=TEXT)]
Words = Annotated[str, Meta(max_length=LONGEST_PART, pattern=TEXT, description="Markdown.")]
Sentence = Annotated[str, Meta(max_length=LONGEST_SENTENCE, pattern=TEXT)]
Number = Annotated[int, Meta(ge=1, le=1_000_000)]
PartName = Literal["when", "what_worked", "why", "where_not"]
PARTS_NAMED: dict[PartName, Part] = {
    "when": Part.WHEN,
    "what_worked": Part.WHAT_WORKED,
    "why": Part.WHY,
    "where_not": Part.WHERE_NOT,
}
RemarkName = Literal["helped", "did not help", "still true"]
REMARKS_NAMED: dict[RemarkName, RemarkKind] = {
    "helped": RemarkKind.HELPED, "did not help": RemarkKind.DID_NOT, "still true": RemarkKind.STILL_TRUE,
}  # fmt: skip


ReadersName = Literal["same", "me", "organisation"]
READERS_NAMED: dict[ReadersName, Readers] = {
    "same": Readers.SAME, "me": Readers.ME, "organisation": Readers.ORGANISATION,
}  # fmt: skip
NamingName = Literal["as in the tool", "another name", "a colleague"]
NAMINGS: dict[NamingName, Naming] = {
    "as in the tool": Naming.AS_THERE, "another name": Naming.ANOTHER, "a colleague": Naming.COLLEAGUE,
}  # fmt: skip


class Strict(Struct, forbid_unknown_fields=True):
    """Nothing is taken or given that is not described."""


# In


class Written(Strict):
    title: Title
    when: Words = ""
    what_worked: Words = ""
    why: Words = ""
    where_not: Words = ""


class PassageAsked(Strict):
    part: PartName
    conversation: Id
    message: Anchor
    text: Annotated[str, Meta(min_length=1, max_length=LONGEST_PART, pattern=TEXT)]


class CreditAsked(Strict):
    """Who said something there. `name` only where two spoke at the same moment."""

    conversation: Id
    message: Anchor
    what_for: Annotated[str, Meta(max_length=100, pattern=TEXT)] = ""
    name: Annotated[str, Meta(max_length=200, pattern=TEXT)] = ""


class Keeping(Strict):
    conversations: Annotated[list[Id], Meta(min_length=1, max_length=20)]
    content: Written
    passages: Annotated[list[PassageAsked], Meta(max_length=MOST_PASSAGES)] = []
    credited: Annotated[list[CreditAsked], Meta(max_length=MOST_PASSAGES)] = []
    readers: Annotated[
        ReadersName,
        Meta(description="Who may read all of it; you alone; the organisation, and passages by their authors' yes."),
    ] = "same"


class Telling(Strict):
    sentence: Annotated[str, Meta(min_length=1, max_length=LONGEST_SENTENCE, pattern=TEXT)]
    for_organisation: bool = True
    named: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=200, pattern=TEXT)]],
        Meta(max_length=20, description="Names, handles or addresses. Each is asked once, and named by their own yes."),
    ] = []


class Changing(Strict):
    content: Written
    based_on: Number


class PuttingBack(Strict):
    revision: Number


class Remarking(Strict):
    kind: RemarkName
    sentence: Sentence = ""


class TakingBack(Strict):
    kind: RemarkName


class MessageNamed(Strict):
    """A message's place. `name` only where two spoke at the same moment."""

    message: Anchor
    name: Annotated[str, Meta(max_length=200, pattern=TEXT)] = ""


class Helping(Strict):
    """By the asker: these helped. By anybody: this helped me."""

    messages: Annotated[list[MessageNamed], Meta(min_length=1, max_length=50)]
    sentence: Sentence = ""


class NotHelping(Strict):
    """What one said of these messages, unsaid."""

    messages: Annotated[list[MessageNamed], Meta(min_length=1, max_length=50)]


class Asking(Strict):
    asks: bool


class Showing(Strict):
    is_on_my_page: bool


class Calling(Strict):
    naming: NamingName
    name: Annotated[str, Meta(max_length=LONGEST_NAME, pattern=TEXT)] = ""


class End(Strict):
    kind: Literal["note", "conversation"]
    id: Id


class Weaving(Strict):
    left: End
    right: End
    why: Annotated[str, Meta(min_length=1, max_length=LONGEST_SENTENCE, pattern=TEXT)]


class Answering(Strict):
    is_yes: bool


# Out, of notes


class NoteLine(Strict):
    id: str
    title: str
    kept_at: datetime
    alive_in: Annotated[str, Meta(description="The month in which it was last kept, changed or confirmed.")]
    is_open: bool
    page: str


class NotesPage(Strict):
    notes: list[NoteLine]
    has_more: bool


class PartShown(Strict):
    markdown: str
    html: str


class PartsShown(Strict):
    when: PartShown
    what_worked: PartShown
    why: PartShown
    where_not: PartShown


class PassageShown(Strict):
    part: PartName
    text: str
    author: str
    said_at: datetime | None
    conversation: str
    is_removed: bool
    is_changed: Annotated[bool, Meta(description="Its author says something else there now; the words are gone.")]
    waits_for_your_yes: bool


class CreditShown(Strict):
    name: str
    what_for: str


class RemarkShown(Strict):
    kind: RemarkName
    sentence: str
    name: str
    said_at: datetime


class SourceShown(Strict):
    id: str
    title: str
    room: str
    tool: str


class WovenShown(Strict):
    kind: Literal["note", "conversation"]
    id: str
    title: str
    why: str
    number: Annotated[int | None, Meta(description="Where you made it: what undoes it.")]


class NoteShown(Strict):
    id: str
    title: str
    parts: PartsShown
    revision: int
    kept_at: datetime
    kept_by: str
    changed_at: datetime
    alive_in: str
    audience: str
    page: str
    passages: list[PassageShown]
    credited: list[CreditShown]
    helped: Annotated[bool, Meta(description="Somebody said that it helped. Never how many.")]
    did_not_help: bool
    remarks: Annotated[list[RemarkShown], Meta(description="Those in words; a list of names would be a tally.")]
    kept_from: list[SourceShown]
    woven: list[WovenShown]


class ConflictShown(Strict):
    part: Literal["title", "when", "what_worked", "why", "where_not"]
    start: int
    end: int
    theirs: str
    mine: str


class Changed(Strict):
    note: NoteShown
    conflicts: list[ConflictShown]


class RevisionShown(Strict):
    number: int
    made_at: datetime
    name: str
    content: "WrittenThen"


class WrittenThen(Strict):
    title: str
    when: str
    what_worked: str
    why: str
    where_not: str


class Revisions(Strict):
    revisions: list[RevisionShown]


class KeptFromIt(Strict):
    notes: list[NoteLine]
    woven: list[WovenShown]


class PassageDrafted(Strict):
    part: PartName
    conversation: str
    message: str
    text: str
    author: str


class CreditDrafted(Strict):
    conversation: str
    message: str
    name: str
    what_for: str


class Drafted(Strict):
    """Chosen by a machine from what people wrote, for you alone: nothing of it is shown to anybody until you keep it."""

    conversation: str
    title: str
    passages: list[PassageDrafted]
    credited: list[CreditDrafted]


class AskedOfYou(Strict):
    kind: Literal["passage", "name"]
    number: int
    note: str
    words: str


class Waiting(Strict):
    asked: list[AskedOfYou]


class ThanksShown(Strict):
    number: int
    note: str
    title: str
    is_on_my_page: bool


class ThanksPage(Strict):
    thanks: list[ThanksShown]


class NameInNotes(Strict):
    """How you are named in notes that more people read than heard what was said."""

    naming: NamingName
    name: str


class QuestionShown(Strict):
    id: str
    title: str
    room: str
    tool: str
    asker: str
    asked_at: datetime
    is_yours: bool
    you_wonder: Annotated[bool, Meta(description="You would like to know too. Known to nobody else.")]
    page: str


class QuestionsPage(Strict):
    questions: list[QuestionShown]
    has_more: bool


class QuestionState(Strict):
    asks: bool
    is_answered: bool
    is_yours: bool
    you_wonder: bool


class AnsweredShown(Strict):
    id: str
    title: str
    page: str


class Answered(Strict):
    answered: list[AnsweredShown]


class Feeds(Strict):
    atom: str
    json: str


# Out, of what was said


class Error(Strict):
    error: str


class RoomNamed(Strict):
    id: str
    name: str


class Segment(Strict):
    text: str
    marked: bool


class ResultShown(Strict):
    kind: Literal["conversation", "note"]
    id: str
    source_id: str
    title: str
    tool: str
    room: RoomNamed
    speaker: str
    said_at: datetime
    passage: list[Segment]
    url: str
    page: str


class PlaceShown(Strict):
    room: str
    tool: str
    url: str


class FoundShown(Strict):
    results: list[ResultShown]
    remarks: list[str]
    fits: bool
    behind_seconds: int
    sealed_rooms: list[str]
    ask_in: list[PlaceShown]


class Completed(Strict):
    rooms: list[RoomNamed]
    words: list[str]


class Newest(Strict):
    id: str
    title: str
    last_said_at: datetime


class RoomShown(Strict):
    id: str
    name: str
    tool: str
    connection: str
    audience: str
    url: str


class RoomInList(RoomShown):
    newest: Newest


class RoomsPage(Strict):
    rooms: list[RoomInList]


class ConversationInList(Strict):
    id: str
    title: str
    started_at: datetime
    last_said_at: datetime


class RoomWithConversations(RoomShown):
    conversations: list[ConversationInList]
    has_older: bool


class MessageShown(Strict):
    id: Annotated[str, Meta(description="Its place in the conversation: what a passage or a credit names.")]
    author: str
    said_at: datetime
    edited_at: datetime | None
    html: str
    url: str
    helped: bool


class ConversationShown(Strict):
    id: str
    title: str
    url: str
    started_at: datetime
    last_said_at: datetime
    room: RoomShown
    messages: list[MessageShown]
    has_later: bool


class RelatedShown(Strict):
    public_id: str
    title: str
    tool: str
    room: str
    last_said_at: datetime


class RelatedPage(Strict):
    related: list[RelatedShown]

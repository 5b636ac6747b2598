"""Reads of notes. A note is read through its audience; what of it waits for somebody's yes is read by nobody else."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from alongside.audiences.models import Audience, Hearer
from alongside.audiences.models import Part as AudiencePart
from alongside.audiences.queries import NotThere, readable_by
from alongside.audiences.rules import Kind
from alongside.conversations.models import Conversation, Message, Room
from alongside.conversations.queries import conversation_row
from alongside.conversations.rules import anchor_of
from alongside.notes.content import Content
from alongside.notes.following import stands_in
from alongside.notes.models import Credit, Draft, Feed, Note, Passage, Remark, Revision, Source, Weave
from alongside.notes.naming import Names, unscoped_names_on
from alongside.notes.rules import Part, RemarkKind, Standing
from alongside.people.queries import digest_of, viewer_of_person
from alongside.people.rules import Viewer

NOTES_A_PAGE = 20
# Reads what every member of the organisation reads, and nothing beside.
ANYBODY_HERE = Viewer(None, (), reads_organisation=True)


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note in a list."""

    public_id: str
    title: str
    kept_at: datetime
    alive_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class PassageView:
    """Words that somebody said. An empty text: they were removed or changed where they were said."""

    passage_id: int
    part: Part
    text: str
    author: str
    said_at: datetime | None
    conversation_id: str
    standing: Standing
    # Its author says something else there now.
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class CreditView:
    credit_id: int
    name: str
    what_for: str
    is_mine: bool
    is_on_my_page: bool


@dataclass(frozen=True, slots=True)
class RemarkView:
    kind: RemarkKind
    sentence: str
    name: str
    said_at: datetime
    is_mine: bool


@dataclass(frozen=True, slots=True)
class SourceView:
    """What a note was kept from, with when it was asked and first answered."""

    public_id: str
    title: str
    room: str
    tool: str
    started_at: datetime
    last_said_at: datetime


@dataclass(frozen=True, slots=True)
class Woven:
    """The other end of a weave."""

    kind: str
    public_id: str
    title: str
    why: str
    # For who made it, to undo it.
    weave_id: int | None


@dataclass(frozen=True, slots=True)
class DraftView:
    """`based_on`: the revision from which a change began; 0 for a new note. `beside`: public ids of conversations."""

    content: Content
    based_on: int
    beside: tuple[str, ...]
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class NoteView:
    note_id: int
    public_id: str
    content: Content
    html: dict[str, str]
    revision: int
    kept_at: datetime
    alive_at: datetime
    kept_by: str
    audience_kind: str
    passages: tuple[PassageView, ...]
    credits: tuple[CreditView, ...]
    remarks: tuple[RemarkView, ...]
    sources: tuple[SourceView, ...]
    weaves: tuple[Woven, ...]
    has_changed: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class RevisionView:
    number: int
    made_at: datetime
    name: str
    content: Content


def readable_notes(viewer: Viewer) -> "QuerySet[Note]":
    return readable_by(viewer, Note.objects.all())


def note_row(viewer: Viewer, public_id: str) -> Note:
    """Raises NotThere, for a hidden note and a missing one."""
    found = readable_notes(viewer).select_related("audience", "person", "account").filter(public_id=public_id).first()
    if found is None:
        raise NotThere
    return found


def note_title(viewer: Viewer, public_id: str) -> str:
    """Raises NotThere."""
    row = note_row(viewer, public_id).pk
    return unscoped_latest_revisions([row])[row].title


def newest_kept(viewer: Viewer, page: int = 1) -> tuple[list[NoteLine], bool]:
    """A page of notes, the one kept last first, and whether there are more. Two queries."""
    start = (page - 1) * NOTES_A_PAGE
    rows = list(
        readable_notes(viewer).select_related("audience").order_by("-kept_at", "-id")[start : start + NOTES_A_PAGE + 1]
    )
    return _lines(rows[:NOTES_A_PAGE]), len(rows) > NOTES_A_PAGE


def unscoped_open_notes(limit: int = 50) -> list[NoteView]:
    """Notes that the whole organisation may read, for its feeds: also what was kept from several open rooms."""
    rows = readable_notes(ANYBODY_HERE).order_by("-kept_at", "-id")[:limit]
    return [note_view(ANYBODY_HERE, row.public_id) for row in rows]


def unscoped_is_feed_of_somebody(secret: str) -> bool:
    """Whether this private address is one that works now: its person is still a member of the organisation."""
    found = Feed.objects.select_related("person").filter(digest=digest_of(secret), person__is_active=True).first()
    return found is not None and viewer_of_person(found.person).reads_organisation


def note_view(viewer: Viewer, public_id: str) -> NoteView:
    """A note, whole, as this viewer may see it. Raises NotThere. A fixed number of queries, whatever is on it."""
    note = note_row(viewer, public_id)
    revision = unscoped_latest_revisions([note.pk])[note.pk]
    said = list(Passage.objects.filter(note=note).select_related("message__author", "message__audience"))
    thanked = list(Credit.objects.filter(note=note, standing=Standing.SHOWN.value).select_related("account", "person"))
    remarked = list(Remark.objects.filter(note=note).select_related("person", "account"))
    names = unscoped_names_on(note, [note, *thanked, *remarked], [row.message.author for row in said if row.message])
    return NoteView(
        note_id=note.pk,
        public_id=note.public_id,
        content=revision.content,
        html=revision.html,
        revision=revision.number,
        kept_at=note.kept_at,
        alive_at=note.alive_at,
        kept_by=names.of(note),
        audience_kind=note.audience.kind,
        passages=_passages(viewer, said, names),
        credits=_credits(viewer, thanked, names),
        remarks=_remarks(viewer, remarked, names),
        sources=_sources(viewer, note),
        weaves=tuple(weaves_of(viewer, note_id=note.pk)),
        has_changed=revision.number > 1,
        changed_at=revision.made_at,
    )


def revisions(viewer: Viewer, public_id: str) -> list[RevisionView]:
    """Everything that a note said, the newest first. Raises NotThere."""
    note = note_row(viewer, public_id)
    rows = list(Revision.objects.filter(note=note).select_related("person", "account").order_by("-number"))
    names = unscoped_names_on(note, rows)
    return [RevisionView(row.number, row.made_at, names.of(row), row.content) for row in rows]


def draft_of(viewer: Viewer, *, conversation_id: int | None = None, note_id: int | None = None) -> Draft | None:
    """The viewer's own draft; nobody else's is ever read."""
    if viewer.person_id is None:
        return None
    mine = Draft.objects.filter(person_id=viewer.person_id)
    if note_id is not None:
        return mine.filter(note_id=note_id).first()
    if conversation_id is not None:
        return mine.filter(conversation_id=conversation_id).first()
    return mine.filter(note__isnull=True, conversation__isnull=True).first()


def draft_view(viewer: Viewer, *, conversation_id: int | None = None, note_id: int | None = None) -> DraftView:
    """The same, as it was written. Raises NotThere where the viewer writes nothing."""
    row = draft_of(viewer, conversation_id=conversation_id, note_id=note_id)
    if row is None:
        raise NotThere
    return DraftView(Content(**row.words), row.based_on, tuple(row.beside), row.saved_at)


def asked_of(viewer: Viewer) -> list[tuple[str, int, str, str]]:
    """What waits for this viewer's yes: kind (passage or name), its id, the note's title, the words or what for."""
    mine = Q(message__author_id__in=viewer.account_ids)
    asked = Passage.objects.filter(mine, standing=Standing.ASKED.value).select_related("message").order_by("id")
    passages = [row for row in asked if _is_still_said(row)]
    names = Credit.objects.filter(
        Q(account_id__in=viewer.account_ids) | Q(person_id=viewer.person_id, person_id__isnull=False),
        standing=Standing.ASKED.value,
    ).order_by("id")
    waiting = [("passage", row.pk, row.note_id, row.text) for row in passages] + [
        ("name", row.pk, row.note_id, row.what_for) for row in names
    ]
    # A note that the one asked may not read does not tell them its title either.
    may_read = readable_notes(viewer).filter(pk__in=[one[2] for one in waiting]).values_list("pk", flat=True)
    titles = {note: row.title for note, row in unscoped_latest_revisions(list(may_read)).items()}
    return [(kind, row, titles.get(note, ""), words) for kind, row, note, words in waiting]


@dataclass(frozen=True, slots=True)
class ThankedIn:
    """A note that thanks the viewer, and whether they have it on their own page."""

    credit_id: int
    public_id: str
    title: str
    is_on_my_page: bool


def thanked_in(viewer: Viewer) -> list[ThankedIn]:
    """For the viewer's own page alone, and only notes that they may read."""
    rows = Credit.objects.filter(
        Q(account_id__in=viewer.account_ids) | Q(person_id=viewer.person_id, person_id__isnull=False),
        standing=Standing.SHOWN.value,
        note__in=readable_notes(viewer),
    ).select_related("note")
    found = list(rows.order_by("-note__kept_at", "id"))
    words = unscoped_latest_revisions([row.note_id for row in found])
    return [ThankedIn(row.pk, row.note.public_id, words[row.note_id].title, row.is_on_my_page) for row in found]


def weaves_of(viewer: Viewer, *, conversation_id: int | None = None, note_id: int | None = None) -> list[Woven]:
    """What is woven to a thing that the viewer reads, as far as they read the other end too."""
    if conversation_id is not None:
        here = Q(left_conversation_id=conversation_id) | Q(right_conversation_id=conversation_id)
    else:
        here = Q(left_note_id=note_id) | Q(right_note_id=note_id)
    weaves = list(Weave.objects.filter(here).order_by("-made_at", "-id"))
    ends = [_other_end(weave, conversation_id, note_id) for weave in weaves]
    notes = _note_ends(viewer, [row for kind, row in ends if kind == "note"])
    conversations = _conversation_ends(viewer, [row for kind, row in ends if kind == "conversation"])
    found = []
    for weave, (kind, row) in zip(weaves, ends, strict=True):
        end = (notes if kind == "note" else conversations).get(row)
        if end is not None:
            found.append(Woven(kind, end[0], end[1], weave.why, weave.pk if _is_by(viewer, weave) else None))
    return found


def _other_end(weave: Weave, conversation_id: int | None, note_id: int | None) -> tuple[str, int]:
    is_left = (conversation_id is not None and weave.left_conversation_id == conversation_id) or (
        note_id is not None and weave.left_note_id == note_id
    )
    conversation, note = (
        (weave.right_conversation_id, weave.right_note_id)
        if is_left
        else (weave.left_conversation_id, weave.left_note_id)
    )
    return ("note", note) if note is not None else ("conversation", conversation or 0)


def _note_ends(viewer: Viewer, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    rows = {row.pk: row.public_id for row in readable_notes(viewer).filter(pk__in=ids)}
    titles = unscoped_latest_revisions(list(rows))
    return {pk: (public_id, titles[pk].title) for pk, public_id in rows.items()}


def _conversation_ends(viewer: Viewer, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    rows = readable_by(viewer, Conversation.objects.filter(pk__in=ids))
    return {row.pk: (row.public_id, row.title) for row in rows}


def notes_kept_from(viewer: Viewer, conversation_id: int) -> list[NoteLine]:
    """Notes kept from a conversation, as far as the viewer may read them."""
    ids = Source.objects.filter(conversation_id=conversation_id).values("note_id")
    rows = readable_notes(viewer).filter(pk__in=ids).select_related("audience").order_by("-kept_at", "-id")
    return _lines(list(rows))


@dataclass(frozen=True, slots=True)
class SaidThere:
    """A message that can be quoted or credited, with the anchor that a link to it has."""

    message_id: int
    account_id: int
    name: str
    anchor: str
    text: str


def said_there(viewer: Viewer, public_id: str) -> tuple[int, list[SaidThere]]:
    """A conversation's row, and what of it a new note may hold: what the viewer may read and whose author did not
    pause. Raises NotThere.
    """
    row = conversation_row(viewer, public_id)
    heard = Message.objects.filter(conversation_id=row, author__is_paused=False)
    rows = readable_by(viewer, heard).select_related("author")
    return row, [
        SaidThere(one.pk, one.author_id, one.author.name, anchor_of(one.said_at), one.text)
        for one in rows.order_by("said_at", "id")
    ]


def unscoped_latest_revisions(note_ids: Sequence[int]) -> dict[int, Revision]:
    """The words that each of these notes says now. One query."""
    latest: dict[int, Revision] = {}
    for row in Revision.objects.filter(note_id__in=note_ids).order_by("note_id", "number"):
        latest[row.note_id] = row
    return latest


def _lines(notes: Sequence[Note]) -> list[NoteLine]:
    words = unscoped_latest_revisions([note.pk for note in notes])
    open_kinds = (Kind.WORLD.value, Kind.ORGANISATION.value)
    return [
        NoteLine(note.public_id, words[note.pk].title, note.kept_at, note.alive_at, note.audience.kind in open_kinds)
        for note in notes
    ]


def _passages(viewer: Viewer, rows: Sequence[Passage], names: Names) -> tuple[PassageView, ...]:
    """Shown ones, and the place of removed ones; what was asked for and not answered is seen by its author alone."""
    said_in = Conversation.objects.filter(pk__in=[row.message.conversation_id for row in rows if row.message])
    addresses = dict(readable_by(viewer, said_in).values_list("pk", "public_id"))
    heard_in = Audience.objects.filter(pk__in=[row.message.audience_id for row in rows if row.message])
    heard = set(readable_by(viewer, heard_in, "id").values_list("id", flat=True))
    in_order = sorted(rows, key=lambda row: (row.part, row.position))
    return tuple(_passage(row, addresses, names) for row in in_order if _is_seen(viewer, row, heard))


def _is_seen(viewer: Viewer, row: Passage, heard: Collection[int]) -> bool:
    """`heard`: audiences that the viewer reads. A room that closes takes along what its author agreed to nothing of.
    What was never shown leaves no place either when its message goes.
    """
    standing = Standing(row.standing)
    if row.message is None:
        return standing in (Standing.SHOWN, Standing.AGREED, Standing.REMOVED)
    if standing is Standing.ASKED:
        return row.message.author_id in viewer.account_ids and _is_still_said(row)
    is_own = row.message.author_id in viewer.account_ids
    return standing is Standing.AGREED or (standing is Standing.SHOWN and (is_own or row.message.audience_id in heard))


def _is_still_said(row: Passage) -> bool:
    """What its author took away by an edit is shown to nobody, from the moment of the edit on."""
    return row.message is not None and stands_in(row.text, row.message.text)


def _passage(row: Passage, addresses: Mapping[int, str], names: Names) -> PassageView:
    """Where it was said is told to who may read there."""
    message, is_still_said = row.message, _is_still_said(row)
    return PassageView(
        passage_id=row.pk,
        part=Part(row.part),
        text=row.text if is_still_said else "",
        author=names.of_author(message) if message else "",
        said_at=message.said_at if message else None,
        conversation_id=addresses.get(message.conversation_id, "") if message else "",
        standing=_standing(row),
        is_changed=message is not None and not is_still_said,
    )


def _standing(row: Passage) -> Standing:
    """A passage goes with its message at once; the follower that wipes its words comes a moment later."""
    return Standing.REMOVED if row.message is None else Standing(row.standing)


def _credits(viewer: Viewer, rows: Sequence[Credit], names: Names) -> tuple[CreditView, ...]:
    return tuple(
        CreditView(
            row.pk,
            names.of(row),
            row.what_for,
            row.account_id in viewer.account_ids or (row.person_id is not None and row.person_id == viewer.person_id),
            row.is_on_my_page,
        )
        for row in sorted(rows, key=lambda row: row.pk)
    )


def _remarks(viewer: Viewer, rows: Sequence[Remark], names: Names) -> tuple[RemarkView, ...]:
    return tuple(
        RemarkView(RemarkKind(row.kind), row.sentence, names.of(row), row.said_at, _is_by(viewer, row))
        for row in sorted(rows, key=lambda row: (row.said_at, row.pk))
    )


def _sources(viewer: Viewer, note: Note) -> tuple[SourceView, ...]:
    kept_from = Source.objects.filter(note=note).values("conversation_id")
    rows = readable_by(viewer, Conversation.objects.filter(pk__in=kept_from)).select_related("room__connection")
    return tuple(
        SourceView(row.public_id, row.title, row.room.name, row.room.connection.tool, row.started_at, row.last_said_at)
        for row in rows.order_by("started_at", "id")
    )


def _is_by(viewer: Viewer, row: Remark | Weave) -> bool:
    is_person = row.person_id is not None and row.person_id == viewer.person_id
    return is_person or (row.account_id is not None and row.account_id in viewer.account_ids)


def unscoped_organisation_audience() -> int | None:
    """An audience of the organisation that belongs to no room, so that no room's closing takes it along.

    Looked for among those of notes: asked for all that has none, every message would be walked with each note told.
    """
    of_notes = Q(pk__in=Note.objects.values("audience_id")) | Q(pk__in=AudiencePart.objects.values("part_id"))
    here = {"audience_id": OuterRef("pk")}
    free = Audience.objects.filter(of_notes, kind=Kind.ORGANISATION.value).exclude(Exists(Room.objects.filter(**here)))
    # A room's has its guests in it; where the room is gone they would still read. A message has its conversation's.
    free = free.exclude(Exists(Hearer.objects.filter(**here))).exclude(Exists(Conversation.objects.filter(**here)))
    return free.order_by("id").values_list("id", flat=True).first()


def unscoped_orphaned_passages(limit: int = 500) -> list[tuple[int, int]]:
    """Passages whose message is gone and whose words are still here, with their notes."""
    rows = Passage.objects.filter(message__isnull=True).exclude(standing=Standing.REMOVED.value)
    return list(rows.values_list("id", "note_id")[:limit])

"""Notes as an index is given them: words, and the passages that all their readers may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from alongside.audiences.models import Hearer
from alongside.audiences.queries import unscoped_parts_of
from alongside.audiences.rules import OPEN_KINDS, Kind
from alongside.conversations.models import Message
from alongside.notes.following import stands_in
from alongside.notes.marks import unscoped_note_marks
from alongside.notes.models import Note, Passage, Revision, Source
from alongside.notes.queries import readable_notes, unscoped_latest_revisions
from alongside.notes.rules import Standing, is_for_every_reader
from alongside.notes.titles import is_said_in, title_instead
from alongside.people.rules import Viewer


@dataclass(frozen=True, slots=True)
class NoteText:
    """A note as an index is given it: its words and the passages that are shown."""

    note_id: int
    public_id: str
    source_id: str
    audience_id: int
    is_open: bool
    is_readable: bool
    kept_at: datetime
    alive_at: datetime
    title: str
    text: str
    source_ids: tuple[int, ...]
    # For who reads it as its viewer: as it was right before (marks.py).
    mark: str = ""


def confirmed_notes(viewer: Viewer, note_ids: Sequence[int]) -> dict[int, NoteText]:
    """What an index proposed, as far as the viewer may read it now."""
    marked = unscoped_note_marks(note_ids)
    rows = readable_notes(viewer).filter(pk__in=list(marked)).select_related("audience")
    return {text.note_id: replace(text, mark=marked[text.note_id].mark) for text in _texts(list(rows))}


def unscoped_note_texts(note_ids: Sequence[int]) -> list[NoteText]:
    return _texts(list(Note.objects.filter(pk__in=note_ids).select_related("audience")))


def unscoped_note_ids(after: int, limit: int = 500) -> list[int]:
    return list(Note.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])


def unscoped_notes_kept_from(conversation_ids: Sequence[int]) -> list[int]:
    """Notes that were kept from one of these conversations, or quote something said there."""
    kept = Source.objects.filter(conversation_id__in=conversation_ids).values_list("note_id", flat=True)
    quoting = Passage.objects.filter(message__conversation_id__in=conversation_ids).values_list("note_id", flat=True)
    return sorted({*kept, *quoting})


def _texts(notes: Sequence[Note]) -> list[NoteText]:
    ids = [note.pk for note in notes]
    words = unscoped_latest_revisions(ids)
    passages = _passages_for_every_reader(notes)
    sources: dict[int, list[int]] = {}
    paused = Message.objects.filter(conversation_id=OuterRef("conversation_id"), author__is_paused=True)
    kept_from = Source.objects.filter(note_id__in=ids).annotate(has_paused=Exists(paused))
    with_paused = set[int]()
    for note_id, conversation, has_paused in kept_from.values_list("note_id", "conversation_id", "has_paused"):
        sources.setdefault(note_id, []).append(conversation)
        with_paused |= {conversation} if has_paused else set()
    left_out, silent = _written_by_paused(ids), _said_by_paused(with_paused)
    return [
        _text(note, words[note.pk], passages.get(note.pk, []), sources.get(note.pk, []), silent)
        for note in notes
        if note.pk not in left_out
    ]


def _written_by_paused(note_ids: Sequence[int]) -> set[int]:
    """Notes in which nobody else wrote: their words are left out as what they said is. Mended by others, it stays."""
    rows = Revision.objects.filter(note_id__in=note_ids)
    paused = Q(person__is_paused=True) | Q(person__isnull=True, account__is_paused=True)
    theirs = set(rows.filter(paused).values_list("note_id", flat=True))
    return theirs - set(rows.filter(note_id__in=theirs).exclude(paused).values_list("note_id", flat=True))


def _said_by_paused(conversation_ids: set[int]) -> dict[int, list[str]]:
    """By conversation, what it is called too. No query for no conversations."""
    said: dict[int, list[str]] = {}
    rows = Message.objects.filter(conversation_id__in=conversation_ids, author__is_paused=True)
    for conversation, text in rows.values_list("conversation_id", "text") if conversation_ids else ():
        said.setdefault(conversation, []).append(text)
    return said


def _passages_for_every_reader(notes: Sequence[Note]) -> dict[int, list[str]]:
    by_id = {note.pk: note for note in notes}
    audience_ids = {note.audience_id for note in notes}
    parts = unscoped_parts_of(audience_ids)
    with_guests = set(Hearer.objects.filter(audience_id__in=audience_ids).values_list("audience_id", flat=True))
    found: dict[int, list[str]] = {}
    heard = Passage.objects.filter(message__isnull=False, message__author__is_paused=False)
    rows = heard.filter(note_id__in=list(by_id)).select_related("message__audience")
    for row in rows.order_by("note_id", "part", "position"):
        note, message = by_id[row.note_id], row.message
        if message is None or not stands_in(row.text, message.text):
            continue
        if is_for_every_reader(
            Standing(row.standing),
            said_in=message.audience_id,
            note_parts=parts[note.audience_id],
            said_openly=message.audience.kind in OPEN_KINDS,
            is_for_organisation=note.audience.kind == Kind.ORGANISATION and note.audience_id not in with_guests,
        ):
            found.setdefault(note.pk, []).append(row.text)
    return found


def _text(
    note: Note, words: Revision, passages: list[str], sources: list[int], silent: Mapping[int, list[str]]
) -> NoteText:
    content = words.content
    parts = [content.when, content.what_worked, content.why, content.where_not, *passages]
    # A title that is the words of somebody who paused stands on the note's page, and is neither found nor shown here.
    left_out = [text for source in sources for text in silent.get(source, ())]
    title = (
        title_instead(content.title, now_said=(), left=parts) if is_said_in(content.title, left_out) else content.title
    )
    return NoteText(
        note_id=note.pk,
        public_id=note.public_id,
        source_id=note.source_id,
        audience_id=note.audience_id,
        is_open=note.audience.kind in (Kind.WORLD.value, Kind.ORGANISATION.value),
        is_readable=not note.audience.is_sealed,
        kept_at=note.kept_at,
        alive_at=note.alive_at,
        title=title,
        text="\n".join(part for part in parts if part),
        source_ids=tuple(sources),
    )

"""What `notes` holds of somebody: what they kept, were quoted with, thanked for and remarked (see people/holders.py)."""

from dataclasses import asdict
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from alongside.conversations.models import Message
from alongside.journal.actions import tell
from alongside.journal.rules import Kind
from alongside.kit.safe_html import from_markdown
from alongside.notes.actions.titling import take_back_titles
from alongside.notes.content import PARTS, Content
from alongside.notes.models import Credit, Draft, Feed, NameChoice, Note, Passage, Remark, Revision, Source, Weave
from alongside.notes.queries import asked_of, readable_notes, thanked_in, unscoped_latest_revisions
from alongside.notes.rules import Standing
from alongside.notes.unwriting import Written, says_nothing, without_the_forgotten
from alongside.people.queries import whom_of
from alongside.people.rules import Known, Viewer, Whom

A_STEP = 200


def tell_of(whom: Whom) -> None:
    """Notes that they wrote in or are quoted in; an index takes them again. Those kept from what they said follow it."""
    tell(Kind.NOTES_CHANGED, sorted(notes_with_words_of(whom)))


def notes_with_words_of(whom: Whom) -> set[int]:
    """Rows of notes that they wrote in or are quoted in."""
    written = Revision.objects.filter(_by(whom)).values_list("note_id", flat=True)
    quoted = Passage.objects.filter(message__author_id__in=whom.account_ids).values_list("note_id", flat=True)
    return {*written, *quoted}


def forget_some(whom: Whom) -> int:
    with transaction.atomic():
        return _forget_titles(whom) + _forget_passages(whom) + _forget_remarks(whom) + _forget_writing(whom)


def _by(whom: Whom) -> Q:
    by_account = Q(account_id__in=whom.account_ids)
    return by_account if whom.person_id is None else by_account | Q(person_id=whom.person_id)


def _tell(note_ids: set[int]) -> None:
    tell(Kind.NOTES_CHANGED, sorted(note_ids))
    tell(Kind.NOTES_FORGOTTEN, sorted(note_ids))


def _forget_titles(whom: Whom) -> int:
    """All of them at once: in the next step what they said may be gone, and with it how one could tell."""
    said = Message.objects.filter(author_id__in=whom.account_ids)
    kept = said.filter(conversation_id__in=Source.objects.values("conversation_id"))
    return take_back_titles(None, message_ids=list(kept.values_list("id", flat=True)))


def _forget_passages(whom: Whom) -> int:
    """As if their message had been deleted: the note says that something was here, where it was shown."""
    quoted = Passage.objects.filter(message__author_id__in=whom.account_ids).order_by("id")
    rows = dict(quoted.values_list("id", "note_id")[:A_STEP])
    some = Passage.objects.filter(pk__in=rows)
    some.exclude(standing__in=(Standing.SHOWN.value, Standing.AGREED.value)).delete()
    some.update(text="", standing=Standing.REMOVED.value, message=None)
    _tell(set(rows.values()))
    return len(rows)


def _forget_remarks(whom: Whom) -> int:
    gone = 0
    for model in (Credit, Remark, Weave, Draft):
        rows: models.QuerySet[Any] = model._base_manager.filter(_by(whom))
        gone += rows.delete()[0]
    for of_person in (Feed, NameChoice):
        gone += of_person._base_manager.filter(person_id=whom.person_id or 0).delete()[0]
    return gone


def _forget_writing(whom: Whom) -> int:
    written = Revision.objects.filter(_by(whom)).order_by("note_id")
    ids = set(written.values_list("note_id", flat=True).distinct()[:A_STEP])
    for note in Note.objects.filter(pk__in=ids):
        _unwrite(note, whom)
    _tell(ids)
    kept = Note.objects.filter(_by(whom)).update(person=None, account=None)
    return len(ids) + kept


def _unwrite(note: Note, whom: Whom) -> None:
    """Their words go from every revision; a note in which nobody else's are left, and nobody is quoted, goes too."""
    rows = list(Revision.objects.filter(note=note).order_by("number"))
    written = [Written(row.content, _is_by(row, whom)) for row in rows]
    contents = without_the_forgotten(written)
    quoted = Passage.objects.filter(note=note).exclude(text="").order_by("part", "position").first()
    if says_nothing(contents[-1]) and quoted is None:
        note.delete()
        return
    for row, before, now in zip(rows, written, contents, strict=True):
        _write_again(row, now, is_forgotten=before.is_forgotten)


def _write_again(row: Revision, content: Content, *, is_forgotten: bool) -> None:
    for name, text in asdict(content).items():
        setattr(row, name, text)
    row.html = {part: from_markdown(getattr(content, part)) for part in PARTS}
    if is_forgotten:
        row.person, row.account = None, None
    row.save()


def _is_by(row: Revision, whom: Whom) -> bool:
    return row.account_id in whom.account_ids or (row.person_id is not None and row.person_id == whom.person_id)


def known_of(viewer: Viewer) -> list[Known]:
    whom = whom_of(viewer)
    known = []
    kept = Note.objects.filter(_by(whom))
    if lines := _titles(viewer, set(kept.values_list("id", flat=True))):
        known.append(Known("Notes that you kept", lines))
    mended = set(Revision.objects.filter(_by(whom)).values_list("note_id", flat=True))
    if lines := _titles(viewer, mended - set(kept.values_list("id", flat=True))):
        known.append(Known("Notes that you mended", lines))
    if lines := tuple(one.title for one in thanked_in(viewer)):
        known.append(Known("Notes that thank you", lines))
    if lines := tuple(f"{title or 'A note that you may not read'}: {words}" for _, _, title, words in asked_of(viewer)):
        known.append(Known("What waits for your yes", lines))
    remarks = Remark.objects.filter(_by(whom)).order_by("id")
    if lines := tuple(f"{row.kind}: {row.sentence}" if row.sentence else row.kind for row in remarks):
        known.append(Known("What you remarked on notes", lines))
    if lines := tuple(Weave.objects.filter(_by(whom)).order_by("id").values_list("why", flat=True)):
        known.append(Known("Why you wove things together", lines))
    if lines := tuple(row.words.get("title") or "without a title yet" for row in Draft.objects.filter(_by(whom))):
        known.append(Known("What you are writing, which nobody else sees", lines))
    if lines := tuple(row.name or row.naming for row in NameChoice.objects.filter(person_id=whom.person_id or 0)):
        known.append(Known("How you are named in notes that go wider", lines))
    if Feed.objects.filter(person_id=whom.person_id or 0).exists():
        known.append(Known("Feeds", ("You have a private address for feeds; only its digest is kept.",)))
    return known


def _titles(viewer: Viewer, note_ids: set[int]) -> tuple[str, ...]:
    may_read = list(readable_notes(viewer).filter(pk__in=note_ids).order_by("id").values_list("pk", flat=True))
    words = unscoped_latest_revisions(may_read)
    return tuple(words[one].title for one in may_read)

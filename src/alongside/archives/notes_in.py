"""Bringing in what was kept and woven, once everything that was said is in. Safe to repeat, a note a transaction."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from alongside.archives.models import Import, Replaced
from alongside.archives.port import (
    THE_ORGANISATION,
    LeftOut,
    NoteRecord,
    ReadsNotes,
    Reason,
    Records,
    WeaveRecord,
)
from alongside.archives.rules import Report
from alongside.conversations.models import Conversation, Message
from alongside.notes.actions.bringing import (
    NoteSaid,
    PassageSaid,
    RemarkSaid,
    RevisionSaid,
    bring_note,
    bring_weave,
)
from alongside.notes.content import Content
from alongside.notes.following import stands_in
from alongside.notes.models import Note
from alongside.notes.rules import Part, RemarkKind
from alongside.notes.unwriting import Written, without_the_forgotten


@dataclass(frozen=True, slots=True)
class Here:
    """What an archive's ids are here: people that came in, and the audiences of rooms."""

    import_id: int
    connection_id: int
    accounts: Mapping[str, int]
    bots: Collection[str]
    rooms: Mapping[str, int]
    report: Report
    # Notes that archives of the same source brought, now and before.
    notes: dict[str, int] = field(default_factory=dict)
    forgotten: Collection[str] = ()


def bring_notes(reader: Records, here: Here) -> None:
    """Notes and then weaves of a format that holds some."""
    if not isinstance(reader, ReadsNotes):
        return
    here.notes.update(_notes_here(here.connection_id))
    for note in reader.notes():
        if isinstance(note, LeftOut):
            here.report.leave_out(note.reason.value, note.where)
        else:
            _bring_note(here, note)
    for weave in reader.weaves():
        if isinstance(weave, LeftOut):
            here.report.leave_out(weave.reason.value, weave.where)
        else:
            _bring_weave(here, weave)


def _bring_note(here: Here, record: NoteRecord) -> None:
    if not _is_somebody(here, record.author, record.source_id):
        return
    known = here.notes.get(record.source_id)
    # What it is kept from and quotes is read when it comes in; later only its revisions and remarks grow.
    said = _said(here, record, is_new=known is None)
    with transaction.atomic():
        brought = bring_note(None, said=said, here=known, brought_by=here.import_id)
        if brought.before is not None:
            _remember(here, brought.before)
    here.notes[record.source_id] = brought.note_id
    here.report.notes += brought.is_new or brought.before is not None
    for _ in range(brought.sealed_passages):
        here.report.leave_out(Reason.STILL_SEALED.value, record.source_id)
    if brought.was_changed_here:
        here.report.leave_out(Reason.CHANGED_HERE.value, record.source_id)


def _remember(here: Here, before: dict[str, Any]) -> None:
    """So that taking the import back finds the note as it was. What this import itself brought goes anyway."""
    if not Note.objects.filter(pk=before["id"], first_brought_by=here.import_id).exists():
        row = {**before, "alive_at": before["alive_at"].isoformat()}
        Replaced.objects.create(brought_by_id=here.import_id, what="note", row=row)


def _is_somebody(here: Here, author: str, where: str) -> bool:
    if author in here.accounts:
        return True
    if author in here.forgotten:
        here.report.leave_out(Reason.FORGOTTEN.value, "")
        return False
    here.report.leave_out((Reason.BOT if author in here.bots else Reason.NO_AUTHOR).value, where)
    return False


def _notes_here(connection_id: int) -> dict[str, int]:
    of_connection = Import.objects.filter(connection_id=connection_id).values("id")
    found = Note.objects.filter(first_brought_by__in=of_connection)
    return dict(found.order_by("-id").values_list("source_id", "id"))


def _said(here: Here, record: NoteRecord, *, is_new: bool) -> NoteSaid:
    conversations = _conversations(here, record) if is_new else ()
    remarks = tuple(
        RemarkSaid(RemarkKind(one.kind), here.accounts[one.author], one.said_at, one.sentence)
        for one in record.remarks
        if _is_somebody(here, one.author, record.source_id)
    )
    contents = _without_the_forgotten(here, record)
    revisions = tuple(
        RevisionSaid(content, one.made_at, here.accounts.get(one.author or ""))
        for one, content in zip(record.revisions, contents, strict=True)
    )
    may_read, only, is_for_organisation = _audience(here, record, conversations)
    return NoteSaid(
        source_id=record.source_id,
        account_id=here.accounts[record.author],
        kept_at=record.kept_at,
        alive_at=record.alive_at,
        revisions=revisions,
        may_read=may_read,
        only=only,
        is_for_organisation=is_for_organisation,
        conversation_ids=conversations,
        passages=tuple(_passages(here, record, conversations)) if is_new else (),
        credited=tuple(
            (here.accounts[one.who], one.what_for)
            for one in record.credited
            if is_new and _is_somebody(here, one.who, record.source_id)
        ),
        remarks=remarks,
    )


def _without_the_forgotten(here: Here, record: NoteRecord) -> list[Content]:
    contents = [Content(one.title, one.when, one.what_worked, one.why, one.where_not) for one in record.revisions]
    by_forgotten = [one.author in here.forgotten for one in record.revisions]
    if not any(by_forgotten):
        return contents
    return without_the_forgotten([Written(*one) for one in zip(contents, by_forgotten, strict=True)])


def _audience(
    here: Here, record: NoteRecord, conversations: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...], bool]:
    """Rooms' audiences, accounts, and whether the organisation. One that is not here, and nobody reads the note.

    What it was kept from narrows it, unless it is told to the whole organisation: a room may have opened since.
    """
    rooms = [here.rooms[one] for one in record.audience if one in here.rooms]
    people = [here.accounts[one] for one in record.audience if one not in here.rooms and one in here.accounts]
    if len(rooms) + len(people) + (THE_ORGANISATION in record.audience) < len(record.audience):
        here.report.leave_out(Reason.NO_AUDIENCE.value, record.source_id)
        return (), (), False
    if not record.audience:
        return (), (), False
    if rooms:
        of_sources = Conversation.objects.filter(pk__in=conversations).order_by("id")
        rooms += of_sources.values_list("audience_id", flat=True)
    return tuple(dict.fromkeys(rooms)), tuple(people), THE_ORGANISATION in record.audience


def _conversations(here: Here, record: NoteRecord) -> tuple[int, ...]:
    found = []
    for context in record.context:
        conversations = _conversations_here(here, context)
        found += conversations
        if not conversations:
            here.report.leave_out(Reason.NO_SOURCE.value, f"{record.source_id}: {context}")
    return tuple(dict.fromkeys(found))


def _conversations_here(here: Here, context: str) -> list[int]:
    """By their own id, or by that of anything said in them: a flat room's conversations have no ids of the tool. Of a
    thread in which something was said to others all of them: whoever reads what is kept from it reads each.
    """
    of_tool = {"room__connection_id": here.connection_id, "source_id": context}
    rows = list(Conversation.objects.filter(**of_tool).order_by("id").values_list("id", "room_id"))
    said_in_it = Message.objects.filter(**of_tool).order_by("id")
    by_itself = [one for one, room_id in rows if room_id == rows[0][1]]
    return by_itself or list(said_in_it.values_list("conversation_id", flat=True)[:1])


def _passages(here: Here, record: NoteRecord, conversations: tuple[int, ...]) -> Iterator[PassageSaid]:
    """Only words that were really said; and of two messages that share an id, the one that it was kept from."""
    wanted = [one.message for one in record.passages if one.message is not None]
    rows = Message.objects.filter(room__connection_id=here.connection_id, source_id__in=wanted)
    by_id = {
        row.source_id: row for row in sorted(rows, key=lambda row: (row.conversation_id in conversations, -row.pk))
    }
    for one in record.passages:
        if one.message is None:
            yield PassageSaid(Part(one.part), None, "")
        elif (message := by_id.get(one.message)) is not None and stands_in(one.text, message.text):
            yield PassageSaid(Part(one.part), message.pk, one.text)
        else:
            here.report.leave_out(Reason.NOT_SAID.value, f"{record.source_id}: {one.message}")


def _bring_weave(here: Here, record: WeaveRecord) -> None:
    left, right = _end(here, record.left), _end(here, record.right)
    if left is None or right is None:
        here.report.leave_out(Reason.NO_SOURCE.value, record.source_id)
    elif _is_somebody(here, record.author, record.source_id):
        bring_weave(
            None,
            ends=(left, right),
            why=record.why,
            account_id=here.accounts[record.author],
            made_at=record.made_at,
            brought_by=here.import_id,
        )


def _end(here: Here, source_id: str) -> tuple[str, int] | None:
    if source_id in here.notes:
        return "note", here.notes[source_id]
    conversation = next(iter(_conversations_here(here, source_id)), None)
    return None if conversation is None else ("conversation", conversation)

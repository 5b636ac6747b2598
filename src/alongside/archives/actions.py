"""Bringing an archive in, and taking it back.

Safe to repeat at any point: a batch is one transaction, and what is here already is compared and left. So a process
that is killed loses at most the batch it was in, and the same command goes on.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction

from alongside.archives.fingerprints import fingerprint_of
from alongside.archives.models import Import, Replaced
from alongside.archives.notes_in import Here, bring_notes
from alongside.archives.port import (
    LeftOut,
    MessageRecord,
    PersonRecord,
    Reason,
    Records,
    RemovedRecord,
    RoomAudience,
    RoomRecord,
    Unreadable,
    reason_against,
)
from alongside.archives.queries import unscoped_messages_missing, unscoped_messages_named
from alongside.archives.rules import Report, State, fitted
from alongside.archives.taking_back import take_back
from alongside.audiences.rules import Kind
from alongside.conversations.actions.rooms import keep_room
from alongside.conversations.rules import NO_TITLE, RoomSaid, Said
from alongside.kit.safe_html import plain_text
from alongside.notes.actions.said import remove_said, take_in_said
from alongside.people.actions import keep_accounts, keep_connection
from alongside.people.rules import AccountSaid

# One transaction: long enough that its own cost is small, short enough that others wait less than 100 ms.
MESSAGES_A_BATCH = 500
# Where a part of an archive could not be read, what is missing may be in that part: nothing is taken for deleted.
UNSURE = frozenset(
    reason.value
    for reason in (
        Reason.BROKEN,
        Reason.TRUNCATED,
        Reason.TOO_LARGE,
        Reason.UNSAFE_PATH,
        Reason.NO_TIME,
        Reason.NO_AUTHOR,
    )
)

Record = TypeVar("Record")
OnProgress = Callable[[Report], None]


@dataclass(slots=True)
class RoomHere:
    room_id: int
    audience_id: int
    is_threaded: bool
    # What the archive calls it, and what its tool calls it now: ids of what was said there may have it in them.
    called: str = ""
    called_now: str = ""

    def now(self, source_id: str) -> str:
        return source_id if self.called == self.called_now else source_id.replace(self.called, self.called_now)


@dataclass(slots=True)
class Bringing:
    """What one run of an import knows while it goes on: bounded by people and rooms, never by messages."""

    reader: Records
    import_id: int
    connection_id: int
    is_try_out: bool
    opens_mail: bool
    report: Report
    is_first_run: bool
    accounts: dict[str, int] = field(default_factory=dict)
    guests: set[str] = field(default_factory=set)
    bots: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    rooms: dict[str, RoomHere] = field(default_factory=dict)

    def left_out(self, what: LeftOut) -> None:
        self.report.leave_out(what.reason.value, what.where)


def bring_in(
    _actor: None,
    *,
    reader: Records,
    path: Path,
    is_try_out: bool,
    opens_mail: bool = False,
    on_progress: OnProgress | None = None,
) -> Report:
    """Bring in everything of an archive that may come in. Raises Unreadable when none of it can be read.

    `opens_mail`: an administrator says that the whole organisation could read these lists; mail itself does not say.
    """
    bringing = _begun(reader, path, is_try_out=is_try_out, opens_mail=opens_mail)
    if _is_overtaken(bringing):
        bringing.report.is_overtaken = True
        return bringing.report
    try:
        _bring_all(bringing, on_progress)
    except Unreadable:
        if not bringing.report.has_messages:
            _as_if_never(bringing)
        raise
    _remove_absent(bringing)
    rooms = {source_id: room.audience_id for source_id, room in bringing.rooms.items()}
    known = (bringing.import_id, bringing.connection_id, bringing.accounts, bringing.bots, rooms)
    bring_notes(reader, Here(*known, bringing.report, forgotten=bringing.forgotten))
    _finish(bringing)
    if bringing.report.is_nothing:
        _as_if_never(bringing)
    return bringing.report


def _as_if_never(bringing: Bringing) -> None:
    """Nothing came in, so that there is nothing to take back either. What an earlier run brought stays."""
    if bringing.is_first_run:
        take_back(None, import_id=bringing.import_id)
        Import.objects.filter(pk=bringing.import_id).delete()


def _bring_all(bringing: Bringing, on_progress: OnProgress | None) -> None:
    _bring_people(bringing)
    _bring_rooms(bringing)
    records: Iterator[MessageRecord | RemovedRecord] = _records(bringing, bringing.reader.messages())
    for batch in _batches(records, MESSAGES_A_BATCH):
        _bring_messages(bringing, batch)
        if on_progress is not None:
            on_progress(bringing.report)


def _begun(reader: Records, path: Path, *, is_try_out: bool, opens_mail: bool) -> Bringing:
    header = reader.header()
    with transaction.atomic():
        connection = keep_connection(None, tool=header.tool[:20], key=fitted(header.key, 200), name=header.name[:200])
        fingerprint = fingerprint_of(path)
        standing = (State.RUNNING.value, State.DONE.value)
        row, is_first_run = Import.objects.get_or_create(
            connection=connection,
            fingerprint=fingerprint,
            state__in=standing,
            defaults={"name": path.name[:255], "state": State.RUNNING.value},
        )
        if connection.first_brought_by is None:
            connection.first_brought_by = row.pk
            connection.save(update_fields=["first_brought_by"])
    report = Report(import_id=row.pk, name=header.name, tool=header.tool)
    return Bringing(
        reader, row.pk, connection.pk, is_try_out, opens_mail and header.tool == "mail", report, is_first_run
    )


def _is_overtaken(bringing: Bringing) -> bool:
    """Whether all of this is here already and a newer export came after it: then it would only turn time back."""
    standing = Import.objects.filter(connection_id=bringing.connection_id, state=State.DONE.value)
    is_done = standing.filter(pk=bringing.import_id).exists()
    return is_done and standing.filter(pk__gt=bringing.import_id).exists()


def _records(bringing: Bringing, records: Iterator[Record | LeftOut]) -> Iterator[Record]:
    for record in records:
        if isinstance(record, LeftOut):
            bringing.left_out(record)
        else:
            yield record


def _batches(records: Iterator[Record], size: int) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def _bring_people(bringing: Bringing) -> None:
    for batch in _batches(_records(bringing, bringing.reader.people()), MESSAGES_A_BATCH):
        bringing.bots.update(record.source_id for record in batch if record.is_bot)
        people = [record for record in batch if not record.is_bot]
        bringing.guests.update(record.source_id for record in people if record.is_guest)
        with transaction.atomic():
            kept = keep_accounts(
                None,
                connection_id=bringing.connection_id,
                said=[_account(record) for record in people],
                brought_by=bringing.import_id,
            )
            _remember(bringing, "account", kept.before)
        gone = {one.source_id for one in people if _of_account(one.source_id) in kept.forgotten}
        bringing.forgotten |= gone
        for one in people:
            if one.source_id not in gone:
                bringing.accounts[one.source_id] = kept.ids[_of_account(one.source_id)]
    bringing.report.people = len(bringing.accounts)


def _of_account(source_id: str) -> str:
    return fitted(source_id, 200)


def _of_message(source_id: str) -> str:
    return fitted(source_id, 1000)


def _account(record: PersonRecord) -> AccountSaid:
    return AccountSaid(
        source_id=_of_account(record.source_id),
        name=(record.name or record.handle or "somebody")[:200],
        handle=record.handle[:200],
        email=record.email[:320].strip().lower(),
        is_guest=record.is_guest,
        is_deactivated=record.is_deactivated,
    )


def _bring_rooms(bringing: Bringing) -> None:
    for record in _records(bringing, bringing.reader.rooms()):
        with transaction.atomic():
            said = _room(bringing, record)
            kept = keep_room(
                None,
                connection_id=bringing.connection_id,
                said=said,
                is_try_out=bringing.is_try_out,
                brought_by=bringing.import_id,
            )
            _remember(bringing, "room", [kept.before] if kept.before else [])
            if kept.before and kept.before["audience_id"] != kept.audience_id:
                _remember(bringing, "audience", [{"id": kept.audience_id}])
        bringing.rooms[record.source_id] = RoomHere(
            kept.room.pk, kept.audience_id, record.is_threaded, said.source_id, kept.room.source_id
        )
        bringing.report.rooms += 1
        bringing.report.sealed_rooms += said.kind is Kind.CLOSED and not bringing.is_try_out


def _room(bringing: Bringing, record: RoomRecord) -> RoomSaid:
    is_open = record.audience is RoomAudience.ORGANISATION or bringing.opens_mail
    members: list[int] = []
    for member in record.members:
        if member in bringing.bots or member in bringing.forgotten or (is_open and member not in bringing.guests):
            continue
        if member in bringing.accounts:
            members.append(bringing.accounts[member])
        else:
            bringing.report.leave_out(Reason.MEMBER_UNKNOWN.value, f"{record.name}: {member}")
    return RoomSaid(
        source_id=fitted(record.source_id, 300),
        name=(record.name or record.source_id)[:200],
        kind=Kind.ORGANISATION if is_open else Kind.CLOSED,
        hearers=tuple(members),
        are_all_hearers=bringing.report.tool != "mail",
        url=record.url[:1000],
        is_threaded=record.is_threaded,
    )


def _bring_messages(bringing: Bringing, batch: list[MessageRecord | RemovedRecord]) -> None:
    said = [one for one in (_said(bringing, record) for record in batch if isinstance(record, MessageRecord)) if one]
    gone = [_of_message(record.source_id) for record in batch if isinstance(record, RemovedRecord)]
    audiences = {here.room_id: here.audience_id for here in bringing.rooms.values()}
    report = bringing.report
    with transaction.atomic():
        taken = take_in_said(None, said=said, audiences=audiences, brought_by=bringing.import_id)
        _remember(bringing, "edit", taken.before)
        _remember(bringing, "title", taken.retitled)
        _remember(bringing, "joined", taken.joined)
        if gone:
            _remove(bringing, unscoped_messages_named(bringing.connection_id, gone))
    report.new += taken.new
    report.changed += len(taken.before)
    report.unchanged += taken.unchanged
    for _ in taken.kept_out:
        report.leave_out(Reason.TAKEN_AWAY.value, "")  # not even which
    for one in taken.by_others:
        report.leave_out(Reason.ANOTHER_AUTHOR.value, one.source_id)


def _said(bringing: Bringing, record: MessageRecord) -> Said | None:
    if record.author in bringing.forgotten:
        bringing.report.leave_out(Reason.FORGOTTEN.value, "")  # not even where
        return None
    reason = reason_against(record, rooms=bringing.rooms, authors=bringing.accounts, bots=bringing.bots)
    if reason is not None:
        bringing.report.leave_out(reason.value, record.source_id)
        return None
    room = bringing.rooms[record.room]
    bringing.report.saw(record.said_at)
    return Said(
        source_id=_of_message(room.now(record.source_id)),
        room_id=room.room_id,
        author_id=bringing.accounts[record.author or ""],
        html=record.html,
        text=plain_text(record.html) if record.text is None else record.text,
        said_at=record.said_at,
        context=_of_message(room.now(record.context)) if record.context else None,
        reply_to=_of_message(room.now(record.reply_to or "")),
        subject=record.subject,
        edited_at=record.edited_at,
        url=record.url[:2000],
        helped=record.helped,
        mentions=tuple(bringing.accounts[one] for one in record.mentions if one in bringing.accounts),
    )


def _remove_absent(bringing: Bringing) -> None:
    """Where an export holds all of a room between its first and last message, what is missing was deleted."""
    if not bringing.reader.absence_means_removed or not UNSURE.isdisjoint(bringing.report.left_out):
        return
    for here in bringing.rooms.values():
        missing = unscoped_messages_missing(here.room_id, bringing.import_id)
        for start in range(0, len(missing), MESSAGES_A_BATCH):
            with transaction.atomic():
                _remove(bringing, missing[start : start + MESSAGES_A_BATCH])


def _remove(bringing: Bringing, message_ids: list[int]) -> None:
    gone = remove_said(None, message_ids=message_ids)
    # What its tool itself told of is not put back: where an archive says that it was deleted there, it was.
    told = {row["conversation_id"] for row in gone.messages if row["first_brought_by"] is None}
    # In this order: taken back from the end, a conversation is there again before its messages are.
    _remember(bringing, "message", [row for row in gone.messages if row["first_brought_by"] is not None])
    _remember(
        bringing,
        "conversation",
        [row | {"title": NO_TITLE} if row["id"] in told else row for row in gone.conversations],
    )
    _remember(bringing, "title", [row for row in gone.retitled if row["id"] not in told])
    bringing.report.removed += len(gone.messages)


def _remember(bringing: Bringing, what: str, rows: list[dict[str, Any]]) -> None:
    """What this import replaces, so that it can be taken back. What it brought itself goes anyway."""
    kept = [row for row in rows if row.get("first_brought_by") != bringing.import_id or "first_brought_by" not in row]
    Replaced.objects.bulk_create(
        Replaced(brought_by_id=bringing.import_id, what=what, row=row) for row in map(_plain, kept)
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _finish(bringing: Bringing) -> None:
    report = asdict(bringing.report)
    Import.objects.filter(pk=bringing.import_id).update(
        state=State.DONE.value, report={name: value for name, value in report.items() if not name.endswith("_at")}
    )

"""What is in an archive, before anything is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from alongside.archives.port import (
    LeftOut,
    MessageRecord,
    PersonRecord,
    Reader,
    ReadsNotes,
    Reason,
    RoomAudience,
    RoomRecord,
    reason_against,
)
from alongside.archives.reporting import left_out_lines, span_of
from alongside.archives.rules import Report
from alongside.kit.counting import counted

# Measured with `make bench` on two noisy cores, words index included; said as “about”.
MESSAGES_A_SECOND = 2_000


@dataclass(slots=True)
class Seen:
    """What an import would find; rooms by name with their audience and how much was said in them."""

    report: Report
    people: int = 0
    rooms: dict[str, RoomRecord] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    notes: int = 0
    remarks: int = 0
    weaves: int = 0

    def lines(self) -> Iterator[str]:
        total = sum(self.messages.values())
        yield f"{self.report.name} ({self.report.tool}): {counted(total, 'message')}, {span_of(self.report)}."
        yield f"{counted(self.people, 'person', 'people')}."
        for source_id, room in sorted(self.rooms.items(), key=lambda item: item[1].name):
            yield f"  {room.name}: {_audience(room)}, {counted(self.messages.get(source_id, 0), 'message')}"
        if self.notes or self.weaves:
            notes, remarks = counted(self.notes, "kept note"), counted(self.remarks, "remark")
            yield f"{notes} with {remarks}, {counted(self.weaves, 'weave')}."
        yield from left_out_lines(self.report)
        yield f"Bringing it in takes about {_duration(total / MESSAGES_A_SECOND)}. Nothing was written."


def look_into(reader: Reader) -> Seen:
    """Reads all of it, keeps none of it. Raises Unreadable."""
    header = reader.header()
    seen = Seen(Report(name=header.name, tool=header.tool))
    authors: set[str] = set()
    bots: set[str] = set()
    for person in reader.people():
        _see_person(seen, person, authors, bots)
    for room in reader.rooms():
        if isinstance(room, LeftOut):
            seen.report.leave_out(room.reason.value, room.where)
        else:
            seen.rooms[room.source_id] = room
            for member in room.members:
                if member not in authors and member not in bots:
                    seen.report.leave_out(Reason.MEMBER_UNKNOWN.value, f"{room.name}: {member}")
    for message in reader.messages():
        if isinstance(message, LeftOut):
            seen.report.leave_out(message.reason.value, message.where)
        elif isinstance(message, MessageRecord):
            _see_message(seen, message, authors, bots)
    if isinstance(reader, ReadsNotes):
        _see_notes(seen, reader, authors, bots)
    return seen


def _see_notes(seen: Seen, reader: ReadsNotes, authors: set[str], bots: set[str]) -> None:
    """Whose they are. Whether what they quote and link was said like that is told when they come in."""
    for note in reader.notes():
        if isinstance(note, LeftOut):
            seen.report.leave_out(note.reason.value, note.where)
        elif _is_somebody(seen, note.author, note.source_id, authors, bots):
            seen.notes += 1
            seen.remarks += sum(_is_somebody(seen, one.author, note.source_id, authors, bots) for one in note.remarks)
    for weave in reader.weaves():
        if isinstance(weave, LeftOut):
            seen.report.leave_out(weave.reason.value, weave.where)
        elif _is_somebody(seen, weave.author, weave.source_id, authors, bots):
            seen.weaves += 1


def _is_somebody(seen: Seen, author: str, where: str, authors: set[str], bots: set[str]) -> bool:
    if author in authors:
        return True
    seen.report.leave_out((Reason.BOT if author in bots else Reason.NO_AUTHOR).value, where)
    return False


def _see_person(seen: Seen, person: PersonRecord | LeftOut, authors: set[str], bots: set[str]) -> None:
    if isinstance(person, LeftOut):
        seen.report.leave_out(person.reason.value, person.where)
    elif person.is_bot:
        bots.add(person.source_id)
    else:
        authors.add(person.source_id)
        seen.people += 1


def _see_message(seen: Seen, message: MessageRecord, authors: set[str], bots: set[str]) -> None:
    reason = reason_against(message, rooms=seen.rooms, authors=authors, bots=bots)
    if reason is not None:
        seen.report.leave_out(reason.value, message.source_id)
        return
    seen.report.saw(message.said_at)
    seen.messages[message.room] = seen.messages.get(message.room, 0) + 1


def _audience(room: RoomRecord) -> str:
    if room.audience is RoomAudience.ORGANISATION:
        return "the whole organisation"
    if not room.members:
        return "closed, and nobody is known to be in it"
    return f"closed, {counted(len(room.members), 'member')}"


def _duration(seconds: float) -> str:
    if seconds < 90:  # noqa: PLR2004
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} minutes"

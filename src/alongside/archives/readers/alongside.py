"""The Alongside archive: JSON Lines of ActivityStreams objects, plain, gzipped, or in a zip. docs/archive-format.md.

Lines come in any order, so people and rooms are gathered in one pass and what was said streams in another. Anybody's
script may have written the file: each field is checked by hand, and what lies costs its own line only.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

from alongside.archives.port import (
    Header,
    LeftOut,
    Limits,
    MessageRecord,
    NoteRecord,
    Opened,
    PersonRecord,
    Reason,
    RemovedRecord,
    RoomRecord,
    Unreadable,
    WeaveRecord,
)
from alongside.archives.readers.alongside_lines import Line, first_object, lines_of
from alongside.archives.readers.alongside_notes import note_of, weave_of
from alongside.archives.readers.alongside_records import (
    KNOWN_FIELDS,
    Lie,
    checked_id,
    is_header,
    message_of,
    optional_text,
    person_of,
    reference,
    room_of,
)
from alongside.archives.readers.unpacking import CannotUnpack

_NEWEST_FORMAT = 1
_MOST_STRANGE_FIELDS = 100
_MOST_ROOMS = 200_000
_NOT_SAID = frozenset(["Collection", "Person", "Group", "Article", "Relationship"])


class AlongsideReader:
    """What a person took away, what another Alongside wrote, or what a script made."""

    tool: ClassVar[str] = "alongside"
    # A person's own words are a part of what was said: what is missing was never there.
    absence_means_removed: ClassVar[bool] = False

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._gathered: _Gathered | None = None

    @classmethod
    def recognises(cls, path: Path) -> bool:
        try:
            found = first_object(path, Limits())
        except (Unreadable, CannotUnpack, OSError, ValueError):
            return False
        return found is not None and is_header(found)

    def header(self) -> Header:
        return self._known().header

    def people(self) -> Iterator[PersonRecord | LeftOut]:
        known = self._known()
        yield from known.people.values()
        yield from known.people_left_out

    def rooms(self) -> Iterator[RoomRecord | LeftOut]:
        known = self._known()
        yield from known.rooms.values()
        yield from known.rooms_left_out

    def messages(self) -> Iterator[MessageRecord | RemovedRecord | LeftOut]:
        known = self._known()
        yield from known.strange
        for line in lines_of(self._opened):
            if isinstance(line, LeftOut):
                yield line
            elif line.kind not in _NOT_SAID:
                yield from _said(line, known)

    def notes(self) -> Iterator[NoteRecord | LeftOut]:
        for line in self._lines_of("Article"):
            try:
                record, complaints = note_of(line.value)
            except Lie as lie:
                yield LeftOut(lie.reason, line.where)
                continue
            yield from (LeftOut(Reason.BROKEN, f"{line.where}: {complaint}") for complaint in complaints)
            yield record

    def weaves(self) -> Iterator[WeaveRecord | LeftOut]:
        for line in self._lines_of("Relationship"):
            try:
                yield weave_of(line.value)
            except Lie as lie:
                yield LeftOut(lie.reason, line.where)

    def _lines_of(self, kind: str) -> Iterator[Line]:
        """What cannot be read at all was said with the messages. A file that holds none is not read again for it."""
        if kind in self._known().kept_kinds:
            yield from (line for line in lines_of(self._opened) if isinstance(line, Line) and line.kind == kind)

    def _known(self) -> "_Gathered":
        if self._gathered is None:
            self._gathered = _Gathered()
            for line in lines_of(self._opened):
                if isinstance(line, Line):
                    self._gathered.take(line)
            self._gathered.settle()
        return self._gathered


def _said(line: Line, known: "_Gathered") -> Iterator[MessageRecord | RemovedRecord | LeftOut]:
    try:
        if line.kind == "Note":
            yield from _note(line, known)
        elif line.kind == "Tombstone":
            yield RemovedRecord(checked_id(line.value))
        else:
            yield LeftOut(Reason.UNKNOWN, f"{line.where}: {line.kind[:60] or 'no type'}")
    except Lie as lie:
        yield LeftOut(lie.reason, line.where)


def _note(line: Line, known: "_Gathered") -> Iterator[MessageRecord | LeftOut]:
    record, complaint = message_of(line.value)
    author = known.people.get(record.author) if record.author is not None else None
    if author is not None and author.is_bot:
        yield LeftOut(Reason.BOT, line.where)
        return
    if complaint:
        yield LeftOut(Reason.BROKEN, f"{line.where}: {complaint}")
    yield record


class _Gathered:
    """All that is known before the first message: who, where, and what the file calls itself."""

    def __init__(self) -> None:
        self.header = Header("", "", AlongsideReader.tool)
        self.people: dict[str, PersonRecord] = {}
        self.rooms: dict[str, RoomRecord] = {}
        self.people_left_out: list[LeftOut] = []
        self.rooms_left_out: list[LeftOut] = []
        self.strange: list[LeftOut] = []
        self.kept_kinds: set[str] = set()
        self._strange_names: set[tuple[str, str]] = set()
        self._room_lines: dict[str, str] = {}
        self._threaded_by_file: dict[str, bool] = {}
        self._says_itself: set[str] = set()

    def take(self, line: Line) -> None:
        self._note_strange_fields(line)
        if line.kind == "Note":
            self._learn_threads(line)
        elif line.kind == "Person":
            self._take_person(line)
        elif line.kind == "Group":
            self._take_room(line)
        elif line.kind in {"Article", "Relationship"}:
            self.kept_kinds.add(line.kind)
        elif line.kind == "Collection" and not self.header.key and is_header(line.value):
            self._take_header(line)

    def settle(self) -> None:
        """Once the whole file is known: members that never came, rooms whose talk has threads."""
        if not self.header.key:
            raise Unreadable(
                "This is not an Alongside archive: its first line should be a Collection with “alongside”."
            )
        for source_id, room in self.rooms.items():
            unknown = [member for member in room.members if member not in self.people]
            where = self._room_lines[source_id]
            self.rooms_left_out += [LeftOut(Reason.MEMBER_UNKNOWN, f"{where}: {member}") for member in unknown]
            threaded = room.is_threaded
            if source_id not in self._says_itself:
                threaded = self._threaded_by_file.get(source_id, True)
            members = tuple(member for member in room.members if member in self.people)
            self.rooms[source_id] = RoomRecord(room.source_id, room.name, room.audience, members, room.url, threaded)

    def _take_header(self, line: Line) -> None:
        version = line.value["alongside"]
        if version > _NEWEST_FORMAT:
            raise Unreadable(
                f"This archive is of format {version}, newer than this Alongside can read: bring Alongside up to date."
            )
        try:
            key = checked_id(line.value)
        except Lie:
            key = "sha256:" + sha256(line.raw).hexdigest()
        name, tool = (_text_or_nothing(line, field) for field in ("name", "tool"))
        self.header = Header(key, name or "An Alongside archive", tool or AlongsideReader.tool)

    def _take_person(self, line: Line) -> None:
        try:
            person = person_of(line.value)
        except Lie as lie:
            self.people_left_out.append(LeftOut(lie.reason, line.where))
            return
        if person.source_id in self.people:
            self.people_left_out.append(LeftOut(Reason.BROKEN, f"{line.where}: an id that is taken"))
        else:
            self.people[person.source_id] = person

    def _take_room(self, line: Line) -> None:
        try:
            room, complaint = room_of(line.value)
        except Lie as lie:
            self.rooms_left_out.append(LeftOut(lie.reason, line.where))
            return
        if room.source_id in self.rooms:
            complaint = "an id that is taken"
        else:
            self.rooms[room.source_id] = room
            self._room_lines[room.source_id] = line.where
            if isinstance(line.value.get("threaded"), bool):
                self._says_itself.add(room.source_id)
        if complaint:
            self.rooms_left_out.append(LeftOut(Reason.BROKEN, f"{line.where}: {complaint}"))

    def _learn_threads(self, line: Line) -> None:
        """A room has threads when any of its notes names its conversation."""
        try:
            room = reference(line.value, "to")
        except Lie:
            return
        if room is not None and (room in self._threaded_by_file or len(self._threaded_by_file) < _MOST_ROOMS):
            has_context = line.value.get("context") is not None
            self._threaded_by_file[room] = self._threaded_by_file.get(room, False) or has_context

    def _note_strange_fields(self, line: Line) -> None:
        """Each unknown field is reported once: its record is brought in without it."""
        known = KNOWN_FIELDS.get(line.kind)
        if known is None or line.value.keys() <= known:
            return
        for name in sorted(line.value.keys() - known):
            if (line.kind, name) not in self._strange_names and len(self.strange) < _MOST_STRANGE_FIELDS:
                self._strange_names.add((line.kind, name))
                self.strange.append(LeftOut(Reason.UNKNOWN, f"{line.where}: the field “{name[:60]}”"))


def _text_or_nothing(line: Line, field: str) -> str:
    try:
        return optional_text(line.value, field)
    except Lie:
        return ""

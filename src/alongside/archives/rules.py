"""What an import is called, what it reports, and when it may be taken back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256


class State(StrEnum):
    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"


@dataclass(slots=True)
class LeftOutOf:
    """How often something was left out for one reason, and where it first was."""

    count: int = 0
    first: str = ""


@dataclass(slots=True)
class Report:
    """What an import came to. Counts are of messages and reasons; nothing in it is about one person."""

    import_id: int = 0
    name: str = ""
    tool: str = ""
    people: int = 0
    rooms: int = 0
    sealed_rooms: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    notes: int = 0
    is_overtaken: bool = False
    first_said_at: datetime | None = None
    last_said_at: datetime | None = None
    left_out: dict[str, LeftOutOf] = field(default_factory=dict)

    def leave_out(self, reason: str, where: str) -> None:
        entry = self.left_out.setdefault(reason, LeftOutOf(first=where[:300]))
        entry.count += 1

    def saw(self, said_at: datetime) -> None:
        if self.first_said_at is None or said_at < self.first_said_at:
            self.first_said_at = said_at
        if self.last_said_at is None or said_at > self.last_said_at:
            self.last_said_at = said_at

    @property
    def has_messages(self) -> bool:
        return bool(self.new or self.changed or self.unchanged or self.removed)

    @property
    def is_nothing(self) -> bool:
        """Not one message, room or note of the archive is here."""
        return not (self.has_messages or self.rooms or self.notes or self.is_overtaken)

    @property
    def left_out_in_all(self) -> int:
        return sum(entry.count for entry in self.left_out.values())


def fitted(source_id: str, longest: int) -> str:
    """An id as long as a column may hold; two that begin alike stay two."""
    if len(source_id) <= longest:
        return source_id
    return f"{source_id[: longest - 33]}~{sha256(source_id.encode('utf-8', 'replace')).hexdigest()[:32]}"


def later_ones(import_id: int, of_connection: Sequence[tuple[int, str]]) -> list[int]:
    """Imports into the same connection that stand on this one: they are taken back first, the newest before.

    `of_connection` holds number and state of each import into it.
    """
    standing = (State.RUNNING.value, State.DONE.value)
    return sorted((number for number, state in of_connection if number > import_id and state in standing), reverse=True)

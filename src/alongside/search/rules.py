"""What search decides, in plain values: what an index is given, what it may look at, and what it proposes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitMessage:
    message_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One conversation as the indexes see it. Times are seconds since the epoch."""

    conversation_id: int
    audience_id: int
    is_open: bool
    """Read by the world or the whole organisation; what is not goes into an index of its own."""
    room_id: int
    started_at: int
    last_said_at: int
    language: str
    """ISO 639-1."""
    title: str
    messages: tuple[UnitMessage, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a viewer may read, and how the question narrows it. An index only ever sees this, never a person."""

    reads_all_open: bool
    audience_ids: frozenset[int]
    room_ids: frozenset[int] | None = None
    conversation_ids: frozenset[int] | None = None
    """The conversations in which the viewer spoke, when the question asks for those."""
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A conversation that an index holds likely. The database checks it again before any text leaves."""

    conversation_id: int
    score: float

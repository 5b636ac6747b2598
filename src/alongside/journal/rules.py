"""What a line of the journal is, and when it may go."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# How many ids one line holds at most: a line is read whole by every follower.
IDS_PER_LINE = 1000


class Kind(StrEnum):
    """What happened. A line holds a kind and row ids: no actor, name or text (promise 5)."""

    CONVERSATIONS_CHANGED = "conversations changed"
    CONVERSATIONS_REMOVED = "conversations removed"
    NOTES_CHANGED = "notes changed"
    # Changed, too, and not to wait for its turn: an index lets go of what it held of these before anything else.
    WORDS_FORGOTTEN = "words forgotten"
    NOTES_FORGOTTEN = "notes forgotten"


OF_NOTES = frozenset({Kind.NOTES_CHANGED, Kind.NOTES_FORGOTTEN})
OF_FORGETTING = frozenset({Kind.WORDS_FORGOTTEN, Kind.NOTES_FORGOTTEN})


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the journal. Transaction first: a serial id alone loses what commits late (see queries.py)."""

    transaction: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    position: Position
    kind: Kind
    ids: tuple[int, ...]


def in_lines(ids: Sequence[int]) -> list[list[int]]:
    """Ids, sorted and once each, cut into what one line may hold."""
    distinct = sorted(set(ids))
    return [distinct[start : start + IDS_PER_LINE] for start in range(0, len(distinct), IDS_PER_LINE)]


def trimmable_through(positions: Sequence[Position]) -> Position:
    """Everything up to here was passed by every follower; nobody following means nothing is kept for anybody,
    but a first follower may be about to come, so nothing is trimmed either.
    """
    return min(positions, default=Position())

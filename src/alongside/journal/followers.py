"""What every follower of the journal does: read on from a cursor, do its part, then move the cursor."""

from collections.abc import Iterator

from alongside.journal.queries import unscoped_lines_after, unscoped_trimmed_through
from alongside.journal.rules import Line, Position


class TooFarBehind(Exception):
    """Lines after this position are gone: what follows from them has to be made anew from the tables."""


def follow(position: Position, limit: int = 500) -> Iterator[list[Line]]:
    """Batches of lines from a position to the journal's end. Raises TooFarBehind where lines are gone."""
    if position < unscoped_trimmed_through():
        raise TooFarBehind
    while lines := unscoped_lines_after(position, limit):
        yield lines
        position = lines[-1].position

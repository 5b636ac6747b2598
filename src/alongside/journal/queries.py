"""Reading the journal. It holds nothing about anybody, so that it has no viewer; every read is named unscoped."""

from datetime import UTC, datetime

from django.db import connection

from alongside.journal.models import Cursor
from alongside.journal.models import Line as LineRow
from alongside.journal.rules import OF_FORGETTING, Kind, Line, Position, trimmable_through

# On PostgreSQL ids are given before commit: a transaction that began first and commits last writes a smaller id
# than one already read, and a cursor over ids alone would pass it by. So a line is read only when every older
# transaction has ended, in the order of transactions.
_SETTLED = "transaction_number < pg_snapshot_xmin(pg_current_snapshot())::text::bigint AND"


def unscoped_lines_after(position: Position, limit: int = 500) -> list[Line]:
    """Lines after a position in reading order; an empty list means: nothing more for now."""
    return _lines_after(position, limit)


def _lines_after(position: Position, limit: int, which: str = "") -> list[Line]:
    settled = _SETTLED if connection.vendor == "postgresql" else ""
    found = LineRow.objects.raw(
        f"SELECT id, transaction_number, kind, ids FROM journal_line WHERE {which} {settled}"
        " (transaction_number > %s OR (transaction_number = %s AND id > %s)) ORDER BY transaction_number, id LIMIT %s",
        [position.transaction, position.transaction, position.line, limit],
    )
    return [Line(Position(row.transaction, row.pk), Kind(row.kind), tuple(row.ids)) for row in found]


def unscoped_forgotten_after(position: Position) -> list[Line]:
    """Lines after a position that tell of something forgotten, ahead of all that stands before them."""
    kinds = ", ".join(f"'{kind.value}'" for kind in sorted(OF_FORGETTING))
    return _lines_after(position, 10_000, f"kind IN ({kinds}) AND")


def unscoped_end() -> Position:
    """Where a follower starts that takes the rest from the tables: nothing settled lies after it."""
    settled = f"WHERE {_SETTLED.removesuffix(' AND')}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT transaction_number, id FROM journal_line {settled} ORDER BY transaction_number DESC, id DESC LIMIT 1"
        )
        row = cursor.fetchone()
    if row is None:
        return unscoped_trimmed_through()
    return Position(*row)


def unscoped_oldest_unread(position: Position) -> datetime | None:
    """When the first line after a position was written: how long a follower is behind. None: it is not behind."""
    with connection.cursor() as cursor:  # asked with every question: the ORM would take ten times as long
        cursor.execute(
            "SELECT written_at FROM journal_line WHERE transaction_number > %s OR (transaction_number = %s AND id > %s)"
            " ORDER BY transaction_number, id LIMIT 1",
            [position.transaction, position.transaction, position.line],
        )
        row = cursor.fetchone()
    moment: datetime | None = row[0] if row else None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def unscoped_cursor(follower: str) -> Position | None:
    """How far a follower has read that keeps no position of its own; None: it never did."""
    row = Cursor.objects.filter(follower=follower).first()
    return Position(row.transaction, row.line) if row else None


def unscoped_trimmed_through() -> Position:
    row = Cursor.objects.filter(follower=TRIMMED).first()
    return Position(row.transaction, row.line) if row else Position()


def unscoped_passed_by_all() -> Position:
    return trimmable_through([Position(row.transaction, row.line) for row in Cursor.objects.exclude(follower=TRIMMED)])


# A row of the cursors' table that no follower moves: how far lines are gone.
TRIMMED = "trimmed"

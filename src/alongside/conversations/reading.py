"""What hand-written reads share: rows, marks for what is bound, and times that know their zone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection


def rows_of(sql: str, params: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[Any] = cursor.fetchall()
    return rows


def as_stored(column: str) -> str:
    """A time that is read as it stands. Django reads every time of SQLite letter by letter, shown or not."""
    return f"COALESCE({column}, NULL)"


def time_of(value: Any) -> datetime:
    """SQLite gives text, or a time without a zone; PostgreSQL one with it. All mean UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    known: datetime = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return known


def time_or_none(value: Any) -> datetime | None:
    return None if value is None else time_of(value)


def bound(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def marks_for(values: Sequence[Any]) -> str:
    return ", ".join("%s" for _ in values) or "NULL"

"""What waits to go out. It has no viewer: a delivery is read by who sends it and by nobody else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from alongside.letters.models import Delivery
from alongside.letters.rules import Because, State
from alongside.search.grounds import Ground, Of

MOST_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """How a connection's outbox stands, without a word of what is in it."""

    is_waiting: bool
    oldest_due_at: datetime | None
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours to send now."""

    delivery_id: int
    post: bytes
    because: Because
    account_id: int | None
    may_be_second: bool
    rests_on: tuple[Ground, ...] = ()


def unscoped_grounds_of(stored: Collection[Sequence[Any]]) -> tuple[Ground, ...]:
    """As `Delivery.rests_on` holds them."""
    return tuple(Ground(Of(of), *rest) for of, *rest in stored)


def unscoped_resting_on(account_ids: Collection[int], note_ids: Collection[int]) -> list[int]:
    """What waits and has words or the name of these accounts in it, or is taken from these notes. The outbox is short:
    all of it that rests on anything is looked through.
    """
    rows = Delivery.objects.exclude(state=State.FAILED.value).exclude(rests_on=[]).values_list("id", "rests_on")
    return [
        row
        for row, stored in rows
        if any(
            one.account_id in account_ids or (one.of is Of.NOTE and one.row in note_ids)
            for one in unscoped_grounds_of(stored)
        )
    ]


def unscoped_waiting(connection_id: int) -> Waiting:
    return unscoped_all_waiting([connection_id])[connection_id]


def unscoped_all_waiting(connection_ids: Collection[int]) -> dict[int, Waiting]:
    """Of several connections. Two queries, however many."""
    here = Delivery.objects.filter(connection_id__in=connection_ids).values("connection_id")
    due = here.exclude(state=State.FAILED.value).annotate(oldest=Min("due_at"))
    oldest = dict(due.values_list("connection_id", "oldest"))
    failed = here.filter(state=State.FAILED.value).values("connection_id", "problem").annotate(newest=Max("id"))
    problems: dict[int, list[str]] = {}
    for connection_id, problem in failed.order_by("-newest").values_list("connection_id", "problem"):
        problems.setdefault(connection_id, []).append(problem)
    return {
        one: Waiting(one in oldest, oldest.get(one), tuple(problems.get(one, ())[:MOST_PROBLEMS]))
        for one in connection_ids
    }


def unscoped_is_anything_due(connection_id: int, now: datetime) -> bool:
    """By hand: asked many times a second by every open connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM letters_delivery WHERE connection_id = %s AND state IN (%s, %s) AND due_at <= %s LIMIT 1",
            [connection_id, State.DUE.value, State.SENDING.value, connection.ops.adapt_datetimefield_value(now)],
        )
        return cursor.fetchone() is not None

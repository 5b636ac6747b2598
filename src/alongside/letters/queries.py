"""What waits to go out. It has no viewer: a delivery is read by who sends it and by nobody else."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Min

from alongside.letters.models import Delivery
from alongside.letters.rules import Because, State


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


def unscoped_waiting(connection_id: int) -> Waiting:
    here = Delivery.objects.filter(connection_id=connection_id)
    oldest = here.exclude(state=State.FAILED.value).aggregate(oldest=Min("due_at"))["oldest"]
    failed = here.filter(state=State.FAILED.value).order_by("-id").values_list("problem", flat=True)[:5]
    return Waiting(oldest is not None, oldest, tuple(dict.fromkeys(failed)))


def unscoped_is_anything_due(connection_id: int, now: datetime) -> bool:
    """By hand: asked many times a second by every open connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM letters_delivery WHERE connection_id = %s AND state IN (%s, %s) AND due_at <= %s LIMIT 1",
            [connection_id, State.DUE.value, State.SENDING.value, connection.ops.adapt_datetimefield_value(now)],
        )
        return cursor.fetchone() is not None

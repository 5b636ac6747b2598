"""Writing the journal. Its lines have no actor: that is the point of it."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from alongside.journal.models import CurrentTransaction, Cursor, Line
from alongside.journal.queries import TRIMMED, unscoped_passed_by_all
from alongside.journal.rules import Kind, Position, in_lines
from alongside.kit import clock

# A node away for longer makes its index anew, which costs minutes; keeping lines for it would cost everybody.
AWAY_TOO_LONG = timedelta(days=14)


def tell(kind: Kind, ids: Sequence[int]) -> None:
    """Say that something happened to these rows, in the transaction in which it happens."""
    Line.objects.bulk_create(
        Line(transaction=CurrentTransaction(), kind=kind.value, ids=some) for some in in_lines(ids)
    )


def move_cursor(follower: str, position: Position) -> None:
    Cursor.objects.update_or_create(
        follower=follower,
        defaults={"transaction": position.transaction, "line": position.line, "moved_at": clock.now()},
    )


def trim() -> Position:
    """Let go of lines that every follower has passed. What is returned is how far they are gone."""
    with transaction.atomic():
        Cursor.objects.filter(moved_at__lt=clock.now() - AWAY_TOO_LONG).exclude(follower=TRIMMED).delete()
        through = unscoped_passed_by_all()
        Line.objects.filter(transaction__lt=through.transaction).delete()
        Line.objects.filter(transaction=through.transaction, id__lte=through.line).delete()
        if through > Position():
            move_cursor(TRIMMED, through)
    return through


def forget_all_before_now(last: int) -> None:
    """After a backup came back: every follower, wherever it was, makes its part anew from the tables.

    `last`: a line's number that was given here already, of a store whose place this one takes.
    """
    with transaction.atomic():
        told = {"transaction": CurrentTransaction(), "kind": Kind.CONVERSATIONS_CHANGED.value, "ids": []}
        line = Line.objects.create(**told)
        if line.pk <= last:  # with its number said, the next goes on after it
            Line.objects.create(pk=last + 1, **told)
        made = Line.objects.order_by("-id")[0]
        Cursor.objects.all().delete()
        move_cursor(TRIMMED, Position(made.transaction, made.pk))
        Line.objects.all().delete()

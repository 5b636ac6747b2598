"""On PostgreSQL ids are given before commit: what begins first may commit last, and is read all the same."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from alongside.journal.actions import move_cursor, tell, trim
from alongside.journal.followers import follow
from alongside.journal.models import Line as Row
from alongside.journal.queries import unscoped_end, unscoped_lines_after
from alongside.journal.rules import Kind, Position

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the trap is PostgreSQL's"),
    pytest.mark.django_db(transaction=True),
]


class InAnotherConnection:
    """A transaction in a thread, begun, told of and committed when the test says so."""

    def __init__(self, ids: list[int]) -> None:
        self._told, self._may_end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ids,))
        self._thread.start()
        assert self._told.wait(10)

    def _run(self, ids: list[int]) -> None:
        try:
            with transaction.atomic():
                tell(Kind.CONVERSATIONS_CHANGED, ids)
                self._told.set()
                self._may_end.wait(10)
        finally:
            connection.close()

    def commit(self) -> None:
        self._may_end.set()
        self._thread.join(10)


def read_on(position: Position) -> tuple[list[int], Position]:
    ids: list[int] = []
    for lines in follow(position):
        ids += [one for line in lines for one in line.ids]
        position = lines[-1].position
    return ids, position


def test_what_began_first_and_commits_last_is_still_read() -> None:
    first = InAnotherConnection([1])
    tell(Kind.CONVERSATIONS_CHANGED, [2])
    before, position = read_on(Position())
    assert before == []  # nothing is read past a transaction that may still commit something older
    first.commit()
    after, position = read_on(position)
    assert after == [1, 2]
    assert read_on(position)[0] == []


def test_a_cursor_over_ids_alone_would_lose_it() -> None:
    """The trap is real: the smaller id becomes visible after the larger one."""
    first = InAnotherConnection([1])
    tell(Kind.CONVERSATIONS_CHANGED, [2])
    (seen,) = Row.objects.values_list("id", flat=True)
    first.commit()
    late = Row.objects.exclude(pk=seen).get()
    assert late.pk < seen
    assert late.ids == [1]


def test_the_end_of_the_journal_is_before_what_may_still_commit() -> None:
    """Whoever reads the tables and then follows from the end loses nothing either."""
    first = InAnotherConnection([1])
    tell(Kind.CONVERSATIONS_CHANGED, [2])
    end = unscoped_end()
    first.commit()
    assert read_on(end)[0] == [1, 2]


def test_trimming_never_takes_a_line_that_commits_late() -> None:
    tell(Kind.CONVERSATIONS_CHANGED, [0])
    _, position = read_on(Position())
    first = InAnotherConnection([1])
    tell(Kind.CONVERSATIONS_CHANGED, [2])
    ids, position = read_on(position)
    move_cursor("words", position)
    trim()
    first.commit()
    assert ids + read_on(position)[0] == [1, 2]


def test_many_at_once_are_each_read_exactly_once() -> None:
    writers = [InAnotherConnection([number]) for number in range(8)]
    position, seen = Position(), list[int]()
    order: list[Callable[[], None]] = [writers[place].commit for place in (5, 1, 7, 0, 3, 2, 6, 4)]
    for commit in order:
        commit()
        ids, position = read_on(position)
        seen += ids
    assert sorted(seen) == list(range(8))
    assert len(unscoped_lines_after(Position())) == 8

"""The journal is not a record of people, and who follows it misses nothing."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.journal.actions import AWAY_TOO_LONG, move_cursor, tell, trim
from alongside.journal.followers import TooFarBehind, follow
from alongside.journal.models import Cursor
from alongside.journal.models import Line as Row
from alongside.journal.queries import unscoped_end, unscoped_oldest_unread, unscoped_trimmed_through
from alongside.journal.rules import IDS_PER_LINE, Kind, Position, in_lines, trimmable_through
from alongside.kit import clock

stored = pytest.mark.django_db(transaction=True)


@given(st.lists(st.integers(min_value=1, max_value=5000)))
def test_lines_hold_every_id_once_in_order(ids: list[int]) -> None:
    lines = in_lines(ids)
    assert [one for line in lines for one in line] == sorted(set(ids))
    assert all(0 < len(line) <= IDS_PER_LINE for line in lines)


def test_a_long_list_is_cut() -> None:
    assert [len(line) for line in in_lines(range(IDS_PER_LINE + 1))] == [IDS_PER_LINE, 1]


positions = st.builds(Position, st.integers(0, 9), st.integers(0, 9))


@given(st.lists(positions))
def test_what_is_trimmed_was_passed_by_everybody(followers: list[Position]) -> None:
    through = trimmable_through(followers)
    assert all(through <= one for one in followers)
    assert through in [*followers, Position()]


@given(positions, positions)
def test_an_older_transaction_comes_first_whatever_its_line(one: Position, other: Position) -> None:
    assert (one < other) == ((one.transaction, one.line) < (other.transaction, other.line))


def test_a_line_has_no_place_for_an_actor_a_name_or_a_text() -> None:
    assert {field.name for field in Row._meta.get_fields()} == {"id", "transaction", "kind", "ids", "written_at"}
    assert {field.name for field in Cursor._meta.get_fields()} == {"id", "follower", "transaction", "line", "moved_at"}
    assert not [field for field in Row._meta.get_fields() if field.is_relation]


@stored
def test_nothing_told_writes_nothing() -> None:
    tell(Kind.CONVERSATIONS_CHANGED, [])
    assert not Row.objects.exists()


def all_after(position: Position) -> list[int]:
    return [one for lines in follow(position, limit=2) for line in lines for one in line.ids]


@stored
def test_a_follower_reads_on_from_where_it_was() -> None:
    for number in range(5):
        tell(Kind.CONVERSATIONS_CHANGED, [number])
    assert all_after(Position()) == [0, 1, 2, 3, 4]
    first = next(follow(Position(), limit=2))
    assert all_after(first[-1].position) == [2, 3, 4]
    assert all_after(unscoped_end()) == []


@stored
def test_trimming_waits_for_the_slowest_and_tells_who_comes_too_late() -> None:
    for number in range(4):
        tell(Kind.CONVERSATIONS_CHANGED, [number])
    lines = [line for some in follow(Position()) for line in some]
    move_cursor("fast", lines[3].position)
    move_cursor("slow", lines[1].position)
    assert trim() == lines[1].position == unscoped_trimmed_through()
    assert all_after(lines[1].position) == [2, 3]
    with pytest.raises(TooFarBehind):
        all_after(lines[0].position)
    with pytest.raises(TooFarBehind):
        all_after(Position())


@stored
def test_nobody_following_means_that_nothing_goes() -> None:
    tell(Kind.CONVERSATIONS_CHANGED, [1])
    assert trim() == Position()
    assert Row.objects.count() == 1


@stored
def test_a_node_that_stayed_away_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    tell(Kind.CONVERSATIONS_CHANGED, [1])
    end = [line for some in follow(Position()) for line in some][-1].position
    move_cursor("away", Position())
    later = clock.now() + AWAY_TOO_LONG + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    move_cursor("here", end)
    assert trim() == end
    assert not Row.objects.exists()


@stored
def test_how_far_behind_a_follower_is_is_told_by_the_first_line_it_has_not_read() -> None:
    assert unscoped_oldest_unread(Position()) is None
    tell(Kind.CONVERSATIONS_CHANGED, [1])
    tell(Kind.CONVERSATIONS_REMOVED, [2])
    lines = [line for some in follow(Position()) for line in some]
    assert [line.kind for line in lines] == [Kind.CONVERSATIONS_CHANGED, Kind.CONVERSATIONS_REMOVED]
    assert unscoped_oldest_unread(Position()) is not None
    assert unscoped_oldest_unread(lines[-1].position) is None

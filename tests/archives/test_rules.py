"""What an import reports, what it is called by, and what stands on it."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from alongside.archives.rules import Report, State, fitted, later_ones


def test_what_was_left_out_is_counted_by_reason_with_the_first_place() -> None:
    report = Report()
    for where in ("line 3", "line 9"):
        report.leave_out("broken", where)
    report.leave_out("empty", "x" * 999)
    assert (report.left_out["broken"].count, report.left_out["broken"].first) == (2, "line 3")
    assert len(report.left_out["empty"].first) == 300
    assert report.left_out_in_all == 3


def test_the_span_is_from_the_first_to_the_last() -> None:
    report = Report()
    days = [datetime(2026, 3, day, tzinfo=UTC) for day in (5, 2, 9, 4)]
    for day in days:
        report.saw(day)
    assert (report.first_said_at, report.last_said_at) == (min(days), max(days))


def test_nothing_is_nothing_until_a_room_or_a_message_is_here() -> None:
    assert Report().is_nothing
    assert not Report(rooms=1).is_nothing
    assert not Report(removed=1).is_nothing
    assert not Report(is_overtaken=True).is_nothing


@given(st.text(), st.text(), st.integers(40, 80))
def test_an_id_fits_and_two_stay_two(one: str, other: str, longest: int) -> None:
    assert len(fitted(one, longest)) <= longest
    long_one, long_other = ("x" * longest + text for text in (one, other))
    encodable = [text.encode("utf-8", "replace") for text in (one, other)]
    assert (fitted(long_one, longest) == fitted(long_other, longest)) == (encodable[0] == encodable[1])


def test_what_came_later_is_taken_back_first() -> None:
    of_connection = [(1, State.DONE), (2, State.DONE), (3, State.UNDONE), (4, State.RUNNING)]
    assert later_ones(1, of_connection) == [4, 2]
    assert later_ones(4, of_connection) == []

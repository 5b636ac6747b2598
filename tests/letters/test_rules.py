"""What goes out, and when it is tried again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alongside.letters.rules import (
    FIRST_PAUSE,
    GIVEN_UP_AFTER,
    LONGEST_PAUSE,
    MOST_TRIES,
    Because,
    after_failure,
    is_too_uncertain,
    may_go_out,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_what_goes_out_was_asked_for_and_there_is_no_other_reason() -> None:
    assert all(may_go_out(because) for because in Because)
    assert not may_go_out("a reminder")  # type: ignore[arg-type]


def test_pauses_grow_and_end() -> None:
    pauses = [
        after_failure(
            now=NOW,
            made_at=NOW,
            tries=tries,
            times_uncertain=0,
            is_uncertain=False,
            is_idempotent=False,
            retry_after=None,
        ).due_at
        - NOW
        for tries in (1, 2, 3, 50)
    ]
    assert pauses == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4, LONGEST_PAUSE]


@given(
    tries=st.integers(1, 300),
    hours=st.floats(0, 100),
    times_uncertain=st.integers(0, 5),
    is_uncertain=st.booleans(),
    is_idempotent=st.booleans(),
    retry_after=st.none() | st.floats(-10, 1e9),
)
def test_nothing_is_tried_for_ever_nor_given_up_without_a_reason(
    *,
    tries: int,
    hours: float,
    times_uncertain: int,
    is_uncertain: bool,
    is_idempotent: bool,
    retry_after: float | None,
) -> None:
    then = after_failure(
        now=NOW,
        made_at=NOW - timedelta(hours=hours),
        tries=tries,
        times_uncertain=times_uncertain,
        is_uncertain=is_uncertain,
        is_idempotent=is_idempotent,
        retry_after=retry_after,
    )
    is_old = timedelta(hours=hours) > GIVEN_UP_AFTER or tries >= MOST_TRIES
    is_twice = is_uncertain and not is_idempotent and is_too_uncertain(times_uncertain)
    assert then.is_given_up == (is_old or is_twice)
    assert NOW <= then.due_at <= NOW + LONGEST_PAUSE * 4
    assert then.is_uncertain == (is_uncertain and not is_idempotent)

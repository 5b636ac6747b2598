from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.notes.content import FIELDS, Content
from alongside.notes.rules import (
    LONGEST_PART,
    LONGEST_TITLE,
    RemarkKind,
    Standing,
    fitted,
    is_alive_by,
    is_for_every_reader,
    month_of,
    standing_of_changed,
    standing_of_name,
    standing_of_passage,
    weave_ends,
)

contents = st.builds(Content, *(st.text(max_size=400) for _ in FIELDS))
audience_ids = st.integers(1, 4)
kinds_of_end = st.sampled_from(["note", "conversation"])
ends = st.tuples(kinds_of_end, st.integers(1, 5))


@given(contents)
def test_what_is_fitted_fits_and_fitting_it_again_changes_nothing(content: Content) -> None:
    once = fitted(content)
    assert len(once.title) <= LONGEST_TITLE
    assert "\n" not in once.title
    assert fitted(once) == once


def test_a_note_holds_so_much_and_no_more() -> None:
    too_much = fitted(Content("t" * 300, "w" * 30_000, "", "", "x"))
    assert (len(too_much.title), len(too_much.when)) == (LONGEST_TITLE, LONGEST_PART)
    assert too_much.where_not == "x"


@pytest.mark.parametrize(
    ("standing", "as_if_new", "becomes"),
    [
        (Standing.SHOWN, Standing.SHOWN, Standing.SHOWN),
        (Standing.AGREED, Standing.ASKED, Standing.ASKED),
        (Standing.AGREED, Standing.SHOWN, Standing.SHOWN),
        (Standing.DECLINED, Standing.ASKED, Standing.DECLINED),
        (Standing.DECLINED, Standing.SHOWN, Standing.DECLINED),
    ],
)
def test_a_yes_was_for_the_words_it_was_given_to(standing: Standing, as_if_new: Standing, becomes: Standing) -> None:
    assert standing_of_changed(standing, as_if_new=as_if_new) is becomes


@pytest.mark.parametrize(
    ("said_in", "note_parts", "said_openly", "is_own", "standing"),
    [
        (1, {1}, False, False, Standing.SHOWN),
        (1, {1, 2}, False, False, Standing.SHOWN),
        (1, {2}, False, False, Standing.ASKED),
        (1, {2}, True, False, Standing.SHOWN),
        (1, {2}, False, True, Standing.AGREED),
        (1, {1}, True, True, Standing.AGREED),
        (1, set(), False, False, Standing.ASKED),
    ],
)
def test_a_passage_stands_where_all_readers_heard_it_or_by_its_authors_yes(
    *, said_in: int, note_parts: set[int], said_openly: bool, is_own: bool, standing: Standing
) -> None:
    found = standing_of_passage(said_in=said_in, note_parts=note_parts, said_openly=said_openly, is_own=is_own)
    assert found is standing


@given(
    said_in=audience_ids,
    note_parts=st.sets(audience_ids),
    said_openly=st.booleans(),
    is_for_organisation=st.booleans(),
)
def test_an_index_holds_no_passage_that_waits_for_a_yes_or_got_a_no(
    *, said_in: int, note_parts: set[int], said_openly: bool, is_for_organisation: bool
) -> None:
    for standing in (Standing.ASKED, Standing.DECLINED, Standing.REMOVED):
        assert not is_for_every_reader(
            standing,
            said_in=said_in,
            note_parts=note_parts,
            said_openly=said_openly,
            is_for_organisation=is_for_organisation,
        )


@given(
    said_in=audience_ids,
    note_parts=st.sets(audience_ids),
    said_openly=st.booleans(),
    is_for_organisation=st.booleans(),
)
def test_an_index_holds_what_was_agreed_to_and_what_every_reader_heard(
    *, said_in: int, note_parts: set[int], said_openly: bool, is_for_organisation: bool
) -> None:
    def held(standing: Standing) -> bool:
        return is_for_every_reader(
            standing,
            said_in=said_in,
            note_parts=note_parts,
            said_openly=said_openly,
            is_for_organisation=is_for_organisation,
        )

    assert held(Standing.AGREED)
    assert held(Standing.SHOWN) == (said_in in note_parts or (said_openly and is_for_organisation))


@pytest.mark.parametrize(
    ("was_said_there", "is_own", "standing"),
    [
        (True, False, Standing.SHOWN),
        (False, True, Standing.SHOWN),
        (True, True, Standing.SHOWN),
        (False, False, Standing.ASKED),
    ],
)
def test_others_than_who_spoke_there_are_named_by_their_own_yes(
    *, was_said_there: bool, is_own: bool, standing: Standing
) -> None:
    assert standing_of_name(was_said_there=was_said_there, is_own=is_own) is standing


def test_a_note_tells_its_month_and_no_day() -> None:
    assert month_of(datetime(2026, 3, 2, 9, 30, tzinfo=UTC)) == month_of(datetime(2026, 3, 31, tzinfo=UTC)) == (2026, 3)


def test_only_confirming_keeps_a_note_alive_without_changing_it() -> None:
    assert {kind: is_alive_by(kind) for kind in RemarkKind} == {
        RemarkKind.HELPED: False,
        RemarkKind.STILL_TRUE: True,
        RemarkKind.DID_NOT: False,
    }


@given(ends, ends)
def test_a_weave_is_the_same_from_either_end(left: tuple[str, int], right: tuple[str, int]) -> None:
    assert weave_ends(left, right) == weave_ends(right, left)
    assert (weave_ends(left, right) is None) == (left == right)
    if left != right:
        assert set(weave_ends(left, right) or ()) == {left, right}

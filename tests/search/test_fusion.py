"""Words and meaning put together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.search.fusion import fused
from alongside.search.rules import Proposal


def proposals(**scores: float) -> list[Proposal]:
    return [Proposal(int(name[1:]), score) for name, score in scores.items()]


def as_dict(found: list[Proposal]) -> dict[int, float]:
    return {proposal.conversation_id: proposal.score for proposal in found}


def test_both_sides_are_scaled_and_meaning_weighs_more() -> None:
    found = fused(proposals(c1=10, c2=5, c3=0), proposals(c1=0.2, c2=0.4, c3=0.6))
    assert as_dict(found) == pytest.approx({3: 0.7, 2: 0.5, 1: 0.3})
    assert [proposal.conversation_id for proposal in found] == [3, 2, 1]


def test_what_only_meaning_proposed_shares_no_word_with_the_question() -> None:
    assert as_dict(fused(proposals(c1=10), proposals(c1=0.2, c2=0.6), lowest=0.0))[2] == pytest.approx(0.7)


def test_what_only_words_proposed_is_not_encoded_yet_and_its_words_speak_for_it() -> None:
    found = as_dict(fused(proposals(c1=10, c2=5, c3=0), proposals(c1=0.6, c3=0.1)))
    assert found[2] == pytest.approx(0.5)


def test_without_meaning_the_order_is_that_of_the_words() -> None:
    assert [one.conversation_id for one in fused(proposals(c1=3, c2=9, c3=1), [])] == [2, 1, 3]


def test_without_words_the_order_is_that_of_the_meaning() -> None:
    assert [one.conversation_id for one in fused([], proposals(c1=0.1, c2=0.5, c3=0.3))] == [2, 3, 1]


def test_the_lowest_of_all_that_was_looked_through_is_the_other_end_of_the_scale() -> None:
    found = as_dict(fused([], proposals(c1=0.6, c2=0.5), lowest=0.1))
    assert found == pytest.approx({1: 0.7, 2: 0.56})


def test_nothing_proposed_is_nothing_found() -> None:
    assert fused([], []) == []


def test_of_two_alike_the_newer_comes_first() -> None:
    assert [one.conversation_id for one in fused(proposals(c1=1, c2=1), [])] == [2, 1]


scores = st.dictionaries(st.integers(1, 20), st.floats(-1, 50, width=32), max_size=12)


@given(scores, scores, st.floats(-1, 50, width=32) | st.none())
def test_each_conversation_comes_once_and_scores_lie_between_0_and_1(
    words: dict[int, float], meaning: dict[int, float], lowest: float | None
) -> None:
    found = fused([Proposal(*one) for one in words.items()], [Proposal(*one) for one in meaning.items()], lowest=lowest)
    assert sorted(one.conversation_id for one in found) == sorted({*words, *meaning})
    assert all(-1e-9 <= one.score <= 1 + 1e-9 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)

from math import log2

import pytest
from bench.metrics import ndcg, paired, recall, reciprocal_rank


def test_the_first_place_counts_most() -> None:
    assert ndcg(["a", "b"], {"a"}) == pytest.approx(1)
    assert ndcg(["b", "a"], {"a"}) == pytest.approx(1 / log2(3))
    assert ndcg(["b"], {"a"}) == 0


def test_what_comes_after_the_tenth_counts_for_nothing() -> None:
    found = [*"bcdefghijk", "a"]
    assert ndcg(found, {"a"}) == reciprocal_rank(found, {"a"}) == 0


def test_recall_is_the_share_of_what_was_to_be_found() -> None:
    assert recall(["a", "x", "b"], {"a", "b", "c", "d"}) == pytest.approx(0.5)


def test_a_difference_that_is_always_there_is_no_luck() -> None:
    better = paired([0.5, 0.6, 0.7], [0.4, 0.5, 0.6])
    assert better.verdict == "better"
    assert better.mean == pytest.approx(0.1)


def test_a_difference_that_goes_either_way_counts_as_equal() -> None:
    assert paired([1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]).verdict == "equal"

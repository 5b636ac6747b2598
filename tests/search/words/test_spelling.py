import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.search.words.spelling import likeliest, mistakes_allowed, nearest, one_mistake_away


@pytest.mark.parametrize(("word", "allowed"), [("tea", 0), ("form", 1), ("lantern", 1), ("lanterns", 2), ("v12345", 0)])
def test_longer_words_may_hold_more_mistakes(word: str, allowed: int) -> None:
    assert mistakes_allowed(word) == allowed


def test_one_mistake_is_a_letter_dropped_added_changed_or_two_swapped() -> None:
    assert {"orm", "xform", "fork", "from"} <= one_mistake_away("form")
    assert "мадель" in one_mistake_away("модель")
    assert "form" not in one_mistake_away("form")


@given(st.text(min_size=4, max_size=24))
def test_any_word_has_neighbours(word: str) -> None:
    assert word not in one_mistake_away(word)


def test_the_usual_words_are_likeliest() -> None:
    assert likeliest([("form", 3), ("from", 100), ("farm", 40)]) == ["from", "farm"]
    assert likeliest([]) == []


def _vocabulary(*words: str) -> dict[str, int]:
    return dict.fromkeys(words, 1)


def _nearest(word: str, *words: str) -> list[str]:
    known = _vocabulary(*words)
    return nearest(
        word, word, mistakes_allowed(word), lambda start: [pair for pair in known.items() if pair[0].startswith(start)]
    )


def test_two_mistakes_in_a_long_word_are_forgiven() -> None:
    assert _nearest("kubenetrs", "kubernet", "kube", "kettle") == ["kubernet"]


def test_a_mistyped_ending_is_forgiven() -> None:
    assert _nearest("enviromnet", "environ", "envi") == ["environ"]


def test_the_fewest_mistakes_win() -> None:
    assert _nearest("configuratoin", "configur", "configer") == ["configur"]


def test_what_is_too_far_is_not_meant() -> None:
    assert _nearest("lantern", "leopard", "elephant", "lant") == []

"""One score for a conversation from the likeness of its passages."""

import numpy as np
import pytest

from alongside.search.meaning.scoring import LUCK, conversation_scores


def scores(*conversations: list[float]) -> list[float]:
    counts = [len(one) for one in conversations]
    likeness = np.array([value for one in conversations for value in one], dtype=np.float32)
    starts = np.cumsum([0, *counts])[:-1]
    found: list[float] = conversation_scores(likeness, starts).tolist()
    return found


def test_a_conversation_of_one_passage_scores_its_likeness() -> None:
    assert scores([0.4]) == pytest.approx([0.4])


def test_a_longer_one_scores_half_the_whole_and_half_the_best_passage() -> None:
    assert scores([0.4, 0.2, 0.8]) == pytest.approx([(0.4 + 0.8 - LUCK * np.log(3)) / 2])


def test_of_two_that_are_alike_the_shorter_is_nearer() -> None:
    short, long = scores([0.4, 0.6], [0.4, 0.6, 0.1, 0.1, 0.1])
    assert short > long


def test_no_conversations_have_no_scores() -> None:
    assert conversation_scores(np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int64)).tolist() == []

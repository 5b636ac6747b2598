"""What somebody asks, as one vector."""

from collections.abc import Sequence

import numpy as np
import pytest

from alongside.search.meaning.questions import MOST_SENTENCES, question_vector, sentences_of
from alongside.search.meaning.scoring import Scores


class ByFirstLetter:
    """Encodes a text as the letter it begins with."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Scores:
        self.asked += texts
        return np.eye(26, dtype=np.float32)[["abcdefghijklmnopqrstuvwxyz".index(text[0].lower()) for text in texts]]


def test_a_question_of_one_sentence_is_encoded_once_and_as_it_stands() -> None:
    encoder = ByFirstLetter()
    assert question_vector(encoder, "How do I calm a caller?")[7] == 1
    assert encoder.asked == ["How do I calm a caller?"]


def test_a_question_of_several_sentences_is_half_itself_and_half_their_mean() -> None:
    vector = question_vector(ByFirstLetter(), "All my calls are tense today. Does anybody know a way?")
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert vector[0] > vector[3] > 0


def test_a_greeting_is_not_a_sentence_of_the_question() -> None:
    assert sentences_of("Hi all! How do I calm a caller? Thanks.") == []


def test_a_page_pasted_as_a_question_is_not_encoded_sentence_by_sentence() -> None:
    assert len(sentences_of("This is one more sentence. " * 500)) == MOST_SENTENCES

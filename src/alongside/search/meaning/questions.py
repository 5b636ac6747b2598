"""What somebody asks, as one vector."""

import re
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from alongside.search.meaning.scoring import Scores

# A fragment ("Hi all!", "Thanks.") says nothing that the whole question does not say.
FEWEST_WORDS = 4
# Each sentence is encoded by itself, which takes 5 ms and more; sixteen found no more than eight.
MOST_SENTENCES = 8

_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?。？！])\s+|\n+")


class Encodes(Protocol):
    def encode(self, texts: Sequence[str]) -> Scores: ...


def question_vector(encoder: Encodes, text: str) -> Scores:
    """A question of several sentences is half itself and half the mean of its sentences: what matters of a long
    one often stands in its last line, which the model weighs lightly or does not reach.
    """
    sentences = sentences_of(text)
    vectors = encoder.encode([text, *sentences])
    return vectors[0] if not sentences else _of_length_one(vectors[0] + _of_length_one(vectors[1:].mean(axis=0)))


def sentences_of(text: str) -> list[str]:
    """Empty for a question of one sentence."""
    parts = [part for part in _BETWEEN_SENTENCES.split(text) if len(part.split()) >= FEWEST_WORDS]
    return parts[:MOST_SENTENCES] if len(parts) > 1 else []


def _of_length_one(vector: Scores) -> Scores:
    scaled: Scores = (vector / np.maximum(np.linalg.norm(vector), 1e-12)).astype(np.float32)
    return scaled

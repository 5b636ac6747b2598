"""From the likeness of a question to every passage of a conversation to one score for the conversation."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

# Half what the conversation is about as a whole, half the passage that comes nearest to the question.
WHOLE = 0.5
# A long conversation has more passages, so the best of them is near by luck more often: taken off for each
# e-fold of passages. Between 0.02 and 0.04 it makes no difference (docs/decisions/ranking.md).
LUCK = 0.03


def conversation_scores(likeness: Scores, starts: NDArray[np.int64]) -> Scores:
    """`likeness` of all passages, conversation after conversation, each beginning with the whole at `starts`."""
    if not len(starts):
        return np.zeros(0, dtype=np.float32)
    passages = np.diff(np.append(starts, len(likeness)))
    best = np.maximum.reduceat(likeness, starts) - LUCK * np.log(passages)
    scores: Scores = (WHOLE * likeness[starts] + (1 - WHOLE) * best).astype(np.float32)
    return scores

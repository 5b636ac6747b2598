"""Words and meaning put together: 0.7 meaning + 0.3 words, each scaled per question (docs/decisions/ranking.md)."""

from collections.abc import Sequence

from alongside.search.rules import Proposal

MEANING = 0.7


def fused(
    words: Sequence[Proposal],
    meaning: Sequence[Proposal],
    *,
    lowest: float | None = None,
    share: float = MEANING,
) -> list[Proposal]:
    """All that either side proposed, best first.

    For the scores to be what they would be over all texts, each side should have scored what the other proposed:
    ask `MeaningIndex.scores` for what the words proposed, and the words index, narrowed to these conversations,
    for what the meaning proposed. What then has no score in words shares no word with the question: it is zero
    there. What has none in meaning is not encoded yet, or in a language that the model does not know: its words
    speak for it alone. `lowest` is the least score in meaning of all that was looked through (`Found.lowest`).
    """
    by_words = _scaled(words, 0.0)
    by_meaning = _scaled(meaning, lowest)
    scores = {
        conversation_id: share * by_meaning.get(conversation_id, by_words.get(conversation_id, 0.0))
        + (1 - share) * by_words.get(conversation_id, 0.0)
        for conversation_id in {**by_words, **by_meaning}
    }
    return sorted(
        (Proposal(conversation_id, score) for conversation_id, score in scores.items()),
        key=lambda proposal: (-proposal.score, -proposal.conversation_id),
    )


def _scaled(proposals: Sequence[Proposal], lowest: float | None) -> dict[int, float]:
    """From 0 for the least score to 1 for the best; a side where all are alike says nothing against any."""
    if not proposals:
        return {}
    scores = {proposal.conversation_id: proposal.score for proposal in proposals}
    high = max(scores.values())
    low = min([*scores.values(), *([] if lowest is None else [lowest])])
    if high <= low:
        return dict.fromkeys(scores, 1.0)
    return {conversation_id: (score - low) / (high - low) for conversation_id, score in scores.items()}

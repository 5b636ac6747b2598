"""How good a ranking is, and whether one is better than another by more than luck."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np

TIMES = 5_000
SEED = 7


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean difference, and where it lies in 95 of 100 samples."""

    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "equal"

    def __str__(self) -> str:
        return f"{self.mean:+.3f} ({self.low:+.3f} to {self.high:+.3f})"


def ndcg(found: Sequence[str], relevant: Collection[str], at: int = 10) -> float:
    gained = sum(1 / log2(place + 2) for place, one in enumerate(found[:at]) if one in relevant)
    return gained / sum(1 / log2(place + 2) for place in range(min(at, len(relevant))))


def reciprocal_rank(found: Sequence[str], relevant: Collection[str], at: int = 10) -> float:
    return next((1 / place for place, one in enumerate(found[:at], start=1) if one in relevant), 0.0)


def recall(found: Sequence[str], relevant: Collection[str], at: int = 5) -> float:
    return len(set(relevant).intersection(found[:at])) / len(relevant)


def paired(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    """Bootstrap over the same questions. Seeded: two runs of the same figures say the same."""
    differences = np.asarray(ours) - np.asarray(theirs)
    chosen = np.random.default_rng(SEED).integers(0, len(differences), (TIMES, len(differences)))
    low, high = np.percentile(differences[chosen].mean(axis=1), [2.5, 97.5])
    return Interval(float(differences.mean()), float(low), float(high))

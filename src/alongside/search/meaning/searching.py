"""Looking through what a viewer may read: every vector of a little, the bits of a lot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alongside.search.meaning.scoring import Scores
from alongside.search.meaning.segments import Chosen, Integers, Segment, in_bits
from alongside.search.rules import Proposal

# Up to so many passages all are looked at closely, which takes about as long as the bits of a million.
CLOSELY = 20_000
# Of more, so many of the nearest by their bits: enough that the ten nearest are among them (see `make bench`) …
NEAREST = 1_000
# … and so many of the farthest, of which one conversation will be about the least alike of all.
FARTHEST = 50
# How many conversations of the nearest passages are scored with all their passages.
FEWEST_SCORED = 200


@dataclass(frozen=True, slots=True)
class Found:
    proposals: list[Proposal]
    lowest: float
    """The least score of all that was looked through: the other end of the scale for fusion."""


# Parts of an index, and the places in each.
Parts = Sequence[tuple[Segment, Integers]]


def found_in(searched: Sequence[Chosen], vector: Scores, limit: int) -> Found:
    if sum(int(part.rows.sum()) for part in searched) > CLOSELY:
        nearest, farthest = _by_bits(searched, vector, max(limit, FEWEST_SCORED))
    else:
        nearest, farthest = [(part.segment, part.places) for part in searched], []
    ids, scores = _scored(nearest, vector)
    if not len(ids):
        return Found([], 0.0)
    lowest = min(scores.min(), _scored(farthest, vector)[1].min(initial=1.0))
    best = np.lexsort((-ids, -scores))[:limit]
    proposals = [Proposal(*pair) for pair in zip(ids[best].tolist(), scores[best].tolist(), strict=True)]
    return Found(proposals, float(lowest))


def scores_in(searched: Sequence[Chosen], vector: Scores) -> dict[int, float]:
    ids, scores = _scored([(part.segment, part.places) for part in searched], vector)
    return dict(zip(ids.tolist(), scores.tolist(), strict=True))


def _scored(parts: Parts, vector: Scores) -> tuple[Integers, Scores]:
    ids = [segment.fact("conversation_id")[places] for segment, places in parts]
    scores = [segment.scores(places, vector) for segment, places in parts]
    return np.concatenate([_NO_IDS, *ids]), np.concatenate([_NO_SCORES, *scores])


_NO_IDS: Integers = np.zeros(0, dtype=np.int64)
_NO_SCORES: Scores = np.zeros(0, dtype=np.float32)


def _by_bits(searched: Sequence[Chosen], vector: Scores, most: int) -> tuple[Parts, Parts]:
    """The conversations with the passages nearest and farthest by their bits."""
    signs = in_bits(vector[None, :])[:, 0]
    distances = [part.distances(signs) for part in searched]
    near, far = _thresholds(distances, len(vector))
    nearest, likeness, farthest = [], [], []
    for part, found in zip(searched, distances, strict=True):
        places, ends = part.places, np.cumsum(part.rows)
        rows = np.flatnonzero(found <= near)
        hit, own = np.unique(np.searchsorted(ends, rows, side="right"), return_inverse=True)
        best = np.full(len(hit), -1.0, dtype=np.float32)
        np.maximum.at(best, own, part.segment.likeness(_chosen_rows(part, rows), vector))
        nearest.append((part.segment, places[hit]))
        likeness.append(best)
        last = np.flatnonzero(found >= far)[:FARTHEST]
        farthest.append((part.segment, places[np.unique(np.searchsorted(ends, last, side="right"))]))
    return _the_best(nearest, likeness, most), farthest


def _chosen_rows(part: Chosen, rows: Integers) -> Integers:
    """Numbers among the rows of the chosen places, as numbers of the segment."""
    counts = part.rows
    ends = np.cumsum(counts)
    own = np.searchsorted(ends, rows, side="right")
    first: Integers = part.segment.fact("first_row")[part.places]
    return first[own] + rows - (ends - counts)[own]


def _the_best(parts: Parts, likeness: Sequence[Scores], most: int) -> Parts:
    together = np.concatenate(likeness)
    if len(together) <= most:
        return parts
    least = np.partition(together, len(together) - most)[len(together) - most]
    return [(segment, places[one >= least]) for (segment, places), one in zip(parts, likeness, strict=True)]


def _thresholds(distances: Sequence[NDArray[np.uint16]], dimensions: int) -> tuple[int, int]:
    """How near the NEAREST are at most and how far the FARTHEST at least, by counting: faster than sorting."""
    near = _least(dimensions, lambda bits: sum(int(np.count_nonzero(one <= bits)) for one in distances) >= NEAREST)
    far = dimensions - _least(
        dimensions, lambda bits: sum(int(np.count_nonzero(one >= dimensions - bits)) for one in distances) >= FARTHEST
    )
    return near, far


def _least(most: int, holds: Callable[[int], bool]) -> int:
    """The least number for which it holds, when it holds for all that are greater."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low

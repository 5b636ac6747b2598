"""One segment of the meaning index: the passages of some conversations, written once, then only mapped.

Conversations are sorted by audience, and the rows of one stand together: what a viewer may read is a few
unbroken stretches, and a search touches nothing else. Each passage has its vector twice: as one bit for each
dimension, to look through all of them, and as one byte for each, to look closely at the few that remain.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alongside.search.meaning.scoring import Scores, conversation_scores
from alongside.search.rules import Scope

Integers = NDArray[np.int64]
Bits = NDArray[np.uint64]
Bytes = NDArray[np.int8]
Flags = NDArray[np.bool_]

FACTS = ("conversation_id", "audience_id", "room_id", "started_at", "last_said_at", "first_row", "rows")
# Rows looked at together: their numbers stay in the processor's cache.
CHUNK = 16_384
# Fewer where they are multiplied: from about 1,000 on BLAS divides the work among threads, and on a busy machine then
# waits for the last of them (18,000 rows: 1.5 ms in chunks of 512, 11 to 70 in larger ones).
CLOSE_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Segment:
    """A place is a conversation's number in the segment, a row is a passage's."""

    facts: Integers
    """One line for each of FACTS, one column for each conversation, sorted by audience and id."""
    by_id: Integers
    """Conversation ids in order, and the place of each."""
    messages: Integers
    """First and last message of each passage."""
    bits: Bits
    """One line for each 64 dimensions, so that a stretch of rows is read without gaps."""
    values: Bytes
    scales: Scores
    dead: Flags
    """Places whose conversation was written again, or forgotten, since."""

    def fact(self, name: str) -> Integers:
        line: Integers = self.facts[FACTS.index(name)]
        return line

    @property
    def passages(self) -> int:
        return len(self.scales)

    def living_rows(self) -> int:
        return int(self.fact("rows")[~self.dead].sum())

    def places_of(self, conversation_ids: Integers) -> Integers:
        """The living places of those that are here; the others are passed over."""
        ids, places = self._by_id()
        if not len(ids):
            return places
        found = np.minimum(np.searchsorted(ids, conversation_ids), len(ids) - 1)
        places = places[found[ids[found] == conversation_ids]]
        living: Integers = places[~self.dead[places]]
        return living

    def _by_id(self) -> tuple[Integers, Integers]:
        return self.by_id[0], self.by_id[1]

    def chosen(self, scope: Scope, *, whole: bool) -> "Chosen":
        """What a viewer may read of it, and what of that the question did not rule out."""
        if scope.conversation_ids is not None:
            places = self._of_conversations(scope, whole=whole)
            starts, counts = _unbroken(places)
        elif whole:
            starts, counts = np.zeros(1, dtype=np.int64), np.array([len(self.dead)], dtype=np.int64)
            places = np.arange(len(self.dead), dtype=np.int64)
        else:
            starts, counts = self._of_audiences(scope.audience_ids)
            places = stretches(starts, counts)
        return Chosen(self, starts, counts, places, self._fits(places, scope))

    def _of_conversations(self, scope: Scope, *, whole: bool) -> Integers:
        places = np.sort(self.places_of(_sorted(scope.conversation_ids or frozenset())))
        if not whole:
            places = places[np.isin(self.fact("audience_id")[places], _sorted(scope.audience_ids))]
        return places

    def _of_audiences(self, audience_ids: frozenset[int]) -> tuple[Integers, Integers]:
        wanted = _sorted(audience_ids)
        starts = np.searchsorted(self.fact("audience_id"), wanted, side="left")
        counts = np.searchsorted(self.fact("audience_id"), wanted, side="right") - starts
        return starts[counts > 0], counts[counts > 0]

    def _fits(self, places: Integers, scope: Scope) -> Flags:
        fits: Flags = ~self.dead[places]
        if scope.room_ids is not None:
            fits &= np.isin(self.fact("room_id")[places], list(scope.room_ids))
        if scope.after is not None:
            fits &= self.fact("last_said_at")[places] >= scope.after
        if scope.before is not None:
            fits &= self.fact("started_at")[places] < scope.before
        return fits

    def rows_of(self, places: Integers) -> Integers:
        return stretches(self.fact("first_row")[places], self.fact("rows")[places])

    def scores(self, places: Integers, vector: Scores) -> Scores:
        """One score for each place, from all its passages."""
        counts = self.fact("rows")[places]
        return conversation_scores(self.likeness(self.rows_of(places), vector), np.cumsum(counts) - counts)

    def likeness(self, rows: Integers, vector: Scores) -> Scores:
        """The cosine of each row, from its bytes."""
        found = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(rows), CLOSE_CHUNK):
            part = rows[start : start + CLOSE_CHUNK]
            found[start : start + CLOSE_CHUNK] = (self.values[part].astype(np.float32) @ vector) * self.scales[part]
        return found


@dataclass(frozen=True, slots=True)
class Chosen:
    """The places of a segment that a search looks through: unbroken stretches of it, and which places of these
    fit. Reading on over the few that do not is many times faster than picking those that do.
    """

    segment: Segment
    starts: Integers
    counts: Integers
    covered: Integers
    fits: Flags

    @property
    def places(self) -> Integers:
        return self.covered[self.fits]

    @property
    def rows(self) -> Integers:
        """How many rows each of the places has."""
        return self.segment.fact("rows")[self.places]

    def distances(self, signs: Bits) -> NDArray[np.uint16]:
        """How many bits of each row of these places differ from the question's."""
        rows = self.segment.fact("rows")[self.covered]
        found = np.empty(int(rows.sum()), dtype=np.uint16)
        done = 0
        for start, end in self._stretches_of_rows():
            for low in range(start, end, CHUNK):
                high = min(low + CHUNK, end)
                _differing_bits(self.segment.bits[:, low:high], signs, found[done : done + high - low])
                done += high - low
        return found if self.fits.all() else found[np.repeat(self.fits, rows)]

    def _stretches_of_rows(self) -> Iterator[tuple[int, int]]:
        first, rows = self.segment.fact("first_row"), self.segment.fact("rows")
        for start, count in zip(self.starts.tolist(), self.counts.tolist(), strict=True):
            last = start + count - 1
            yield int(first[start]), int(first[last] + rows[last])


def _sorted(ids: frozenset[int]) -> Integers:
    return np.sort(np.fromiter(ids, dtype=np.int64, count=len(ids)))


def _unbroken(places: Integers) -> tuple[Integers, Integers]:
    """Neighbouring places as stretches: where each begins and how long it is."""
    begins = np.flatnonzero(np.diff(places, prepend=-2) != 1)
    return places[begins], np.diff(np.append(begins, len(places)))


def _differing_bits(bits: Bits, signs: Bits, found: NDArray[np.uint16]) -> None:
    found[:] = np.bitwise_count(bits[0] ^ signs[0])
    for line, sign in zip(bits[1:], signs[1:], strict=True):
        found += np.bitwise_count(line ^ sign)


def stretches(starts: Integers, counts: Integers) -> Integers:
    """All numbers of the stretches that begin at `starts` and are `counts` long, one after the other."""
    before = np.cumsum(counts) - counts
    numbers: Integers = np.repeat(starts - before, counts) + np.arange(int(counts.sum()), dtype=np.int64)
    return numbers


def in_bits(vectors: Scores) -> Bits:
    """One bit for each dimension, 64 to a number, one line for each number."""
    missing = -vectors.shape[1] % 64
    signs = np.pad(vectors > 0, ((0, 0), (0, missing)))
    return np.ascontiguousarray(np.packbits(signs, axis=1).view(np.uint64).T)


def in_bytes(vectors: Scores) -> tuple[Bytes, Scores]:
    """Each vector as bytes and what to multiply them with to have it back."""
    largest = np.maximum(np.abs(vectors).max(axis=1, initial=0.0), 1e-12)
    values = np.rint(vectors * (127 / largest)[:, None]).astype(np.int8)
    return values, (largest / 127).astype(np.float32)

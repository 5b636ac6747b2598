"""How a segment of the meaning index comes to the disk, and back: by file, mapped, and never half."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alongside.search.meaning.segments import CHUNK, FACTS, Flags, Integers, Segment, stretches


def together(segments: Sequence[Segment]) -> Segment:
    """Many small ones as one; in no order, so it can only be joined, not searched."""
    counts = np.array([segment.passages for segment in segments], dtype=np.int64)
    facts = np.concatenate([segment.facts for segment in segments], axis=1)
    facts[FACTS.index("first_row")] = np.cumsum(counts) - counts
    return Segment(
        facts=facts,
        by_id=np.zeros((2, 0), dtype=np.int64),
        messages=np.concatenate([segment.messages for segment in segments], axis=1),
        bits=np.concatenate([segment.bits for segment in segments], axis=1),
        values=np.concatenate([segment.values for segment in segments]),
        scales=np.concatenate([segment.scales for segment in segments]),
        dead=np.zeros(len(segments), dtype=np.bool_),
    )


def joined(sources: Sequence[tuple[Segment, Integers]]) -> "Parts":
    """The conversations at these places of several segments, in the order in which a segment keeps them."""
    facts = np.concatenate([segment.facts[:, places] for segment, places in sources], axis=1)
    order = np.lexsort((facts[0], facts[1]))
    source = np.concatenate([np.full(len(places), number) for number, (_, places) in enumerate(sources)])[order]
    facts = facts[:, order]
    counts, old_rows = facts[FACTS.index("rows")], facts[FACTS.index("first_row")].copy()
    facts[FACTS.index("first_row")] = np.cumsum(counts) - counts
    return Parts([segment for segment, _ in sources], facts, np.repeat(source, counts), stretches(old_rows, counts))


@dataclass(frozen=True, slots=True)
class Parts:
    """A segment that is not written yet: row `n` of it is row `rows[n]` of `segments[source[n]]`."""

    segments: Sequence[Segment]
    facts: Integers
    source: Integers
    rows: Integers

    def write(self, folder: Path) -> None:
        """Everything of it is on the disk when this returns."""
        folder.mkdir(parents=True)
        _save(folder / "facts.npy", self.facts)
        places = np.argsort(self.facts[0], kind="stable")
        _save(folder / "by_id.npy", np.stack([self.facts[0][places], places]))
        for name, lines in (("messages", True), ("bits", True), ("values", False), ("scales", False)):
            self._write_rows(folder / f"{name}.npy", name, lines=lines)
        to_disk(folder)

    def _write_rows(self, path: Path, name: str, *, lines: bool) -> None:
        """In chunks, so that joining a large segment needs little memory. `lines`: rows are the second axis."""
        first: NDArray[Any] = getattr(self.segments[0], name)
        shape = (len(first), len(self.rows)) if lines else (len(self.rows), *first.shape[1:])
        target = _mapped(path, first.dtype, shape)
        for start in range(0, len(self.rows), CHUNK):
            part = slice(start, start + CHUNK)
            for number, segment in enumerate(self.segments):
                here = np.flatnonzero(self.source[part] == number)
                if not len(here):
                    continue
                rows, given = self.rows[part][here], getattr(segment, name)
                if lines:
                    target[:, start + here] = given[:, rows]
                else:
                    target[start + here] = given[rows]
        if isinstance(target, np.memmap):
            target.flush()
        to_disk(path)


def _mapped(path: Path, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if 0 in shape:
        _save(path, np.zeros(shape, dtype=dtype))
        return np.zeros(shape, dtype=dtype)
    return np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)


def opened(folder: Path, dead: Flags | None = None) -> Segment:
    """The segment in a folder, mapped: nothing is read before it is asked for."""
    parts = {
        name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))
        for name in ("facts", "by_id", "messages", "bits", "values", "scales")
    }
    return Segment(**parts, dead=np.zeros(parts["facts"].shape[1], dtype=np.bool_) if dead is None else dead)


def with_dead(segment: Segment, places: Integers) -> Segment:
    dead = segment.dead.copy()
    dead[places] = True
    return replace(segment, dead=dead)


def wipe(folder: Path, segment: Segment) -> None:
    """The vectors of dead conversations become zeros in place: forgotten is forgotten, not only hidden."""
    places = np.flatnonzero(segment.dead)
    rows = segment.rows_of(places)
    rows = rows[segment.scales[rows] != 0]
    if not len(rows):
        return
    for name in ("values", "bits", "scales"):  # scales last: they tell that the others are done
        array = np.load(folder / f"{name}.npy", mmap_mode="r+")
        array[(..., rows) if name == "bits" else rows] = 0
        array.flush()


def _save(path: Path, array: NDArray[Any]) -> None:
    with path.open("wb") as file:
        np.save(file, array)
        file.flush()
        os.fsync(file.fileno())


def save_dead(path: Path, dead: Flags) -> None:
    _save(path, dead)


def to_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

"""Vectors of what was forgotten become zeros at once: before all that is still to be encoded, in every generation."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from alongside.journal.queries import unscoped_forgotten_after
from alongside.journal.rules import Line, Position
from alongside.search.meaning.segment_files import to_disk
from alongside.search.meaning.vectors import MANIFEST, MeaningIndex

LET_GO = "let-go.json"
# Seconds between two looks at the journal from within a long run of the encoder.
LOOKED = 2.0


class AtOnce(threading.Event):
    """Set when somebody says stop, and when something is forgotten that has to go first; then until it is cleared."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__()
        self._stop = stop
        self._looked_at = 0.0

    def is_set(self) -> bool:
        if not super().is_set() and time.monotonic() - self._looked_at > LOOKED:
            self._looked_at = time.monotonic()
            if is_wanted():
                self.set()
        return self._stop.is_set() or super().is_set()


def is_wanted() -> bool:
    """Whether something was forgotten that this node's vectors still hold."""
    from alongside.search.serving import index_folder

    return any(unscoped_forgotten_after(_let_go_through(one)) for one in _generations(index_folder()))


def let_go_in(index: Path, units: Callable[[Sequence[Line]], list[int]]) -> None:
    """By the one who writes. `units`: what of an index these lines are about."""
    for folder in _generations(index):
        lines = unscoped_forgotten_after(_let_go_through(folder))
        if lines:
            _wipe(folder, units(lines))
            _remember(folder, lines[-1].position)


def _generations(index: Path) -> list[Path]:
    return sorted(path for path in index.glob("meaning-*") if path.is_dir())


def _wipe(folder: Path, unit_ids: list[int]) -> None:
    """Whatever model made them: the manifest says which."""
    try:
        model = json.loads((folder / MANIFEST).read_text("utf-8"))["model"]
    except FileNotFoundError:
        return
    meaning = MeaningIndex(folder, model)
    meaning.forget(unit_ids)
    meaning.publish()
    meaning.close()


def _let_go_through(folder: Path) -> Position:
    try:
        return Position(*json.loads((folder / LET_GO).read_text("utf-8")))
    except FileNotFoundError:
        return Position()


def _remember(folder: Path, at: Position) -> None:
    fresh = folder / f"{LET_GO}.new"
    fresh.write_text(json.dumps([at.transaction, at.line]), "utf-8")
    to_disk(fresh)
    fresh.replace(folder / LET_GO)

"""Which languages whose texts are in: written beside an index, so that a question is stemmed for those and no more.

Kept by audience. What a viewer's question is stemmed for follows from texts they may read; a closed room that
speaks Finnish changes nothing, not even the time, for those outside it.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from alongside.search.rules import Scope, Unit
from alongside.search.words.schema import VERSION

_FILE: Final = "about.json"


class OutdatedError(Exception):
    """An index that this version cannot read; the message says how to mend it."""


@dataclass(slots=True)
class Present:
    main: str
    open_languages: set[str] = field(default_factory=set)
    by_audience: dict[int, set[str]] = field(default_factory=dict)
    is_changed: bool = False

    def note(self, unit: Unit) -> None:
        of_audience = self.by_audience.setdefault(unit.audience_id, set())
        of_all = self.open_languages if unit.is_open else of_audience
        if unit.language in of_audience and unit.language in of_all:
            return
        of_audience.add(unit.language)
        of_all.add(unit.language)
        self.is_changed = True

    def languages(self, scope: Scope) -> tuple[str, ...]:
        """The main one first: where stemmers disagree on a word, its stem is the likeliest."""
        known = {self.main} | (self.open_languages if scope.reads_all_open else set())
        known.update(*(self.by_audience.get(audience, ()) for audience in scope.audience_ids))
        return (self.main, *sorted(known - {self.main}))


def read(folder: Path) -> Present | None:
    try:
        kept = json.loads((folder / _FILE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    if kept["version"] != VERSION:
        raise OutdatedError("The index of words was made by another version; run `alongside rebuild`.")
    by_audience = {int(audience): set(languages) for audience, languages in kept["audiences"].items()}
    return Present(kept["main"], set(kept["open"]), by_audience)


def write(folder: Path, present: Present) -> None:
    """Before what it speaks of is committed: a language too many does no harm, one too few hides texts."""
    kept = {
        "version": VERSION,
        "main": present.main,
        "open": sorted(present.open_languages),
        "audiences": {str(audience): sorted(languages) for audience, languages in present.by_audience.items()},
    }
    fresh = folder / f"{_FILE}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(kept, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / _FILE)
    present.is_changed = False


def stamp(folder: Path) -> tuple[int, int]:
    return stamp_of(f"{folder}/{_FILE}")


def stamp_of(file: str) -> tuple[int, int]:
    """Changes whenever the file is replaced; cheap enough to look at before every question."""
    try:
        state = os.stat(file)  # noqa: PTH116 - a Path, made and asked, takes three times as long
    except FileNotFoundError:
        return (0, 0)
    return (state.st_mtime_ns, state.st_ino)

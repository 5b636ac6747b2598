"""Where a node keeps its indexes: which generation is served, and how far each has read the journal.

    index/current.json                     which folders are served; replaced in one step
    index/words-3/ … position.json         an index and its place in the journal
    index/meaning-2/ … position.json
    index/lock                             held by the one process that writes

Everything below `index/` is derived and can be thrown away.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from alongside.journal.rules import Position

Part = Literal["words", "meaning"]
PARTS: tuple[Part, ...] = ("words", "meaning")
CURRENT = "current.json"
POSITION = "position.json"
BUILDING = "building.json"


class BeingWritten(Exception):
    """Another process on this node writes the indexes."""


@dataclass(frozen=True, slots=True)
class Served:
    """The folders that are served; an empty name means: there is none yet."""

    words: str = ""
    meaning: str = ""
    # Set when the meaning index is to be made anew by whoever follows the journal next.
    meaning_wanted: bool = False

    def folder(self, part: Part) -> str:
        return self.words if part == "words" else self.meaning


def served(index: Path) -> Served:
    try:
        return Served(**json.loads((index / CURRENT).read_text("utf-8")))
    except FileNotFoundError:
        return Served()


def stamp(index: Path) -> int:
    """Changes whenever another generation is served."""
    try:
        return os.stat(f"{index}/{CURRENT}").st_mtime_ns  # noqa: PTH116 - with every question: a Path takes thrice as long
    except FileNotFoundError:
        return 0


def serve(index: Path, part: Part, folder: str) -> None:
    """From now on this folder is served for this part; what was served before may still be open in a reader."""
    now = served(index)
    now = replace(now, words=folder) if part == "words" else replace(now, meaning=folder, meaning_wanted=False)
    _write_whole(index / CURRENT, {"words": now.words, "meaning": now.meaning, "meaning_wanted": now.meaning_wanted})


def want_meaning(index: Path) -> None:
    now = served(index)
    _write_whole(index / CURRENT, {"words": now.words, "meaning": now.meaning, "meaning_wanted": True})


def new_folder(index: Path, part: Part) -> str:
    """A folder for a new generation, not served yet."""
    numbers = [int(path.name.rsplit("-", 1)[1]) for path in index.glob(f"{part}-*") if path.name[-1].isdigit()]
    name = f"{part}-{max(numbers, default=0) + 1}"
    (index / name).mkdir(parents=True)
    return name


def clean(index: Path) -> None:
    """Generations that are not served go; a reader that has one open keeps its files until it looks again."""
    now = served(index)
    for part in PARTS:
        for path in index.glob(f"{part}-*"):
            if now.folder(part) and path.name != now.folder(part):
                shutil.rmtree(path, ignore_errors=True)


def position(folder: Path) -> Position:
    try:
        return Position(*json.loads((folder / POSITION).read_text("utf-8")))
    except FileNotFoundError:
        return Position()


def keep_position(folder: Path, at: Position) -> None:
    """After the index has what came before it: a kill in between reads some lines twice, and none too few."""
    _write_whole(folder / POSITION, [at.transaction, at.line])


def begin_building(folder: Path, start: Position) -> Position:
    """Marks a folder as not complete, and from where the journal is to be read afterwards. Goes on where it began."""
    mark = folder / BUILDING
    if mark.is_file():
        return Position(*json.loads(mark.read_text("utf-8")))
    _write_whole(mark, [start.transaction, start.line])
    return start


def end_building(folder: Path) -> None:
    (folder / BUILDING).unlink(missing_ok=True)


def is_being_built(folder: Path) -> bool:
    return (folder / BUILDING).is_file()


def being_built(index: Path) -> str:
    """A meaning index that somebody began to make anew and did not end; empty when there is none."""
    unserved = (path for path in index.glob("meaning-*") if path.name != served(index).meaning and is_being_built(path))
    return next((path.name for path in unserved), "")


@contextmanager
def writing(index: Path, name: str = "lock", *, wait: bool = False) -> Iterator[None]:
    """Holds the node's lease. The kernel gives it back however the holder ends. Raises BeingWritten."""
    index.mkdir(parents=True, exist_ok=True)
    with (index / name).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            raise BeingWritten from None
        yield


def _write_whole(path: Path, value: object) -> None:
    fresh = path.with_suffix(f".{os.getpid()}.new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)

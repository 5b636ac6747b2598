"""The indexes that this process has open. They change under it: another generation is noticed by a stamp."""

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from alongside.search import node
from alongside.search.meaning.encoder import Encoder, load_encoder
from alongside.search.meaning.vectors import MeaningIndex
from alongside.search.words.index import WordsIndex


@dataclass(frozen=True, slots=True)
class Open:
    """What is served now. None where there is no index of that kind yet."""

    stamp: int
    words: WordsIndex | None
    meaning: MeaningIndex | None
    words_folder: Path | None
    meaning_folder: Path | None


def index_folder() -> Path:
    return Path(settings.HOME) / "index"


def encoder() -> Encoder | None:
    """The model that is set, or the one installed with us; None when there is none."""
    chosen = settings.OPTIONS.model
    return load_encoder(Path(chosen) if chosen else None, threads=settings.OPTIONS.encoding_threads)


@cache
def model() -> Encoder | None:
    """Loaded once, at the first question (0.3 s), with the threads that encoding may take."""
    return encoder()


_opening = threading.Lock()
_open: dict[Path, Open] = {}


def indexes() -> Open:
    """The generation that is served, opened once for all threads of this process."""
    index = index_folder()
    here = _open.get(index)
    if here is not None and here.stamp == node.stamp(index):
        return here
    with _opening:
        stamp = node.stamp(index)
        served = node.served(index)
        words_folder = index / served.words if served.words else None
        meaning_folder = index / served.meaning if served.meaning else None
        encodes = model()
        _open[index] = Open(
            stamp,
            WordsIndex(words_folder) if words_folder else None,
            MeaningIndex(meaning_folder, encodes.name) if meaning_folder and encodes else None,
            words_folder,
            meaning_folder,
        )
        return _open[index]

"""A child: how long questions take, ours and theirs by turns, so that a busy moment meets all of them."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from alongside.config.commands.bars import counting
from bench.beside import ask_fts5, ask_postgresql
from bench.children import memory_megabytes, milliseconds, peak_megabytes, start_django, tell
from bench.installation import READER
from bench.million import READS_CLOSED, Million, room_name
from bench.texts import ABSENT_WORD, HIDDEN_WORD, questions

SELDOM, OFTEN = 80, 200
NEWEST = "newest first, "
"""Five usual words with a sixth: then most of them are enough, which is asked in a way of its own."""


def ours() -> Callable[..., Any]:
    """`find`, as the reader."""
    from alongside.people.queries import unscoped_viewer_with_address
    from alongside.search.queries import find

    viewer = unscoped_viewer_with_address(READER)
    return partial(find, viewer)


def words(data: Path, home: Path, fts5: Path, postgresql: str) -> dict[str, Any]:
    """In words, beside the others; a hidden word beside an absent one; one room beside all."""
    find, million = ours(), Million(home, 0)
    askers: dict[str, Callable[[str], Any]] = {
        "ours": find,
        "fts5": ask_fts5(fts5, million.readable),
        "postgresql": ask_postgresql(postgresql, million.readable),
    }
    asked = questions(data, SELDOM + 4)
    for question in asked[:4]:
        for ask in askers.values():
            ask(question)
    times: dict[str, list[float]] = {name: [] for name in askers}
    with counting("asking in words", "questions", total=SELDOM) as bar:
        for number, question in enumerate(asked[4:], start=1):
            for name, ask in askers.items():
                times[name].append(milliseconds(lambda ask=ask, question=question: ask(question)))  # type: ignore[misc]
            bar(number)
    return {"times": times, **_by_turns(data, find)}


def meaning(data: Path) -> dict[str, Any]:
    """With meaning, and what a process that serves comes to."""
    find = ours()
    for question in questions(data, 4, seed=9):
        find(question)
    return {**_by_turns(data, find), "memory": memory_megabytes(), "peak": peak_megabytes()}


def _by_turns(data: Path, find: Callable[..., Any]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {}
    with counting("asking", "questions", total=OFTEN) as bar:
        for number, question in enumerate(questions(data, OFTEN, seed=5), start=1):
            for name, asked in _in_turn(number, question):
                ask = partial(find, asked, newest_first=name.startswith(NEWEST))
                times.setdefault(name, []).append(milliseconds(ask))
            bar(number)
    return times


def _in_turn(number: int, question: str) -> list[tuple[str, str]]:
    """Of the two words the one asked second may find a cache that the first one warmed: they take turns at it."""
    narrow = f"in:{room_name(number % READS_CLOSED + 1)} {question}"
    others = " ".join(question.split()[:5])
    pair = [("hidden", HIDDEN_WORD), ("absent", ABSENT_WORD)]
    newest = [(NEWEST + name, f"{word} {others}") for name, word in pair]
    pairs = [*pair, *newest] if number % 2 else [*reversed(pair), *reversed(newest)]
    return [("broad", question), ("narrow", narrow), *pairs]


def main() -> None:
    start_django()
    kind, data, *more = sys.argv[1:]
    tell(words(Path(data), Path(more[0]), Path(more[1]), more[2]) if kind == "words" else meaning(Path(data)))


if __name__ == "__main__":
    main()

"""A child: the meaning index of the million, and what searching by sign bits loses against looking at all."""

import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from alongside.config.commands.bars import counting
from alongside.search.meaning import searching
from alongside.search.meaning.encoder import find_model
from alongside.search.meaning.passages import Passage
from alongside.search.meaning.scoring import Scores
from alongside.search.meaning.vectors import MeaningIndex
from alongside.search.rules import Scope, Unit
from bench.children import start_django, tell
from bench.million import EACH

ASKED = 300
NOISE = 0.02
PUBLISHED_AT_ONCE = 25_000


def build_million(vectors: Scores, messages: int) -> dict[str, Any]:
    """A vector a message, each a real one with noise, under the conversations of the store."""
    from django.db import connection

    from alongside.search import node
    from alongside.search.serving import index_folder

    index, began = index_folder(), perf_counter()
    folder = node.new_folder(index, "meaning")
    meaning = MeaningIndex(index / folder, find_model().name)
    with connection.cursor() as cursor, counting("meaning", "conversations", total=messages // EACH) as bar:
        cursor.execute(
            "SELECT v.id, v.audience_id, a.kind, v.room_id FROM conversations_conversation v"
            " JOIN audiences_audience a ON a.id = v.audience_id ORDER BY v.id"
        )
        for number, (row, near) in enumerate(zip(cursor.fetchall(), _noisy(vectors), strict=False), start=1):
            meaning.write(_unit(row), _passages(row[0]), near)
            if number % PUBLISHED_AT_ONCE == 0:
                meaning.publish()
                bar(number)
    meaning.publish()
    meaning.close()
    node.keep_position(index / folder, node.position(index / node.served(index).words))
    node.serve(index, "meaning", folder)
    return {"seconds": perf_counter() - began, "passages": messages}


def _noisy(vectors: Scores) -> Iterator[Scores]:
    choose = np.random.default_rng(4)
    while True:
        some = vectors[choose.integers(0, len(vectors), 500 * EACH)]
        some = some + choose.normal(0, NOISE, some.shape).astype(np.float32)
        some /= np.linalg.norm(some, axis=1, keepdims=True)
        yield from some.reshape(500, EACH, -1)


def _unit(row: tuple[Any, ...]) -> Unit:
    conversation_id, audience_id, kind, room_id = row
    return Unit(conversation_id, audience_id, kind != "closed", room_id, 0, 0, "en", "", ())


def _passages(conversation_id: int) -> list[Passage]:
    first = (conversation_id - 1) * EACH + 1
    return [Passage("", first + place, first + place) for place in range(EACH)]


def recall(vectors: Scores, folder: Path) -> dict[str, Any]:
    """Of the ten nearest of all, how many come back when bits propose. Each passage stands for itself here."""
    asked, kept = vectors[-ASKED:], vectors[:-ASKED]
    meaning = MeaningIndex(folder, "bench")
    for number, vector in enumerate(kept, start=1):
        meaning.write(_unit((number, 1, "organisation", 1)), [Passage("", number, number)], vector[None])
    meaning.publish()
    exact = np.argsort(-(asked @ kept.T), axis=1)[:, :10] + 1
    everything = Scope(reads_all_open=True, audience_ids=frozenset())
    searching.CLOSELY = 0  # otherwise so few would all be looked at, and nothing would be lost
    found = [meaning.proposals(vector, everything, 10) for vector in asked]
    meaning.close()
    shares = [
        len({one.conversation_id for one in some}.intersection(line)) / 10
        for some, line in zip(found, exact.tolist(), strict=True)
    ]
    return {"recall": float(np.mean(shares)), "passages": len(kept)}


def main() -> None:
    start_django()
    path, messages, scratch = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    vectors: Scores = np.load(path)
    tell({"million": build_million(vectors, messages), "recall": recall(vectors, scratch)})


if __name__ == "__main__":
    main()

"""`make quality`: how well it finds, on real questions, through the real import and the real find.

Beside it, over the same texts in the same run: BM25, SQLite FTS5, and the plain fusion of words and meaning. These
questions are for measuring: what is changed only because one of them liked it, is changed for the worse.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import click
import numpy as np

from alongside.config.commands.bars import counting
from alongside.search.meaning.encoder import Encoder, load_encoder, why_no_model
from bench import rivals
from bench.installation import READER, Installation, header, installation, write_lines
from bench.metrics import ndcg, paired, recall, reciprocal_rank
from bench.sets import DATA, FOLDERS, Questions, as_messages, load
from bench.tables import table

OURS, OURS_IN_WORDS, BM25, FTS5, FUSION = "alongside", "alongside, words", "BM25", "SQLite FTS5", "plain fusion"
STEPS = 7  # of each set
SAID_AT = "2025-01-01T00:00:00Z"

Rankings = Mapping[str, list[list[str]]]
Told = Callable[[], None]


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), default=DATA)
@click.option("--sets", "names", multiple=True, type=click.Choice(list(FOLDERS)), help="Only these; may be repeated.")
def main(data: Path, names: Sequence[str]) -> None:
    encoder = load_encoder(threads=os.cpu_count() or 1)
    if encoder is None:
        raise click.ClickException(why_no_model())
    measured: dict[str, dict[str, list[list[float]]]] = {}
    chosen = list(_chosen(data, names or list(FOLDERS)))
    with counting("measuring", "steps", total=STEPS * len(chosen)) as bar:
        steps = iter(range(1, STEPS * len(chosen) + 1))
        for questions in chosen:
            found = _all_rankings(questions, encoder, lambda: bar(next(steps)))
            measured[questions.name] = {name: list(_figures(questions, found[name])) for name in found}
    print(_table(measured))
    print()
    for line in _verdicts(measured):
        print(line)


def _chosen(data: Path, names: Sequence[str]) -> Iterator[Questions]:
    for name in names:
        questions = load(data, name)
        yield questions
        if name == "bicycles answers":
            yield as_messages(questions)


def _all_rankings(questions: Questions, encoder: Encoder, told: Told) -> Rankings:
    ids, texts, queries = list(questions.texts), list(questions.texts.values()), list(questions.queries.values())
    words = rivals.bm25(texts, queries)
    told()
    meaning = rivals.likeness(encoder, texts, queries)
    told()
    found = {
        BM25: rivals.ranked(words, ids),
        FTS5: rivals.fts5(ids, texts, queries),
        FUSION: rivals.ranked(rivals.plain_fusion(words, meaning), ids),
    }
    told()
    with installation(encoding_threads=str(os.cpu_count() or 1)) as here:
        asked = write_lines(here.home / "queries.jsonl", _queries(questions))
        here.run("import", str(write_lines(here.home / "archive.jsonl", archive_of(questions))))
        told()
        in_words = _found(here, questions, asked)
        told()
        here.run("rebuild")
        told()
        ours = _found(here, questions, asked)
        told()
    return {OURS: ours, OURS_IN_WORDS: in_words, **found}


def archive_of(questions: Questions) -> Iterator[object]:
    """One room that everybody reads, one writer, one reader; each text a message, and mostly a conversation."""
    yield header(questions.name)
    yield {"type": "Person", "id": "writer", "name": "Writer"}
    yield {"type": "Person", "id": "reader", "name": "Reader", "email": READER}
    yield {"type": "Group", "id": "room", "name": "#everything", "audience": "organisation"}
    for text_id, text in questions.texts.items():
        yield {
            "type": "Note",
            "id": text_id if questions.conversation_of else f"message {text_id}",
            "attributedTo": "writer",
            "to": "room",
            "context": questions.conversation_of.get(text_id, text_id),
            "source": {"content": text, "mediaType": "text/plain"},
            "published": SAID_AT,
        }


def _queries(questions: Questions) -> Iterator[object]:
    for query_id, text in questions.queries.items():
        yield {"id": query_id, "text": text}


def _found(here: Installation, questions: Questions, asked: Path) -> list[list[str]]:
    told = here.run("find", "--queries", str(asked), "--as", READER, "--limit", "100", "--unit", questions.unit)
    by_id = {
        answer["id"]: [result["source_id"] for result in answer["results"]]
        for answer in map(json.loads, told.splitlines())
    }
    return [by_id[query_id] for query_id in questions.queries]


def _figures(questions: Questions, rankings: list[list[str]]) -> Iterator[list[float]]:
    """nDCG@10, MRR@10 and recall@5 of each question."""
    for query_id, found in zip(questions.queries, rankings, strict=True):
        counted, relevant = questions.ranked(query_id, found), questions.relevant[query_id]
        yield [measure(counted, relevant) for measure in (ndcg, reciprocal_rank, recall)]


def _table(measured: Mapping[str, Mapping[str, list[list[float]]]]) -> str:
    rows = [
        [name if number == 0 else "", system, *(f"{mean:.3f}" for mean in np.mean(figures, axis=0))]
        for name, systems in measured.items()
        for number, (system, figures) in enumerate(systems.items())
    ]
    return table(["questions", "found by", "nDCG@10", "MRR@10", "recall@5"], rows, left=2)


def _verdicts(measured: Mapping[str, Mapping[str, list[list[float]]]]) -> Iterator[str]:
    yield "nDCG@10, ours less theirs, mean and paired bootstrap interval (95 %); within the interval counts as equal:"
    for name, systems in measured.items():
        first = {system: [figures[0] for figures in of_system] for system, of_system in systems.items()}
        against = partial(paired, first[OURS])
        fusion, words = against(first[FUSION]), against(first[BM25])
        yield f"{name}: {fusion.verdict} than plain fusion {fusion}; {words.verdict} than BM25 {words}".replace(
            "equal than", "equal to"
        )


if __name__ == "__main__":
    main()

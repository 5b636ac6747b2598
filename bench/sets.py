"""The real questions of ../shared/data, with what people held to be their answers."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DATA = PROJECT.parent / "shared" / "data"

FOLDERS = {
    "chat threads": "ncar-zulip/thread_retrieval",
    "bicycles linked": "se-bicyclesmeta/linked_questions",
    "bicycles answers": "se-bicyclesmeta/answer_retrieval",
    "french linked": "se-frenchmeta/linked_questions",
    "french answers": "se-frenchmeta/answer_retrieval",
}


@dataclass(frozen=True, slots=True)
class Questions:
    """Texts by id, questions by id, and for each question the texts that answer it."""

    name: str
    texts: Mapping[str, str]
    queries: Mapping[str, str]
    relevant: Mapping[str, frozenset[str]]
    drops_own: bool
    conversation_of: Mapping[str, str] = field(default_factory=dict)
    """Where several texts are one conversation; a text that is not in it is one by itself."""

    @property
    def unit(self) -> str:
        return "message" if self.conversation_of else "conversation"

    def ranked(self, query_id: str, found: Sequence[str]) -> list[str]:
        """What counts of what was found: a question is not its own answer."""
        return [one for one in found if not (self.drops_own and one == query_id)]


def lines_of(path: Path) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def load(data: Path, name: str) -> Questions:
    folder = data / FOLDERS[name]
    relevant: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        query_id, text_id, *_ = line.split("\t")
        relevant.setdefault(query_id, set()).add(text_id)
    queries = _texts(folder / "queries.jsonl.gz")
    return Questions(
        name=name,
        texts=_texts(folder / "docs.jsonl.gz"),
        queries={one: text for one, text in queries.items() if one in relevant},
        relevant={one: frozenset(texts) for one, texts in relevant.items() if one in queries},
        drops_own=folder.name == "linked_questions",
    )


def as_messages(questions: Questions) -> Questions:
    """The same answers as messages of one conversation a question, to measure `find --unit message`."""
    conversations = {one: query_id for query_id, texts in questions.relevant.items() for one in texts}
    return Questions(
        f"{questions.name}, as messages",
        questions.texts,
        questions.queries,
        questions.relevant,
        questions.drops_own,
        conversations,
    )


def _texts(path: Path) -> dict[str, str]:
    return {str(line["id"]): str(line["text"]) for line in lines_of(path)}

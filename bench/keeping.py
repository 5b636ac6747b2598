"""How well a note is drafted: does it hold the message that the asker thanked for? Called by `make quality`.

The finding rule, stated apart from the drafter's own: in a conversation of at least six messages, a later message of
the asker with one of the plain words of `_GLAD` is a thanks. It is for the message that it quotes, or else the last by
somebody whom it names, or else the last by somebody else. Of several thanks the last counts.
The drafter may see the thanks, as it will where a note is kept. The harder figure hides the thanks and all after it.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from statistics import mean

import click

from alongside.conversations.questions import is_question
from alongside.notes.drafting import Draft, Part, Said, draft, question_of, sentences
from alongside.search.meaning.encoder import Encoder, load_encoder
from bench.sets import DATA, lines_of
from bench.tables import table

LEAST_MESSAGES = 6
_GLAD = re.compile(
    r"\b(?:thanks|thank you|thx|worked|works now|working now|fixed|solved|resolved|did the trick|that was it|makes sense|"
    r"got it|perfect|awesome|great)\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(r"in advance|for any|\b(?:not|n't) (?:work|fix|solve)|still (?:not|get|fail|see|have)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Thread:
    topic: str
    title: str
    said: tuple[Said, ...]
    thanks: int
    """The place of the asker's thanks, and of what it is for."""
    target: int

    @property
    def words(self) -> int:
        return sum(len(message.text.split()) for message in self.said)

    @property
    def target_id(self) -> int:
        return self.said[self.target].message_id


@dataclass(frozen=True, slots=True)
class Way:
    """One way to keep a conversation: which messages it takes, and how many words."""

    name: str
    taken: Callable[[Thread], tuple[frozenset[int], int]]


def threads(data: Path) -> Iterator[Thread]:
    """Every conversation of six messages that asks something and in which a thanks is found."""
    titles = _titles(data)
    lines = sorted(lines_of(data / "ncar-zulip" / "posts.jsonl.gz"), key=lambda line: (str(line["topic"]), _when(line)))
    for topic, posts in groupby(lines, key=lambda line: str(line["topic"])):
        said = tuple(_said(post) for post in posts)
        found = _found(said) if len(said) >= LEAST_MESSAGES else None
        if found is not None and not said[0].author.startswith("bot"):
            yield Thread(topic, titles[topic], said, *found)


def _titles(data: Path) -> Mapping[str, str]:
    import json

    loaded: Mapping[str, str] = json.loads((data / "ncar-zulip" / "topics.json").read_text("utf-8"))
    return loaded


def _when(post: Mapping[str, object]) -> tuple[int, int]:
    return int(str(post["ts"])), int(str(post["id"]))


def _said(post: Mapping[str, object]) -> Said:
    author = str(post["user"])
    return Said(
        message_id=int(str(post["id"])),
        author_id=hash(author),
        author=author,
        text=str(post["text"]),
        said_at=datetime.fromtimestamp(int(str(post["ts"])), UTC),
    )


def _found(said: Sequence[Said]) -> tuple[int, int] | None:
    """Where the asker's last thanks stands, and what it is for."""
    asker = said[0].author
    opener = next((place for place, message in enumerate(said) if message.author != asker), len(said))
    for place in reversed(range(opener + 1, len(said))):
        message = said[place]
        if message.author == asker and _GLAD.search(message.text) and not _NOT_YET.search(message.text):
            return place, _meant(said, place, opener)
    return None


def _meant(said: Sequence[Said], place: int, opener: int) -> int:
    others = [one for one in range(place - 1, opener - 1, -1) if said[one].author != said[place].author]
    for one in others:
        if any(len(line) > 30 and line in said[one].text for line in said[place].text.splitlines()):
            return one
    return next((one for one in others if re.search(rf"\b{said[one].author}\b", said[place].text)), others[0])


class _Drafter:
    """Encodes a sentence once, also when the same conversation is drafted with its end hidden."""

    def __init__(self, encoder: Encoder | None) -> None:
        self._encoder = encoder
        self._known: dict[str, object] = {}

    def draft(self, thread: Thread, said: Sequence[Said]) -> Draft:
        return draft(thread.title, said, self._nearness(thread.title, said))

    def _nearness(self, title: str, said: Sequence[Said]) -> list[float] | None:
        if self._encoder is None:
            return None
        texts = [question_of(title, said), *(one.text for one in sentences(said))]
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        asked, *told = (self._known[text] for text in texts)
        return [float(one @ asked) for one in told]  # type: ignore[operator]


_MEASURED = (Part.WHAT_WORKED, Part.WHY, Part.WHERE_NOT)


def _drafted(drafter: _Drafter, parts: Sequence[Part], *, hides: bool) -> Callable[[Thread], tuple[frozenset[int], int]]:
    def taken(thread: Thread) -> tuple[frozenset[int], int]:
        made = drafter.draft(thread, thread.said[: thread.thanks] if hides else thread.said)
        excerpts = [one for part in parts for one in made.parts[part]]
        return frozenset(one.message_id for one in excerpts), sum(len(one.text.split()) for one in excerpts)

    return taken


def _first_reply(thread: Thread) -> tuple[frozenset[int], int]:
    return _whole(next(message for message in thread.said if message.author != thread.said[0].author))


def _longest_reply(thread: Thread, *, hides: bool = False) -> tuple[frozenset[int], int]:
    seen = thread.said[: thread.thanks] if hides else thread.said
    return _whole(max((one for one in seen if one.author != thread.said[0].author), key=lambda one: len(one.text)))


def _last_reply(thread: Thread) -> tuple[frozenset[int], int]:
    return _whole([one for one in thread.said if one.author != thread.said[0].author][-1])


def _whole(message: Said) -> tuple[frozenset[int], int]:
    return frozenset([message.message_id]), len(message.text.split())


def ways(encoder: Encoder | None) -> list[Way]:
    drafter, in_words = _Drafter(encoder), _Drafter(None)
    worked = (Part.WHAT_WORKED,)
    return [
        Way("drafted", _drafted(drafter, _MEASURED, hides=False)),
        Way("· what worked alone", _drafted(drafter, worked, hides=False)),
        Way("· without meaning", _drafted(in_words, _MEASURED, hides=False)),
        Way("first reply", _first_reply),
        Way("longest reply", _longest_reply),
        Way("last reply", _last_reply),
        Way("thanks hidden: drafted", _drafted(drafter, _MEASURED, hides=True)),
        Way("· what worked alone, hidden", _drafted(drafter, worked, hides=True)),
        Way("· without meaning, hidden", _drafted(in_words, _MEASURED, hides=True)),
        Way("· longest reply, hidden", lambda thread: _longest_reply(thread, hides=True)),
    ]


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), default=DATA)
def main(data: Path) -> None:
    measured = list(threads(data))
    rows = [_row(way, measured) for way in ways(load_encoder(threads=1))]
    print(f"{len(measured)} conversations of {LEAST_MESSAGES} messages and more with a thanks of the asker's")
    print(table(["kept by", "holds it", "messages", "words", "of the thread"], rows))


def _row(way: Way, measured: Sequence[Thread]) -> list[str]:
    taken = [(thread, *way.taken(thread)) for thread in measured]
    return [
        way.name,
        f"{mean(thread.target_id in messages for thread, messages, _ in taken):.0%}",
        f"{mean(len(messages) for _, messages, _ in taken):.1f}",
        f"{mean(words for _, _, words in taken):.0f}",
        f"{mean(words / thread.words for thread, _, words in taken):.0%}",
    ]


if __name__ == "__main__":
    main()

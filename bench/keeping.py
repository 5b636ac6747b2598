"""How well a note is drafted: does it hold the message that the asker thanked for? Called by `make quality`.

The finding rule, stated apart from the drafter's own: in a conversation of at least six messages that asks something, a
later message of the asker with one of the plain words of `_GLAD` is a thanks. It is for the message that it quotes, or
else the last by somebody whom it names, or else the last by somebody else; courtesies and short questions are passed
over (`_SAYS_LITTLE`). Of several thanks the last counts.
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
    r"\b(?:thanks|thank you|thx|got it|makes sense|did the trick|works now|working now|all resolved"
    r"|(?:that|this|it|which|both)\b[^.?!\n]{0,25} (?:worked|works|fixed|solved|resolved)\b)|^\W*(?:perfect|awesome"
    r"|great)[,!]",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"in advance|for any|thank(?:s| you)[^.!\n]{0,20} for taking|\b(?:not|n't) (?:work|fix|solve)"
    r"|still (?:not|get|fail|see|have)",
    re.IGNORECASE,
)
_SAYS_LITTLE = re.compile(
    r"^\W*(?:@\S+\W+)?(?:you(?:'|’)?(?: a)?re (?:very )?welcome|sure\b|no problem|of course|glad|thanks|thank you"
    r"|cc\b|hm+,? sorry|"
    r"i(?:'|’)?(?:ll| will) (?:take|look|have|get)|let me know|ok\b)\S*(?:\s+\S+){0,14}\s*$"
    r"|^\s*\([^()]*\)\s*$|^\W*(?:\S+\s+){0,11}\S+\?\s*$",
    re.IGNORECASE,
)

# What sixty-odd conversations really were helped by, told by reading them (one reader): any of these messages.
# Ids alone: the texts stay where they are. Empty where nobody's message helped.
READ: Mapping[str, set[int]] = {
    "T0035": {2827},
    "T0046": {3438},
    "T0047": set(),
    "T0060": {5964, 6063},
    "T0077": {7623, 7626},
    "T0080": set(),
    "T0084": {8085},
    "T0086": {8089, 8095, 8101},
    "T0097": {9442, 9445},
    "T0101": {9970, 9973},
    "T0125": {14295},
    "T0127": {14530, 14577, 14587},
    "T0130": {15069, 15112, 16117},
    "T0144": {26129},
    "T0145": {17249},
    "T0149": {17533},
    "T0152": {49170},
    "T0179": {21770, 21772},
    "T0184": {21954, 22092},
    "T0185": {22154, 22155, 22156},
    "T0199": {23117},
    "T0214": {24103, 24109},
    "T0219": {24218, 24220},
    "T0222": {24738},
    "T0224": {24763},
    "T0230": {25504, 25505, 25512},
    "T0234": {25762, 25764},
    "T0237": {27593},
    "T0241": {27236, 27569, 27570, 27571, 27573},
    "T0262": {29475},
    "T0283": {30703, 30717},
    "T0292": {31322, 31342},
    "T0294": {31436, 31445, 31446, 31449, 31452},
    "T0297": {31620, 31621},
    "T0300": {32241, 32242},
    "T0301": {32543},
    "T0305": {33052},
    "T0328": {35855},
    "T0332": {36231},
    "T0343": {37540},
    "T0363": {52176, 52177},
    "T0380": {42393},
    "T0404": {44558},
    "T0407": {44593, 44594},
    "T0432": {48203},
    "T0444": {49718},
    "T0457": {51179},
    "T0460": {50650, 50651},
    "T0480": {52799},
    "T0484": {53043, 53044},
    "T0486": {53059, 53060},
    "T0505": {54631},
    "T0507": {54865},
    "T0525": {56018, 56024, 56033},
    "T0570": {65446},
    "T0593": {71275, 71276},
    "T0631": {80054, 80092},
    "T0645": {82714},
    "T0651": {84541, 84578},
    "T0744": {95123, 95128},
    "T0769": {97375, 97378, 97379},
    "T0770": {97615},
    "T0791": {102188, 102398, 102399},
    "T0795": {103891, 103896},
    "T0798": {103995, 103998},
    "T0804": {104527, 104528, 104529},
}


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
        if found is not None and is_question(titles[topic], opening(said)):
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


def opening(said: Sequence[Said]) -> str:
    return question_of("", said).strip()


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
    named = [one for one in others if re.search(rf"\b{said[one].author}\b", said[place].text)]
    telling = [one for one in named or others if not _SAYS_LITTLE.match(" ".join(said[one].text.split()))]
    return (telling or named or others)[0]


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


def _drafted(
    drafter: _Drafter, parts: Sequence[Part], *, hides: bool
) -> Callable[[Thread], tuple[frozenset[int], int]]:
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
@click.option("--half", type=click.Choice(["0", "1"]), help="Every second conversation alone, for trying rules out.")
def main(data: Path, half: str | None) -> None:
    measured = [one for number, one in enumerate(threads(data)) if half is None or number % 2 == int(half)]
    read = [one for one in measured if one.topic in READ]
    rows = [_row(way, measured) for way in ways(load_encoder(threads=1))]
    wrong = sum(one.target_id not in READ[one.topic] for one in read)
    print(f"{len(measured)} conversations of {LEAST_MESSAGES} messages and more that ask, with a thanks of the asker's")
    print(
        f"{len(read)} of them read: the rule that finds what was thanked for errs in {wrong}, {wrong / len(read):.0%}"
    )
    print(table(["kept by", "holds it", "as read", "messages", "words", "of the thread"], rows))


def _row(way: Way, measured: Sequence[Thread]) -> list[str]:
    taken = [(thread, *way.taken(thread)) for thread in measured]
    read = [(READ[thread.topic], messages) for thread, messages, _ in taken if READ.get(thread.topic)]
    return [
        way.name,
        f"{mean(thread.target_id in messages for thread, messages, _ in taken):.0%}",
        f"{mean(not helped.isdisjoint(messages) for helped, messages in read):.0%}",
        f"{mean(len(messages) for _, messages, _ in taken):.1f}",
        f"{mean(words for _, _, words in taken):.0f}",
        f"{mean(words / thread.words for thread, _, words in taken):.0%}",
    ]


if __name__ == "__main__":
    main()

"""A conversation as sentences with their places in what was said, so that an excerpt is always somebody's words. Pure.

Code is one passage from its first line to its last: half a command helps nobody. What somebody quotes is not theirs:
it stays out, and says which message is meant.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final


@dataclass(frozen=True, slots=True)
class Said:
    """A message in plain values. `helped` when somebody marked it: a reaction in its tool, or “These helped”."""

    message_id: int
    author_id: int | None
    author: str
    text: str
    said_at: datetime
    helped: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """`place` is that of its message in the conversation, `start` and `end` those in the message's text."""

    place: int
    start: int
    end: int
    text: str
    is_code: bool = False
    quotes: int | None = None
    """The place of the earlier message that these words are from."""

    @property
    def words(self) -> int:
        return len(self.text.split())


_SHORTEST_QUOTE: Final = 30
_READS: Final = 8_000
_MOST_OF_A_MESSAGE: Final = 300
_LONGEST_CODE_LINE: Final = 400
_QUOTED_LINE: Final = re.compile(r"^\s*>(?!>>)")
_ATTRIBUTION: Final = re.compile(r"^\s*@?\S.{0,60} (?:said|wrote|schrieb|a écrit|escribió)(?: \(.*\))?:\s*$")
_FENCE: Final = re.compile(r"^\s*(?:```|~~~)")
_CODE: Final = re.compile(
    r"^(?:\s*(?:[$%#]\s+\S|>>>|\.\.\. |import \w|from [\w.]+ import|def \w+\(|class \w+[(:]|for \w+ in .*:$|if .*:$"
    r"|return\b|"
    r"(?:conda|pip|git|module|mamba|ssh|export|sudo|python3?|cd|ls|qsub|qstat|docker|npm|apt|curl"
    r"|make) [\w./~-]+(?: [^.!?]*)?$)"
    r"|\s*[\w.\[\]'\",]+(?:, ?[\w.]+)* ?(?:[-+*/]?=) ?\S"
    r"|.{0,100}(?:[{}();\[]|\(\)|\)\]|['\"],)\s*$"
    r"|\s*[\w.]+\([^ ]*.*\)\s*$"
    r"|(?: {4,}|\t)\S"
    r"|\s*[)\]}]+\s*$)"
)
_PROSE: Final = re.compile(r"^\s*[A-Z\w'’,]+(?: [\w'’,.-]+){4,}.*[.!?:]?$")
_SENTENCE_END: Final = re.compile(r"(?<![.!?…])[.!?…]++[\"'”»)\]]*+(?=\s|$)")
_NOT_AN_END: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|Dr|Mr|Ms|Prof|z\.B|bzw|ca|Nr|p\.ex|approx|al)|\b[A-Z])\.$"
)


def sentences(said: Sequence[Said]) -> tuple[Sentence, ...]:
    """All of them in order, quoted ones among them; whoever computes nearness does so for these."""
    found: list[Sentence] = []
    earlier: list[str] = []
    for place, message in enumerate(said):
        found.extend(islice(_in_message(place, message.text[:_READS], earlier), _MOST_OF_A_MESSAGE))
        earlier.append(message.text)
    return tuple(found)


def _in_message(place: int, text: str, earlier: Sequence[str]) -> Iterator[Sentence]:
    for start, end, kind in _blocks(text):
        spans = _sentence_spans(text, start, end) if kind == "prose" else iter([(start, end)])
        for first, last in spans:
            words = text[first:last]
            quotes = _quoted_from(words, earlier)
            if kind == "quote" and quotes is None:
                quotes = place  # from somewhere else: nobody's here
            yield Sentence(place, first, last, words, kind == "code", quotes)


def _quoted_from(words: str, earlier: Sequence[str]) -> int | None:
    if len(words) < _SHORTEST_QUOTE:
        return None
    return next((place for place in reversed(range(len(earlier))) if words in earlier[place]), None)


def _blocks(text: str) -> Iterator[tuple[int, int, str]]:
    """Lines, with those of code that follow each other joined, and each told for what it is."""
    code: tuple[int, int] | None = None
    fenced = after_attribution = False
    for start, end in _lines(text):
        line = text[start:end]
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if not line.strip():
            continue
        if fenced or _is_code(line):
            code = (code[0] if code else start, end)
            continue
        if code:
            yield (*code, "code")
            code = None
        if _ATTRIBUTION.match(line):
            after_attribution = True
            continue
        quoted = after_attribution or bool(_QUOTED_LINE.match(line))
        after_attribution = False
        yield (*_trimmed(text, start, end), "quote" if quoted else "prose")
    if code:
        yield (*code, "code")


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, start + len(line.rstrip("\r\n"))
        start += len(line)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    line = text[start:end]
    return start + len(line) - len(line.lstrip()), start + len(line.rstrip())


def _is_code(line: str) -> bool:
    return len(line) <= _LONGEST_CODE_LINE and bool(_CODE.match(line)) and not _PROSE.match(line)


def _sentence_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for found in _SENTENCE_END.finditer(text, start, end):
        if not _NOT_AN_END.search(text, max(first, found.end() - 8), found.end()):
            yield _trimmed(text, first, found.end())
            first = found.end()
    if text[first:end].strip():
        yield _trimmed(text, first, end)

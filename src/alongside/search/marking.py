"""Which passage of a conversation to show for a question, and which of its words to mark. Pure.

Words are compared by their stems, as the index compares them, so that what was found is what is marked. Only words
that begin like one of the question's are stemmed at all: a page of twenty conversations is marked in some milliseconds.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import attrgetter
from typing import Final, NamedTuple

from alongside.search.languages import DEFAULT
from alongside.search.rules import MOST_WORDS, Asked, UnitMessage
from alongside.search.words.schema import analyser, is_stop_word, splitter

LENGTH: Final = 300
_AGAIN: Final = 0.15
_PHRASE: Final = 3.0
_SHORTEST_BEGINNING: Final = 3
_LONGEST_SENTENCE: Final = 120
_SENTENCE_ENDS: Final = re.compile(r"[.!?。！？]['”\")]*\s+|\n+")
_REST_OF_WORD: Final = re.compile(r"[^\W_]*")
_SPACE: Final = re.compile(r"\s")

_BETWEEN: Final = "\n"
"""Between texts that are looked through together: no word and no phrase reaches over it."""

Segment = tuple[str, bool]
"""A piece of text, and whether it is to be marked."""


@dataclass(frozen=True, slots=True)
class Passage:
    message_id: int
    segments: tuple[Segment, ...]
    is_cut_before: bool
    is_cut_after: bool

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.segments)


class Hit(NamedTuple):
    """Where in a text a word or phrase of the question stands."""

    start: int
    end: int
    key: str
    weight: float


@dataclass(frozen=True, slots=True)
class _Window:
    score: float
    message: UnitMessage
    hits: tuple[Hit, ...]


def best_passage(
    messages: Sequence[UnitMessage], asked: Asked, language: str = DEFAULT, length: int = LENGTH
) -> Passage | None:
    """The earliest of the best; of a conversation that has none of the words, its beginning."""
    return Marker(asked, language).best_passage(messages, length)


def marked(text: str, asked: Asked, language: str = DEFAULT) -> tuple[Segment, ...]:
    """A whole text, such as a title, with its words marked."""
    return tuple(_segments(text, 0, len(text), Marker(asked, language).hits(text)))


def words_beginning(text: str, letters: str) -> Iterator[str]:
    """The words of a text that begin so, accents and capitals aside, each as it is written."""
    lowered, beginning = _lowered(text), _lowered(letters)
    start = lowered.find(beginning) if beginning else -1
    while start >= 0:
        end = max(_end_of_word(lowered, start), start + len(beginning))
        if _begins_word(lowered, start):
            yield text[start:end]
        start = lowered.find(beginning, end)


class Marker:
    """Knows one question. Made for each page and thrown away with it: nothing of a question is kept."""

    def __init__(self, asked: Asked, language: str = DEFAULT) -> None:
        self._analyser = analyser(language)
        self._stems: dict[str, str] = {}
        self._phrases = [phrase.lower() for phrase in asked.phrases]
        words = list(dict.fromkeys(splitter().analyze(asked.text)))[:MOST_WORDS]
        telling = [word for word in words if _is_telling(word, language)] or words
        self._wanted = {self._stem(word): _says(word) for word in telling}
        self._beginnings = {_beginning(word, self._stem(word)) for word in telling}

    def best_passage(self, messages: Sequence[UnitMessage], length: int = LENGTH) -> Passage | None:
        said = [message for message in messages if message.text.strip()]
        if not said:
            return None
        hits = self.hits_in([message.text for message in said])
        return _passage(max(map(_best_window, said, hits, [length] * len(said)), key=_score_of), length)

    def hits(self, text: str) -> list[Hit]:
        return self.hits_in([text])[0]

    def hits_in(self, texts: Sequence[str]) -> list[list[Hit]]:
        """Of each text its hits in order. All are looked through at once, which takes half the time."""
        lowered = list(map(_lowered, texts))
        together = _BETWEEN.join(lowered)
        found = {hit.start: hit for hit in chain(self._words_in(together), self._phrases_in(together))}
        starts = list(accumulate((len(text) + len(_BETWEEN) for text in lowered), initial=0))
        hits: list[list[Hit]] = [[] for _ in texts]
        text = 0
        for hit in sorted(found.values(), key=_START_OF):
            while hit.start >= starts[text + 1]:
                text += 1
            begins = starts[text]
            hits[text].append(hit if not begins else Hit(hit.start - begins, hit.end - begins, hit.key, hit.weight))
        return hits

    def _words_in(self, lowered: str) -> Iterator[Hit]:
        for beginning in self._beginnings:
            start = lowered.find(beginning)
            while start >= 0:
                end = _end_of_word(lowered, start)
                stem = self._stem(lowered[start:end]) if _begins_word(lowered, start) else ""
                if stem in self._wanted:
                    yield Hit(start, end, stem, self._wanted[stem])
                start = lowered.find(beginning, max(end, start + 1))

    def _phrases_in(self, lowered: str) -> Iterator[Hit]:
        for phrase in self._phrases:
            start = lowered.find(phrase)
            while start >= 0:
                yield Hit(start, start + len(phrase), phrase, _PHRASE)
                start = lowered.find(phrase, start + len(phrase))

    def _stem(self, word: str) -> str:
        known = self._stems.get(word)
        if known is None:
            stems = self._analyser.analyze(_encodable(word))
            known = self._stems[word] = stems[0] if stems else word
        return known


def passage_of(message: UnitMessage, hits: Sequence[Hit], length: int = LENGTH) -> Passage | None:
    """What to show of one message whose hits are known; nothing of one that has no words."""
    return _passage(_best_window(message, hits, length), length) if message.text.strip() else None


def _best_window(message: UnitMessage, hits: Sequence[Hit], length: int) -> _Window:
    best = _Window(0.0, message, ())
    last = 0
    for first, hit in enumerate(hits):
        before, last = last, max(last, first + 1)
        while last < len(hits) and hits[last].end - hit.start <= length:
            last += 1
        if last > before:
            inside = tuple(hits[first:last])
            score = _score(inside)
            if score > best.score:
                best = _Window(score, message, inside)
    return best


_START_OF: Final = attrgetter("start")
_score_of: Final = attrgetter("score")


def _is_telling(word: str, language: str) -> bool:
    """One or two letters stand everywhere: they would be looked up longest and say least."""
    return (len(word) >= _SHORTEST_BEGINNING or not word.isascii()) and not is_stop_word(word, language)


def _says(word: str) -> float:
    """Long words say more than short ones; how rare a word is in all texts is not for a page to know."""
    return min(len(word), 8) / 4


def _beginning(word: str, stem: str) -> str:
    """Shorter by a letter than what word and stem share: “studies” and “study” differ already there."""
    shared = word[
        : next((at for at, pair in enumerate(zip(word, stem, strict=False)) if pair[0] != pair[1]), len(stem))
    ]
    return shared[:-1] if len(shared) > _SHORTEST_BEGINNING else shared or word[:1]


def _score(hits: Iterable[Hit]) -> float:
    """Each word counts once; said again it adds a little."""
    score, seen = 0.0, set()
    for hit in hits:
        score += hit.weight * (_AGAIN if hit.key in seen else 1.0)
        seen.add(hit.key)
    return score


_ACCENTS: Final = str.maketrans(
    "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿāăąćčďđēęěğīįłńňőřśšşťţūůűųźżž",
    "aaaaaaceeeeiiiinoooooouuuuyyaaaccddeeegiilnnorsssttuuuuzzz",
)
_ACCENTED: Final = re.compile("[à-ž]")
"""Most texts that are not ASCII have a dash or a quotation mark only; spelling out every letter is slow."""


def _lowered(text: str) -> str:
    """Letter for letter: a place in it is the same place in the text."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(letter.lower()[0] for letter in text)
    return lowered if lowered.isascii() or _ACCENTED.search(lowered) is None else lowered.translate(_ACCENTS)


def _begins_word(text: str, start: int) -> bool:
    return start == 0 or not text[start - 1].isalnum() or text[start] > "\u3040"


def _end_of_word(text: str, start: int) -> int:
    if "\u3040" < text[start] <= "\u9fff":
        return start + 1
    rest = _REST_OF_WORD.match(text, start)
    return rest.end() if rest else start + 1


def _encodable(word: str) -> str:
    return word if word.isascii() else word.encode("utf-8", "replace").decode("utf-8")


def _passage(window: _Window, length: int) -> Passage:
    text = window.message.text
    start, end = _bounds(text, window.hits, length)
    return Passage(
        message_id=window.message.message_id,
        segments=tuple(_segments(text, start, end, window.hits)),
        is_cut_before=bool(text[:start].strip()),
        is_cut_after=bool(text[end:].strip()),
    )


def _bounds(text: str, hits: Sequence[Hit], length: int) -> tuple[int, int]:
    """From the beginning of a sentence where one is near; to the end of a word."""
    first = hits[0].start if hits else 0
    needed = (hits[-1].end if hits else 0) - first
    if len(text) <= length:
        return 0, len(text)
    earliest = max(0, first - min(_LONGEST_SENTENCE, max(length - needed, 0)))
    start = _beginning_of_sentence(text, earliest, first)
    end = min(len(text), max(start + length, first + needed))
    if end == len(text):
        return start, end
    spaces = [space.start() for space in _SPACE.finditer(text, max(first + needed, end - 40), end + 1)]
    return start, spaces[-1] if spaces else end


def _beginning_of_sentence(text: str, earliest: int, first: int) -> int:
    if earliest == 0:
        return 0
    sentences = [match.end() for match in _SENTENCE_ENDS.finditer(text, earliest, first)]
    if sentences:
        return sentences[0]
    space = _SPACE.search(text, earliest, first)
    return space.end() if space else earliest


def _segments(text: str, start: int, end: int, hits: Iterable[Hit]) -> Iterator[Segment]:
    here = start
    for hit in hits:
        if hit.start < here or hit.end > end:
            continue
        if hit.start > here:
            yield text[here : hit.start], False
        yield text[hit.start : hit.end], True
        here = hit.end
    if here < end:
        yield text[here:end], False

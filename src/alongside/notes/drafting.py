"""The draft of a note, from a conversation: sentences that people wrote there, each with its place. Pure.

Nothing is written by a machine here, only chosen, and whoever keeps the note reads it before anybody else does. Four
parts, each short enough to be read: a draft that holds everything would be the scrollback again.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from alongside.conversations.questions import is_question
from alongside.conversations.rules import TITLE_LENGTH, title_of
from alongside.notes.helping import ADVISES, CORRECTS, FAILED, FOUND_OUT, THANKS, WORKED, Help, helped, opener_of
from alongside.notes.passages import Said, Sentence, sentences

__all__ = ["Credit", "Credited", "Draft", "Excerpt", "Part", "Said", "draft", "question_of", "sentences"]


class Part(StrEnum):
    WHEN = "when"
    WHAT_WORKED = "what_worked"
    WHY = "why"
    WHERE_NOT = "where_not"


class Credit(StrEnum):
    ASKED = "asked"
    IDEA = "the idea"
    WHY = "added why"
    WHERE_NOT = "said where it may not help"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words of one message: `text` is what stands there from `start` to `end`."""

    message_id: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Credited:
    author_id: int | None
    author: str
    credits: tuple[Credit, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    title: str
    parts: Mapping[Part, tuple[Excerpt, ...]]
    credited: tuple[Credited, ...]


@dataclass(frozen=True, slots=True)
class _Room:
    """How much a part may hold."""

    excerpts: int
    words: int


_ROOM: Final = {
    Part.WHEN: _Room(3, 60),
    Part.WHAT_WORKED: _Room(5, 120),
    Part.WHY: _Room(2, 60),
    Part.WHERE_NOT: _Room(2, 60),
}
_CREDIT: Final = {
    Part.WHEN: Credit.ASKED,
    Part.WHAT_WORKED: Credit.IDEA,
    Part.WHY: Credit.WHY,
    Part.WHERE_NOT: Credit.WHERE_NOT,
}
# Messages that what worked is drawn from: few when somebody said what helped, more when only their words tell.
_KNOWN: Final = 3
_GUESSED: Final = 4
_OF_THE_BEST: Final = 0.4
_LEAST: Final = 0.0
_LEAST_LIKELY: Final = 0.8
_SURE: Final = 3.5
_AFTER: Final = 6  # messages after what worked in which a reason or a limit still belongs to it
_LEAST_WORDS: Final = 3
_QUESTION_WORDS: Final = 4

_BECAUSE: Final = re.compile(
    r"\b(?:because|'cause|since (?:the|it|you|we|they|your|this|that|I|there)\b|the (?:reason|cause|culprit)"
    r"|that(?:'s| is| was| would be) why|"
    r"this is why|turns? out|turned out|caused by|due to|(?:so|in order) that\b|as a result|the (?:problem"
    r"|issue) (?:is|was|seems)|"
    r"which means|this means|that means|otherwise|(?:likely|probably|presumably) (?:because|due|a|the|an)"
    r"|root cause|behind the scenes|under the hood|"
    r"weil|denn\b|deshalb|deswegen|liegt daran|parce que|à cause|car (?:il|elle|le|la|les)|porque|debido a|ya que)\b",
    re.IGNORECASE,
)
_LIMITS: Final = re.compile(
    r"\b(?:unless|except|only (?:if|when|works?|for|on|with)|be careful|careful with|caveat|beware|caution"
    r"|keep in mind|note that|"
    r"(?:will|does|do|is|are|would|may|might|can|did)(?:n't| not) (?:\w+ )?(?:work|help|supported|recommend\w*"
    r"|apply|scale|necessarily|guaranteed)|won't work|"
    r"but (?:it|this|that|you|only|not|be|if|for|the|there)\b|however|downside|drawback|disadvantage|limitation"
    r"|not (?:ideal|recommended|supported|yet)|"
    r"avoid|unfortunately|as long as|depends on|might (?:be slow|break|fail|not)|may (?:not|break|fail)"
    r"|at the expense|"
    r"no longer|deprecated|instead of|außer|nur wenn|allerdings|aber (?:nur|nicht)|sauf si|mais (?:pas|seulement)"
    r"|attention|salvo|pero (?:no|solo)|excepto)\b",
    re.IGNORECASE,
)
_SITUATION: Final = re.compile(
    r"\b(?:(?:I|we)(?:'m| am|'ve| have|'d| would|'re| are| was| were)?\s+(?:also |just |now |recently "
    r"|still )*(?:trying|tried|working|using|running|getting|"
    r"having|looking|attempting|need|want|wanted|get|see|seeing|like to|noticed|encounter\w*|unable|run|ran|use"
    r"|updated|installed|wondering|wonder|can't|cannot)|"
    r"when(?:ever)? (?:I|we|it|the|a|you)|error|fails?|failing|doesn't|after (?:updating|the|installing|I)|unable to|"
    r"ich (?:versuche|möchte|bekomme|habe)|wenn ich|j'essaie|quand je|intento|cuando)\b",
    re.IGNORECASE,
)
_UNSURE: Final = re.compile(r"\bnot (?:really |quite )?sure\b|\bno idea\b", re.IGNORECASE)
_COURTESY: Final = re.compile(
    r"^\W*(?:hi|hello|hey|howdy|dear|good (?:morning|afternoon)|thanks?|thank you|cheers|best|regards|cc|sorry"
    r"|hallo|bonjour|hola|danke|merci|gracias|"
    r"any (?:help|thoughts|ideas|suggestions)|@\S+)\b(?:\W+\w+){0,7}\W*$|^\W*@?\w+\W*$",
    re.IGNORECASE,
)
_LEANS: Final = re.compile(
    r"^\W*(?:and|or|but|so|then|also|if so|if not|is (?:this|that|it)|(?:what|how|why) (?:am|about|else)|any"
    r"|does (?:this|that|it)|do (?:these|those))\b",
    re.IGNORECASE,
)
_RESOLVED: Final = re.compile(r"^(?:\s*(?:✔|\[?(?:solved|resolved)\]?:?|re:|fwd?:|aw:))+\s*", re.IGNORECASE)


def question_of(title: str, said: Sequence[Said]) -> str:
    """What nearness is measured to: the title and what the asker wrote before anybody answered."""
    return "\n".join((title, *(message.text for message in said[: opener_of(said)])))


def draft(title: str, said: Sequence[Said], nearness: Sequence[float] | None = None) -> Draft:
    """`nearness` has one value for each of `sentences(said)`: how near its meaning is to `question_of`."""
    if not said:
        return Draft(title, dict.fromkeys(Part, ()), ())
    asks = is_question(title, "\n".join(message.text for message in said[: opener_of(said)]))
    chosen = _Chooser(said, nearness, asks=asks).parts()
    return Draft(
        title=_title(title, chosen[Part.WHEN] if asks else ()),
        parts={part: tuple(_excerpt(said, one) for one in chosen[part]) for part in Part},
        credited=tuple(_credited(said, chosen, asks=asks)),
    )


class _Chooser:
    """Holds what all four parts look at. Each takes what is left by the ones before it."""

    def __init__(self, said: Sequence[Said], nearness: Sequence[float] | None, *, asks: bool) -> None:
        self._said = said
        self._asks = asks
        self._first = opener_of(said) if asks else 0
        told = sentences(said)
        near = dict(zip(told, nearness or [0.0] * len(told), strict=True))
        self._near = dict(_with_what_follows(said, told, near))
        self._all = tuple(self._near)
        self._helped = helped(said, told, nearness, asks=asks)
        self._taken: set[Sentence] = set()

    def parts(self) -> dict[Part, list[Sentence]]:
        when = self._take(Part.WHEN, self._situation()) if self._asks else []
        places = self._places_that_worked()
        worked = self._take(Part.WHAT_WORKED, self._best_of(places))
        why = self._take(Part.WHY, self._reasons(places))
        where_not = self._take(Part.WHERE_NOT, self._limits(places))
        return {Part.WHEN: when, Part.WHAT_WORKED: worked, Part.WHY: why, Part.WHERE_NOT: where_not}

    def _take(self, part: Part, ranked: Sequence[Sentence]) -> list[Sentence]:
        """The first of them that fit, in the order in which they were said."""
        room, words = _ROOM[part], 0
        taken: list[Sentence] = []
        for sentence in ranked:
            one = _shortened(sentence, room.words)
            if len(taken) < room.excerpts and words + one.words <= room.words and sentence not in self._taken:
                taken.append(one)
                self._taken.add(sentence)
                words += one.words
        return sorted(taken, key=lambda one: (one.place, one.start))

    def _own(self, place: int) -> list[Sentence]:
        return [one for one in self._all if one.place == place and one.quotes is None]

    def _situation(self) -> list[Sentence]:
        told = [one for place in range(self._first) for one in self._own(place) if not one.is_code]
        told = [one for one in told if not _COURTESY.match(one.text) and _says_something(one)]
        asking = [one for one in told if one.text.endswith("?")]
        telling = [one for one in told if one not in asking]
        situation = [one for one in telling if _SITUATION.search(one.text)]
        return [*situation[:1], *asking[:1], *situation[1:2], *asking[1:], *telling]

    def _places_that_worked(self) -> list[int]:
        """The messages that helped, best first; without any sign of help those that read most like an answer."""
        places = [place for place in range(self._first, len(self._said)) if not self._is_out(place)]
        known = [place for place in places if self._helped[place].evidence > 0]
        surely = any(self._helped[place].evidence >= _SURE for place in known)
        ranked = sorted(known, key=lambda place: -self._helped[place].score)
        best = self._helped[ranked[0]].score if ranked else 0.0
        chosen = [place for place in ranked[:_KNOWN] if self._helped[place].score >= max(_LEAST, _OF_THE_BEST * best)]
        if surely:
            return chosen
        others = [place for place in places if place not in chosen and self._helped[place].evidence >= 0]
        others = sorted(others, key=lambda place: -self._helped[place].likely)
        likely = (chosen + [place for place in others if self._helped[place].likely > _LEAST_LIKELY])[:_GUESSED]
        # A question with one plain answer: a draft without it would be no draft. A person reads it before it is a note.
        return likely or [place for place in others if self._asks and self._is_answer(place)][:1]

    def _is_out(self, place: int) -> bool:
        """Corrected before anybody was glad of it, and not marked by hand."""
        help_: Help = self._helped[place]
        at = help_.corrected_at
        return at is not None and not self._said[place].helped and all(thanked > at for thanked in help_.thanked_at)

    def _best_of(self, places: Sequence[int]) -> list[Sentence]:
        """The best sentence of each, then the others by what they are worth, those of better messages first."""
        ranked = [sorted(self._usable(place), key=lambda one: -self._worth(one)) for place in places]
        firsts = [own[0] for own in ranked if own]
        others = [(self._worth(one) - 0.5 * number, one) for number, own in enumerate(ranked) for one in own[1:]]
        others = [pair for pair in others if pair[0] > 0]
        return firsts + [one for _, one in sorted(others, key=lambda pair: -pair[0])]

    def _usable(self, place: int) -> Iterator[Sentence]:
        for one in self._own(place):
            if (one.is_code or _says_something(one)) and not (
                _COURTESY.match(one.text) or (CORRECTS.match(one.text) and one.words < _QUESTION_WORDS)
            ):
                yield one

    def _worth(self, one: Sentence) -> float:
        if one.is_code:
            return 1.1
        signs = (
            1.2 * bool(ADVISES.search(one.text)) + 0.8 * bool(FOUND_OUT.search(one.text)) + 0.6 * ("http" in one.text)
        )
        against = (
            0.6 * one.text.endswith("?") + 0.8 * bool(THANKS.search(one.text)) + 0.5 * bool(FAILED.search(one.text))
        )
        against += 0.8 * bool(_UNSURE.search(one.text)) + 0.8 * one.text.endswith(":")
        return signs - against + self._near[one] + min(one.words, 20) / 40 - 0.4 * bool(_BECAUSE.search(one.text))

    def _reasons(self, places: Sequence[int]) -> list[Sentence]:
        if not places:
            return []
        near = range(max(min(places) - 1, 0), min(max(places) + _AFTER, len(self._said)))
        found = [one for place in near for one in self._prose(place) if self._explains(one)]
        return sorted(found, key=lambda one: (one.place not in places, -self._near[one], one.place))

    def _explains(self, one: Sentence) -> bool:
        """The asker's “since I …” tells of the asker; only what the asker found out explains."""
        return bool((_BECAUSE if self._is_answer(one.place) else FOUND_OUT).search(one.text))

    def _limits(self, places: Sequence[int]) -> list[Sentence]:
        if not places:
            return []
        last = min(max(places) + _AFTER, len(self._said))
        after = [one for place in range(min(places), last) for one in self._prose(place)]
        corrections = [
            one for one in after if one.place > min(places) and CORRECTS.search(one.text) and self._is_answer(one.place)
        ]
        limits = [one for one in after if _LIMITS.search(one.text) and not WORKED.search(one.text)]
        return corrections + sorted(limits, key=lambda one: (not self._is_answer(one.place), -self._near[one]))

    def _is_answer(self, place: int) -> bool:
        return not self._asks or self._said[place].author_id != self._said[0].author_id

    def _prose(self, place: int) -> Iterator[Sentence]:
        if place < self._first or self._is_out(place):
            return
        for one in self._own(place):
            if not one.is_code and not one.text.endswith("?") and one.words > _QUESTION_WORDS:
                yield one


def _says_something(one: Sentence) -> bool:
    """Rows of figures are neither a situation nor advice."""
    return sum(any(letter.isalpha() for letter in word) for word in one.text.split()) >= min(_LEAST_WORDS, one.words)


def _with_what_follows(
    said: Sequence[Said], told: Sequence[Sentence], near: Mapping[Sentence, float]
) -> Iterator[tuple[Sentence, float]]:
    """“Here is how:” is nothing without the lines after it; together they are one passage."""
    before: Sentence | None = None
    for one, following in zip(told, (*told[1:], None), strict=False):
        whole = one
        if before is not None:
            text = said[one.place].text[before.start : one.end]
            whole = Sentence(one.place, before.start, one.end, text, quotes=one.quotes)
        leads = whole is one and following is not None and _leads(one, following)
        if leads:
            before = one
        else:
            yield whole, max(near[one], near[before] if before else 0.0)
            before = None


def _leads(one: Sentence, following: Sentence) -> bool:
    return one.text.endswith(":") and not one.is_code and (one.place, one.quotes) == (following.place, following.quotes)


def _shortened(one: Sentence, words: int) -> Sentence:
    """Code and walls of text end at a line, or at a word, where the part is full."""
    if one.words <= words:
        return one
    at = [match.end() for match in re.finditer(r"\S+", one.text)][words - 1]
    line = one.text.rfind("\n", 0, at)
    end = line if line > 0 else at
    return Sentence(one.place, one.start, one.start + end, one.text[:end], one.is_code, one.quotes)


def _excerpt(said: Sequence[Said], one: Sentence) -> Excerpt:
    return Excerpt(said[one.place].message_id, one.start, one.end, one.text)


def _title(title: str, when: Sequence[Sentence]) -> str:
    """The conversation's own when it asks; the question that was asked, when it is short and stands by itself."""
    plain = _RESOLVED.sub("", title).strip()
    if plain.endswith("?") or not when:
        return title_of(plain, when[0].text if when else title)
    asked = [one.text for one in when if one.text.endswith("?") and one.words >= _QUESTION_WORDS]
    standing = [
        text for text in asked if len(text) <= TITLE_LENGTH and not _LEANS.search(text) and not text.startswith("@")
    ]
    return title_of(standing[0] if standing else plain, when[0].text)


def _credited(said: Sequence[Said], chosen: Mapping[Part, Sequence[Sentence]], *, asks: bool) -> Iterator[Credited]:
    """In the order in which they came to it. Once each, whatever they gave."""
    gave: dict[tuple[int | None, str], list[Credit]] = {}
    if asks:
        gave[(said[0].author_id, said[0].author)] = [Credit.ASKED]
    for part in Part:
        for one in chosen[part]:
            given = gave.setdefault((said[one.place].author_id, said[one.place].author), [])
            if _CREDIT[part] not in given:
                given.append(_CREDIT[part])
    for (author_id, author), credits_ in gave.items():
        yield Credited(author_id, author, tuple(credits_))

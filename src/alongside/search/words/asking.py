"""From what was asked to what tantivy is asked: words, their weights, and a viewer's limits inside the query."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import ceil, isclose, log
from typing import Final, Protocol

from tantivy import FieldType, Occur, Query, Schema

from alongside.search.rules import MOST_WORDS, Asked, Scope
from alongside.search.words.schema import (
    CONVERSATION,
    LAST_SAID,
    ROOM,
    SIGNS,
    STARTED,
    TEXT,
    analyser,
    is_stop_word,
    splitter,
)
from alongside.search.words.spelling import (
    Counted,
    likeliest,
    mistakes_allowed,
    nearest,
    one_mistake_away,
)

_MOST_PIECES: Final = 2 * MOST_WORDS
_COMMON: Final = 0.05
_TOO_FEW_TO_COUNT: Final = 100
_GUESSED: Final = 0.6
_MOST_OF_THE_WORDS: Final = 2 / 3
_JOINED: Final = re.compile(r"\w+(?:[-_'’./]\w+){1,2}")
_SIGNS_IN_A_ROW: Final = re.compile(rf"[{SIGNS}]{{2,}}")


class Statistics(Protocol):
    """How often words are written, as far as this viewer may know it.

    Scores, and what counts as mistyped, follow from these alone: never from texts that the viewer cannot read.
    """

    @property
    def total(self) -> int: ...

    def count(self, stem: str) -> int: ...

    def counts(self, stems: Iterable[str]) -> Counted:
        """Those of many that are written at all; nothing where looking up each would take too long."""
        ...

    def starting_with(self, beginning: str) -> Counted: ...

    def behind_limits(self, stems: Iterable[str]) -> Iterable[str]:
        """Those of many that stand in an index of which this viewer reads a part, in that part or not.

        To be looked for within the limits and for nothing else: that one of them is there must not show.
        """
        ...


@dataclass(frozen=True, slots=True)
class Term:
    stem: str
    weight: float
    """How much finding it says: its rarity, less when it is a guess."""
    is_known: bool = True
    """Somebody wrote it, where words are counted."""


Alternatives = tuple[tuple[str, ...], ...]
"""One phrase as the stemmers of several languages see it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, the same whichever index is asked."""

    groups: tuple[tuple[Term, ...], ...]
    """One for each word of the question: its stems, or what it may have meant."""
    phrases: tuple[Alternatives, ...]
    pairs: tuple[tuple[tuple[str, str], float], ...]
    """Signs in a row, of languages that put no spaces between words, and what finding them says."""
    newest_first: bool

    @property
    def is_nothing(self) -> bool:
        return not (self.groups or self.phrases or self.pairs)


def rarity(count: int, total: int) -> float:
    """BM25's, as tantivy reckons it."""
    return log(1 + (max(total, count) - count + 0.5) / (count + 0.5))


@dataclass(frozen=True)
class _Word:
    typed: str
    languages: tuple[str, ...]

    @cached_property
    def stems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(stem for lang in self.languages for stem in analyser(lang).analyze(self.typed)))

    @property
    def is_stop_word(self) -> bool:
        return any(is_stop_word(self.typed, language) for language in self.languages)


def wanted(asked: Asked, languages: Sequence[str], statistics: Statistics) -> Wanted:
    said = [_Word(typed, tuple(languages)) for typed in _split(asked.text)]
    words = _without_common(list(dict.fromkeys(said)), statistics)
    times = Counter(stem for word in said for stem in word.stems)
    groups = [_terms(word, statistics) for word in words]
    groups.extend(_joined(asked.words, languages, statistics))
    phrases = (_alternatives(phrase, languages) for phrase in asked.phrases)
    return Wanted(
        groups=_each_stem_once(groups, times),
        phrases=tuple(alternatives for alternatives in phrases if alternatives),
        pairs=tuple(_pairs(asked.words, statistics)),
        newest_first=asked.newest_first,
    )


def _pairs(text: str, statistics: Statistics) -> Iterator[tuple[tuple[str, str], float]]:
    rows = _SIGNS_IN_A_ROW.findall(text)
    for pair in list(dict.fromkeys(pair for row in rows for pair in pairwise(row)))[:MOST_WORDS]:
        yield pair, sum(rarity(statistics.count(sign), statistics.total) for sign in pair)


def _split(words: str) -> list[str]:
    spaced = _SIGNS_IN_A_ROW.sub(" ", words)
    return splitter().analyze(spaced)[:_MOST_PIECES]


def _without_common(words: list[_Word], statistics: Statistics) -> list[_Word]:
    """Words that say nothing are not looked for, unless nothing else was asked.

    A list alone would not do: what is one in one language is a proper word in another, so it must be common here.
    """
    telling = [word for word in words if not (word.is_stop_word and _is_common(word, statistics))]
    return telling or words


def _is_common(word: _Word, statistics: Statistics) -> bool:
    if statistics.total < _TOO_FEW_TO_COUNT:
        return True
    return max(map(statistics.count, word.stems), default=0) > _COMMON * statistics.total


def _terms(word: _Word, statistics: Statistics) -> tuple[Term, ...]:
    counts = {stem: statistics.count(stem) for stem in word.stems}
    own = tuple(Term(stem, rarity(count, statistics.total), count > 0) for stem, count in counts.items())
    mistakes = mistakes_allowed(word.typed)
    if any(counts.values()) or not mistakes or not own:
        return own
    near = _one_mistake_away(word)
    guesses = _meant(word, near, mistakes, statistics)
    guessed = [Term(stem, _GUESSED * rarity(statistics.count(stem), statistics.total)) for stem in guesses]
    least = min((term.weight for term in guessed), default=_GUESSED * rarity(0, statistics.total))
    behind = (Term(stem, least, is_known=False) for stem in statistics.behind_limits(near) if stem not in guesses)
    return (*own, *guessed, *behind)


def _one_mistake_away(word: _Word) -> set[str]:
    together = " ".join(one_mistake_away(word.typed))
    return {stem for language in word.languages for stem in analyser(language).analyze(together)} - {*word.stems}


def _meant(word: _Word, near: set[str], mistakes: int, statistics: Statistics) -> list[str]:
    """One mistake anywhere, ending and all; failing that, more of them in the part a stemmer leaves."""
    return likeliest(statistics.counts(near)) or nearest(word.typed, word.stems[0], mistakes, statistics.starting_with)


def _joined(words: str, languages: Sequence[str], statistics: Statistics) -> list[tuple[Term, ...]]:
    """Who types “pre-processing” also means “preprocessing”, where somebody wrote that."""
    together = " ".join(re.sub(r"[\W_]", "", found) for found in _JOINED.findall(words))
    stems = [stem for typed in _split(together) for stem in _Word(typed, tuple(languages)).stems]
    counted = ((stem, statistics.count(stem)) for stem in dict.fromkeys(stems))
    return [(Term(stem, rarity(count, statistics.total)),) for stem, count in counted if count]


def _each_stem_once(groups: list[tuple[Term, ...]], times: Counter[str]) -> tuple[tuple[Term, ...], ...]:
    """Two words of one stem are one word said twice, and what is said twice in a question weighs twice."""
    weighed = {term.stem: replace(term, weight=term.weight * max(times[term.stem], 1)) for g in groups for term in g}
    once = (tuple(w for term in group if (w := weighed.pop(term.stem, None))) for group in groups)
    return tuple(group for group in once if group)


def _alternatives(phrase: str, languages: Sequence[str]) -> Alternatives:
    return tuple(dict.fromkeys(stems for lang in languages if (stems := tuple(analyser(lang).analyze(phrase)))))


@dataclass(frozen=True, slots=True)
class Side:
    """What a query needs to know of the index that it is for."""

    schema: Schema
    total: int
    count: Callable[[str], int]
    is_limited: bool
    """To the audiences of a viewer, who must not learn what else is in it."""


def query_for(wanted: Wanted, side: Side, limits: list[Query]) -> Query:
    """Limits stand inside the query. Asking for more and dropping some would tell, by the time it takes.

    Where audiences limit it, tantivy walks what the viewer may read and scores words as it meets them, so that a
    word in a thousand hidden conversations takes the time of one in none. What scored nothing is no proposal.
    """
    phrases = [_phrase(alternatives, side) for alternatives in wanted.phrases]
    required = [*(Query.const_score_query(limit, 0.0) for limit in limits), *phrases]
    groups = groups_of(wanted, side)
    words = [query for group in groups for query in group]
    if not required:
        return _most_of(groups) if wanted.newest_first else any_of(words)
    clauses = [(Occur.Must, query) for query in required]
    if phrases or (side.is_limited and not wanted.newest_first):
        return Query.boolean_query(clauses + [(Occur.Should, query) for query in words])
    return Query.boolean_query([*clauses, (Occur.Must, _most_of(groups) if wanted.newest_first else any_of(words))])


def groups_of(wanted: Wanted, side: Side) -> list[list[Query]]:
    groups = [[_term(term, side) for term in group] for group in wanted.groups]
    return groups + [[_side_by_side(pair, weight, side)] for pair, weight in wanted.pairs]


def any_of(queries: list[Query]) -> Query:
    """Flat: tantivy skips whole blocks of documents only while it sees nothing but terms."""
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _most_of(groups: list[list[Query]]) -> Query:
    """Sorted by time there is no rank that would push down what matches one common word only."""
    needed = most_of_the_words(len(groups))
    return Query.boolean_query([(Occur.Should, any_of(group)) for group in groups], needed)


def most_of_the_words(words: int) -> int:
    return ceil(words * _MOST_OF_THE_WORDS)


def _term(term: Term, side: Side) -> Query:
    query = Query.term_query(side.schema, TEXT, term.stem, "freq")
    return _weighted(query, term.weight / rarity(side.count(term.stem), side.total))


def said_by(group: Iterable[Term]) -> float:
    """What finding this word of the question would say; a word that nobody wrote says what it probably meant."""
    known = [term.weight for term in group if term.is_known]
    return max(known or [term.weight for term in group])


def heaviest(group: Iterable[Term], schema: Schema) -> Query:
    """Scores what the heaviest of these says, wherever and however often it stands."""
    terms = [Query.const_score_query(Query.term_query(schema, TEXT, one.stem, "basic"), one.weight) for one in group]
    return terms[0] if len(terms) == 1 else Query.disjunction_max_query(terms)


def _weighted(query: Query, weight: float) -> Query:
    return query if isclose(weight, 1) else Query.boost_query(query, weight)


def _side_by_side(pair: tuple[str, str], weight: float, side: Side) -> Query:
    return Query.const_score_query(Query.phrase_query(side.schema, TEXT, list(pair)), weight)


def _phrase(alternatives: Alternatives, side: Side) -> Query:
    queries = [_in_a_row(stems, side) for stems in alternatives]
    return queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries)


def _in_a_row(stems: tuple[str, ...], side: Side) -> Query:
    """Not scored: its words are, beside it, and tantivy would reckon a phrase from hidden texts too."""
    if len(stems) == 1:
        query = Query.term_query(side.schema, TEXT, stems[0], "freq")
    else:
        query = Query.phrase_query(side.schema, TEXT, list(stems))
    return Query.const_score_query(query, 1.0)


def limits_of(scope: Scope, schema: Schema) -> list[Query]:
    """How the question narrows what is read, whoever asks."""
    limits: list[Query] = []
    if scope.room_ids is not None:
        limits.append(Query.term_set_query(schema, ROOM, sorted(scope.room_ids)))
    if scope.conversation_ids is not None:
        limits.append(Query.term_set_query(schema, CONVERSATION, sorted(scope.conversation_ids)))
    if scope.after is not None:
        limits.append(_range(schema, LAST_SAID, at_least=scope.after))
    if scope.before is not None:
        limits.append(_range(schema, STARTED, below=scope.before))
    return limits


def _range(schema: Schema, field: str, at_least: int | None = None, below: int | None = None) -> Query:
    least = None if at_least is None else max(at_least, 0)
    most = None if below is None else max(below, 0)
    return Query.range_query(schema, field, FieldType.Unsigned, least, most, include_upper=most is None)

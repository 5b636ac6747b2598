"""What one viewer sees of an index: its limits, and how often words are written there."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from tantivy import Occur, Query

from alongside.search.rules import Scope
from alongside.search.words.asking import Side, limits_of
from alongside.search.words.reading import Snapshot
from alongside.search.words.schema import AUDIENCE, ROOM, TEXT, analyser, splitter
from alongside.search.words.spelling import Counted

_ENOUGH_TO_COUNT: Final = 1_000
_SHORTEST_STEM: Final = 3
_MOST_STEMS: Final = 12


@dataclass(slots=True)
class View:
    """One of the two indexes, as one viewer may ask it."""

    snapshot: Snapshot
    scope: Scope
    is_open: bool
    audiences: Query | None = field(init=False)
    limits: list[Query] = field(init=False)
    _counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        schema = self.snapshot.schema
        among = sorted(self.scope.audience_ids)
        self.audiences = Query.term_set_query(schema, AUDIENCE, among) if self.is_limited else None
        self.limits = limits_of(self.scope, schema)
        if self.audiences is not None:
            self.limits.insert(0, self.audiences)

    @property
    def is_limited(self) -> bool:
        return not (self.is_open and self.scope.reads_all_open)

    @property
    def has_none_of_the_rooms(self) -> bool:
        """Asked of open texts alone: of closed ones it would tell what they hold of a room, read by the viewer or not."""
        rooms = self.scope.room_ids
        if rooms is None or self.is_limited:
            return False
        return not any(self.snapshot.searcher.doc_freq(ROOM, room) for room in rooms)

    def as_asked(self) -> Side:
        return Side(self.snapshot.schema, self.snapshot.total, self.count, self.is_limited)

    def count(self, stem: str) -> int:
        """In the whole index. Looked up once a question: each time costs as much as scoring some documents."""
        known = self._counts.get(stem)
        if known is None:
            known = self._counts[stem] = self.snapshot.count(stem)
        return known

    def readable_with(self, stem: str | None) -> int:
        """Counts within the query what this viewer may read."""
        if self.audiences is None and stem is not None:
            return self.count(stem)
        clauses = [] if self.audiences is None else [(Occur.Must, self.audiences)]
        if stem is not None:
            clauses.append((Occur.Must, Query.term_query(self.snapshot.schema, TEXT, stem, "basic")))
        if not clauses:
            return self.snapshot.total
        hits = self.snapshot.searcher.search(Query.boolean_query(clauses), 1, count=True)
        return int(getattr(hits, "count", 0) or 0)

    def first_with(self, stem: str, limit: int) -> tuple[int, ...]:
        """Texts in which this stem says most."""
        clauses = [(Occur.Must, Query.const_score_query(limiting, 0.0)) for limiting in self.limits]
        query = Query.boolean_query([*clauses, (Occur.Must, Query.term_query(self.snapshot.schema, TEXT, stem))])
        return tuple(one.conversation_id for one in self.snapshot.best(query, limit, newest_first=False))


def stems_begun(view: View, letters: str, languages: Iterable[str]) -> list[str]:
    """What begins so, and what a stemmer leaves of it: of “configurat” that is less than was typed."""
    typed = " ".join(splitter().analyze(letters))
    own = (stem for language in languages for stem in analyser(language).analyze(letters))
    shorter = (typed[:length] for length in range(_SHORTEST_STEM, len(typed)))
    longer = view.snapshot.searcher.terms_with_prefix(TEXT, typed, view.audiences, _MOST_STEMS)
    counted = {stem: view.readable_with(stem) for stem in (*own, *shorter)} | dict(longer)
    known = [stem for stem, count in counted.items() if count]
    return sorted(known, key=lambda stem: (-counted[stem], stem))[:_MOST_STEMS]


class Seen:
    """How rare words are, from the open texts; where these are few or not all readable, from what this viewer reads.

    Which of the two is never decided by a closed text. Guesses at mistyped words follow the same rule.
    """

    def __init__(self, sides: list[View], *, is_exact: bool = False) -> None:
        whole = [side for side in sides if not side.is_limited]
        are_many = any(side.is_open and side.snapshot.total >= _ENOUGH_TO_COUNT for side in sides)
        self._sides = whole if whole and are_many and not is_exact else sides
        self._can_look_up = whole[0].snapshot if whole else None
        self._limited = [side for side in sides if side.is_limited]
        self._spelling = [side for side in sides if side.is_open or not are_many]
        self._counts: dict[str, int] = {}
        self.total = sum(side.readable_with(None) for side in self._sides)

    def count(self, stem: str) -> int:
        if stem not in self._counts:
            self._counts[stem] = sum(side.readable_with(stem) for side in self._sides)
        return self._counts[stem]

    def counts(self, stems: Iterable[str]) -> Counted:
        if self._can_look_up is None:
            return []
        counted = ((stem, self._can_look_up.count(stem)) for stem in stems)
        return [(stem, count) for stem, count in counted if count]

    def behind_limits(self, stems: Iterable[str]) -> list[str]:
        """What the open texts know of, they judge themselves. The rest is in no order that hidden texts could change."""
        known = self._can_look_up.count if self._can_look_up is not None else None
        return [
            stem
            for stem in sorted(stems)
            if any(side.count(stem) for side in self._limited) and not (known is not None and known(stem))
        ]

    def starting_with(self, beginning: str) -> Counted:
        for side in self._spelling:
            yield from side.snapshot.searcher.terms_with_prefix(TEXT, beginning, side.audiences)

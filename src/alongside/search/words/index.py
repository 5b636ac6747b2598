"""The index of words as the rest of search sees it: conversations in, proposals out.

Open and closed texts live in two tantivy indexes. The open one is asked without any limit by whoever reads all of
it, which is the fast path; everything else carries the viewer's audiences inside the query.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Self

from tantivy import Occur, Query

from alongside.search.languages import DEFAULT
from alongside.search.rules import Asked, Proposal, Scope, Unit
from alongside.search.words import languages_present
from alongside.search.words.asking import (
    Term,
    Wanted,
    any_of,
    groups_of,
    heaviest,
    most_of_the_words,
    query_for,
    said_by,
    wanted,
)
from alongside.search.words.languages_present import Present
from alongside.search.words.newest import newest_with
from alongside.search.words.reading import ReadingSide
from alongside.search.words.schema import CLOSED, CONVERSATION, OPEN, analyser
from alongside.search.words.viewing import Seen, View, stems_begun
from alongside.search.words.writing import Writing

_TEXTS_EACH: Final = 2
MEMORY: Final = 60_000_000
"""Bytes for each of the two writers. More makes fewer, larger segments and costs an import its modest footprint."""


class NotWritableError(Exception):
    """This index was opened to be read."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in words, and what was looked for."""

    proposals: list[Proposal]
    _groups: tuple[tuple[Term, ...], ...] = ()
    _sides: Sequence[View] = ()

    def covered(self, unit_id: int) -> float:
        """Which share of the question stands in something that the viewer may read: 1 where no word was asked.

        What weighs a word is counted where `Seen` counts, never in texts that the viewer cannot read.
        """
        asked = sum(map(said_by, self._groups))
        standing = max((_standing(side, self._groups, unit_id) for side in self._sides), default=0.0)
        return min(standing / asked, 1.0) if asked else 1.0


@dataclass(frozen=True, slots=True)
class Begun:
    """A stem that a word begins to have, and some texts that hold it."""

    stem: str
    unit_ids: tuple[int, ...]
    languages: tuple[str, ...]


class WordsIndex:
    """Any number may read; one may write, and the kernel takes its lock back however it ends."""

    def __init__(
        self,
        folder: Path,
        *,
        writable: bool = False,
        main_language: str = DEFAULT,
        memory: int = MEMORY,
        threads: int = 2,
    ) -> None:
        """`main_language` counts when the index is made; most texts should be in it, they are written fastest."""
        self._folder = folder
        self._open = ReadingSide(folder / OPEN)
        self._closed = ReadingSide(folder / CLOSED)
        self._present: Present | None = None
        self._present_stamp = (0, 0)
        self._lock = Lock()
        self._writing = Writing(folder, main_language, memory, threads) if writable else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Writing

    def write(self, units: Iterable[Unit]) -> None:
        """Each replaces what was known of its conversation, in whichever of the two that was."""
        writing = self._for_writing()
        for unit in units:
            writing.write(unit)

    def forget(self, conversation_ids: Iterable[int]) -> None:
        """Found no more from the next commit on.

        Its words leave the disk with the next merge or rebuild: `forgotten` says how many wait for that.
        """
        writing = self._for_writing()
        for conversation_id in conversation_ids:
            writing.forget(conversation_id)

    def commit(self) -> None:
        self._for_writing().commit()

    def close(self) -> None:
        """Lets merges end and frees the lock. What was not committed is gone."""
        if self._writing is not None:
            self._writing.close()
            self._writing = None

    def _for_writing(self) -> Writing:
        if self._writing is None:
            raise NotWritableError("This index of words was opened to be read.")
        return self._writing

    # Reading

    def proposals(self, asked: Asked, scope: Scope, limit: int) -> list[Proposal]:
        """Best first, or newest first when asked so (the score then is when it was last said)."""
        return self.look(asked, scope, limit).proposals

    def look(self, asked: Asked, scope: Scope, limit: int) -> Looked:
        """The same, with what was looked for, to ask afterwards how much of it one of them covers."""
        present = self._languages()
        if present is None or limit < 1 or _reads_nothing(scope):
            return Looked([])
        sides = self._sides(scope, present.main)
        looked_for = wanted(asked, present.languages(scope), Seen(sides))
        if looked_for.is_nothing:
            return Looked(self._narrowed_only(asked, sides, limit))
        proposals = _merged([proposal for side in sides for proposal in _looked(side, looked_for, limit)], limit)
        return Looked(proposals, looked_for.groups, sides)

    def begun(self, letters: str, scope: Scope) -> list[Begun]:
        """Stems of open texts that a word beginning so may have, the most usual first, and texts that hold them."""
        present = self._languages()
        snapshot = self._open.now(present.main) if present else None
        if present is None or snapshot is None or _reads_nothing(scope):
            return []
        view, languages = View(snapshot, scope, is_open=True), present.languages(scope)
        stems = ((stem, view.first_with(stem, _TEXTS_EACH)) for stem in stems_begun(view, letters, languages))
        return [Begun(stem, unit_ids, languages) for stem, unit_ids in stems if unit_ids]

    def knows(self, word: str, scope: Scope) -> bool:
        """Whether this viewer may read a text with this word in it."""
        present = self._languages()
        if present is None or _reads_nothing(scope):
            return False
        statistics = Seen(self._sides(scope, present.main), is_exact=True)
        stems = (stem for language in present.languages(scope) for stem in analyser(language).analyze(word))
        return any(statistics.count(stem) for stem in stems)

    @property
    def forgotten(self) -> int:
        """How many conversations, and former states of such, are still on the disk though nobody finds them."""
        present = self._languages()
        snapshots = [self._open.now(present.main), self._closed.now(present.main)] if present else []
        return sum(snapshot.forgotten for snapshot in snapshots if snapshot)

    def _narrowed_only(self, asked: Asked, sides: list[View], limit: int) -> list[Proposal]:
        """“in:#room” and no word: the latest of that room."""
        if not asked.is_narrowed:
            return []
        found: list[Proposal] = []
        for side in sides:
            clauses = [(Occur.Must, limiting) for limiting in side.limits] or [(Occur.Must, Query.all_query())]
            found += side.snapshot.best(Query.boolean_query(clauses), limit, newest_first=True)
        return _merged(found, limit)

    def _languages(self) -> Present | None:
        stamp = languages_present.stamp(self._folder)
        if stamp != self._present_stamp:
            with self._lock:
                self._present = languages_present.read(self._folder)
                self._present_stamp = stamp
        return self._present

    def _sides(self, scope: Scope, main_language: str) -> list[View]:
        sides: list[View] = []
        open_one = self._open.now(main_language)
        if open_one is not None:
            sides.append(View(open_one, scope, is_open=True))
        closed_one = self._closed.now(main_language) if scope.audience_ids else None
        if closed_one is not None:
            sides.append(View(closed_one, scope, is_open=False))
        return sides


def _looked(side: View, looked_for: Wanted, limit: int) -> list[Proposal]:
    if side.has_none_of_the_rooms:
        return []
    if side.is_limited and looked_for.newest_first and not looked_for.phrases:
        groups = [any_of(group) for group in groups_of(looked_for, side.as_asked())]
        needed = most_of_the_words(len(groups))
        if needed < len(groups):
            return newest_with(side.snapshot, side.limits, groups, needed, limit)
    query = query_for(looked_for, side.as_asked(), side.limits)
    return side.snapshot.best(query, limit, newest_first=looked_for.newest_first)


def _standing(side: View, groups: Iterable[Iterable[Term]], unit_id: int) -> float:
    """The weight of those words of the question that stand in one conversation or note."""
    schema = side.snapshot.schema
    this = Query.const_score_query(Query.term_query(schema, CONVERSATION, unit_id), 0.0)
    words = [(Occur.Should, heaviest(group, schema)) for group in groups]
    query = Query.boolean_query([(Occur.Must, this), *words])
    return max((float(score) for score, _ in side.snapshot.searcher.search(query, 1, count=False).hits), default=0.0)


def _reads_nothing(scope: Scope) -> bool:
    if not (scope.reads_all_open or scope.audience_ids):
        return True
    return scope.room_ids == frozenset() or scope.conversation_ids == frozenset()


def _merged(found: list[Proposal], limit: int) -> list[Proposal]:
    best: dict[int, Proposal] = {}
    for proposal in found:
        known = best.get(proposal.conversation_id)
        if known is None or known.score < proposal.score:
            best[proposal.conversation_id] = proposal
    return sorted(best.values(), key=attrgetter("score", "conversation_id"), reverse=True)[:limit]

"""What changed between two texts, in words; and two people's changes to one text put together, so that nothing is lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from alongside.notes.content import FIELDS, Content
from alongside.notes.word_runs import Words, run_together, same_words, split


class Kind(StrEnum):
    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    kind: Kind
    text: str


def differences(before: str, after: str) -> tuple[Change, ...]:
    """What was removed stands before what was added in its place. Kept and removed give `before`, kept and added `after`."""
    old, new = split(before), split(after)
    pairs = same_words(old.words, new.words)
    told: list[Change] = []
    here = there = 0
    for place, spot in [*pairs, (len(old.words), len(new.words))]:
        gone, came = old.text(here, place), new.text(there, spot)
        space, spacing = old.spaces[place], new.spaces[spot]
        same = space == spacing
        _tell(told, Kind.REMOVED, gone if same else gone + space)
        _tell(told, Kind.ADDED, came if same else came + spacing)
        word = old.words[place] if place < len(old.words) else ""
        _tell(told, Kind.KEPT, space + word if same else word)
        here, there = place + 1, spot + 1
    return tuple(told)


def _tell(told: list[Change], kind: Kind, text: str) -> None:
    if told and told[-1].kind == kind:
        told[-1] = Change(kind, told[-1].text + text)
    elif text:
        told.append(Change(kind, text))


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that both changed. What stands from `start` to `end` of the merged text is theirs, then mine.

    `theirs` and `mine` are what each has there, with the space before it; empty: they took out what stood there.
    """

    field: str
    start: int
    end: int
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Merged:
    content: Content
    conflicts: tuple[Conflict, ...] = ()


def merged(base: Content, mine: Content, theirs: Content) -> Merged:
    """`base` is what I began from, `theirs` what somebody else saved meanwhile."""
    texts: dict[str, str] = {}
    conflicts: list[Conflict] = []
    for field in FIELDS:
        texts[field], found = merged_text(
            getattr(base, field), getattr(mine, field), getattr(theirs, field), field=field
        )
        conflicts.extend(found)
    return Merged(Content(**texts), tuple(conflicts))


def merged_text(base: str, mine: str, theirs: str, *, field: str = "") -> tuple[str, tuple[Conflict, ...]]:
    if theirs in (base, mine):
        return mine, ()
    if base == mine:
        return theirs, ()
    return _Writing(field).written(split(base), split(mine), split(theirs))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From one word that both left to the next: what stood there, what I and what they put there; then that word."""

    base: tuple[int, int]
    mine: tuple[int, int]
    theirs: tuple[int, int]


def _stretches(base: Words, mine: Words, theirs: Words) -> Iterator[_Stretch]:
    in_mine = dict(same_words(base.words, mine.words))
    in_theirs = dict(same_words(base.words, theirs.words))
    both_left = [place for place in range(len(base.words)) if place in in_mine and place in in_theirs]
    here, at_mine, at_theirs = 0, 0, 0
    for place in both_left:
        yield _Stretch((here, place), (at_mine, in_mine[place]), (at_theirs, in_theirs[place]))
        here, at_mine, at_theirs = place + 1, in_mine[place] + 1, in_theirs[place] + 1
    ends = len(base.words), len(mine.words), len(theirs.words)
    yield _Stretch((here, ends[0]), (at_mine, ends[1]), (at_theirs, ends[2]))


class _Writing:
    """The merged text as it comes about."""

    def __init__(self, field: str) -> None:
        self._field = field
        self._pieces: list[str] = []
        self._length = 0
        self._last: tuple[str, ...] = ()
        self._conflicts: list[Conflict] = []

    def written(self, base: Words, mine: Words, theirs: Words) -> tuple[str, tuple[Conflict, ...]]:
        for stretch in _stretches(base, mine, theirs):
            self._stretch(base, mine, theirs, stretch)
            place, my_place, their_place = stretch.base[1], stretch.mine[1], stretch.theirs[1]
            space = _space(base.spaces[place], mine.spaces[my_place], theirs.spaces[their_place])
            if place < len(base.words):
                others = (base.spaces[place], mine.spaces[my_place], theirs.spaces[their_place])
                self._word(space, base.words[place], max(others, key=len))
            else:
                self._write(space)
        return "".join(self._pieces), tuple(self._conflicts)

    def _stretch(self, base: Words, mine: Words, theirs: Words, stretch: _Stretch) -> None:
        stood = base.words[slice(*stretch.base)]
        my_words, their_words = mine.words[slice(*stretch.mine)], theirs.words[slice(*stretch.theirs)]
        if their_words in (my_words, stood):
            self._words(mine, *stretch.mine)
        elif my_words == stood:
            self._words(theirs, *stretch.theirs)
        else:
            self._both(mine, theirs, stretch, anything_stood=bool(stood))

    def _both(self, mine: Words, theirs: Words, stretch: _Stretch, *, anything_stood: bool) -> None:
        my_words, their_words = mine.words[slice(*stretch.mine)], theirs.words[slice(*stretch.theirs)]
        if not anything_stood and _goes_on(their_words, my_words):
            self._words(mine, *stretch.mine)  # I added what they added, and more
        elif not anything_stood and _goes_on(my_words, their_words):
            self._words(theirs, *stretch.theirs)
        else:
            self._one_after_the_other(mine, theirs, stretch)

    def _one_after_the_other(self, mine: Words, theirs: Words, stretch: _Stretch) -> None:
        """Each as a whole, though they may share words: half a sentence of either is one that nobody wrote."""
        from_place = self._length
        self._words(theirs, *stretch.theirs)
        both = theirs.text(*stretch.theirs), mine.text(*stretch.mine)
        # Two paragraphs stay two paragraphs; anything else is told apart by a space.
        apart = "\n\n" if any("\n" in text for text in both) else " "
        self._words(mine, *stretch.mine, apart=apart if both[0] else "")
        self._conflicts.append(Conflict(self._field, from_place, self._length, *both))

    def _words(self, source: Words, start: int, end: int, apart: str = "") -> None:
        for place in range(start, end):
            space = source.spaces[place]
            self._word(space or apart if place == start else space, source.words[place])

    def _word(self, space: str, word: str, other_space: str = "") -> None:
        if not space and self._last and run_together(*self._last, word):
            space = other_space or " "
        self._write(space + word)
        self._last = (word,) if space else (*self._last[-1:], word)

    def _write(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)


def _goes_on(shorter: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    """Somebody who saves twice, the second time with more, has not written two things."""
    return longer[: len(shorter)] == shorter or longer[len(longer) - len(shorter) :] == shorter


def _space(base: str, mine: str, theirs: str) -> str:
    return mine if theirs == base else theirs

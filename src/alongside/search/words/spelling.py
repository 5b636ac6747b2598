"""What somebody may have meant by a word that nobody wrote. Pure: it is told which words there are."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

_SHORTEST: Final = 4
_LONG: Final = 8
_LONGEST: Final = 24
_LONGEST_ENDING: Final = 5
_LEAST_SHARE: Final = 0.6
_KEPT: Final = 5
_TOO_RARE_BESIDE_THE_BEST: Final = 0.1
_ALPHABETS: Final = ("abcdefghijklmnopqrstuvwxyz", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "αβγδεζηθικλμνξοπρστυφχψως")

Counted = Iterable[tuple[str, int]]
"""Stems and in how many conversations they stand."""


def mistakes_allowed(word: str) -> int:
    """A short word has too many neighbours to guess, and one with figures is a name or a number."""
    if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha():
        return 0
    return 2 if len(word) >= _LONG else 1


def one_mistake_away(word: str) -> set[str]:
    alphabet = next((letters for letters in _ALPHABETS if word[0] in letters), "")
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    dropped = (left + right[1:] for left, right in cuts if right)
    swapped = (left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1)
    changed = (left + letter + right[1:] for left, right in cuts if right for letter in alphabet)
    added = (left + letter + right for left, right in cuts for letter in alphabet)
    return set(chain(dropped, swapped, changed, added)) - {word}


def likeliest(counted: Counted) -> list[str]:
    """The usual words among the neighbours: a mistake is more often one of a word that many write."""
    by_count = sorted(counted, key=lambda pair: (-pair[1], pair[0]))[:_KEPT]
    return [stem for stem, count in by_count if count > by_count[0][1] * _TOO_RARE_BESIDE_THE_BEST]


def nearest(word: str, stem: str, mistakes: int, starting_with: Callable[[str], Counted]) -> list[str]:
    """The stems that need the fewest mistakes. Beginnings are looked up, not all words: most get those right."""
    found: dict[int, dict[str, int]] = {}
    for start in _beginnings(word):
        for candidate, count in starting_with(start):
            if _could_be(candidate, word, mistakes):
                allowed = min(mistakes, mistakes_allowed(candidate))
                needed = min(_distance(candidate, other, allowed) for other in {word, stem})
                if needed <= allowed:
                    found.setdefault(needed, {})[candidate] = count
    best = min(found, default=None)
    return [] if best is None else likeliest(found[best].items())


def _beginnings(word: str) -> Iterator[str]:
    yield from dict.fromkeys((word[:2], word[1] + word[0], word[1:3], word[0] + word[2]))


def _could_be(stem: str, word: str, mistakes: int) -> bool:
    """Cheap, and true of all that `_distance` would accept: only what passes is compared letter by letter."""
    length = len(stem)
    return (
        _SHORTEST <= length <= len(word) + mistakes
        and length >= len(word) - _LONGEST_ENDING
        and length >= len(word) * _LEAST_SHARE
        and len(set(stem).difference(word)) <= mistakes
    )


def _distance(stem: str, word: str, allowed: int) -> int:
    """Mistakes between a stem and the beginning of a word: its ending, mistyped, was never taken off by a stemmer.

    Letters added, dropped, changed, or two swapped (optimal string alignment). Given up once there are too many.
    """
    before: list[int] = []
    row = list(range(len(word) + 1))
    for down, letter in enumerate(stem):
        two_before, before, row = before, row, [down + 1]
        for across, other in enumerate(word):
            cost = min(before[across] + (letter != other), before[across + 1] + 1, row[across] + 1)
            if down and across and letter == word[across - 1] and stem[down - 1] == other:
                cost = min(cost, two_before[across - 1] + 1)
            row.append(cost)
        if min(row) > allowed:
            break
    return min(row[-1 - _LONGEST_ENDING :])

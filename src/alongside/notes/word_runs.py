"""A text as words with the space before each, and which words of one text are the same in another.

Own code rather than difflib alone: difflib looks at every pair of equal words, which takes seconds on a long text of
common ones. Here words that occur once in both texts are the fixed points (as in patience diff), and difflib sees
only the short stretches between them.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# An address is one word; so are “don't” and “e-mail”: half of one changed is a word nobody wrote.
_WORD = re.compile(r"https?://\S+|\w+(?:['’-]\w+)*|[^\w\s]+")
# Beyond this many pairs a stretch without fixed points is taken as wholly changed: coarse, but quick and right.
_MOST_PAIRS = 20_000
_LITTLE_WORD = 3

Pairs = list[tuple[int, int]]
"""Places (in one, in the other) of words taken as the same; both rise."""


@dataclass(frozen=True, slots=True)
class Words:
    """`spaces[i]` stands before `words[i]`; one more space stands at the end."""

    words: tuple[str, ...]
    spaces: tuple[str, ...]

    def text(self, start: int, end: int) -> str:
        between = zip(self.spaces[start:end], self.words[start:end], strict=True)
        return "".join(space + word for space, word in between)


def split(text: str) -> Words:
    words: list[str] = []
    spaces: list[str] = []
    position = 0
    for found in _WORD.finditer(text):
        spaces.append(text[position : found.start()])
        words.append(found.group())
        position = found.end()
    return Words(tuple(words), (*spaces, text[position:]))


def run_together(*words: str) -> bool:
    """Whether these, written without a space, would read as other words."""
    return _WORD.findall("".join(words)) != list(words)


def same_words(one: Sequence[str], other: Sequence[str]) -> Pairs:
    """What was kept, as a reader would see it: not the most pairs there could be, but those that mean something."""
    return _without_chance(_aligned(one, other), one, other)


def _aligned(one: Sequence[str], other: Sequence[str]) -> Pairs:
    pairs: Pairs = []
    to_do = [(0, len(one), 0, len(other))]
    while to_do:
        start, end, begin, stop = to_do.pop()
        while start < end and begin < stop and one[start] == other[begin]:
            pairs.append((start, begin))
            start, begin = start + 1, begin + 1
        while start < end and begin < stop and one[end - 1] == other[stop - 1]:
            end, stop = end - 1, stop - 1
            pairs.append((end, stop))
        if start == end or begin == stop:
            continue
        fixed = _fixed_points(one, other, (start, end, begin, stop))
        if fixed:
            gaps = zip([(start - 1, begin - 1), *fixed], [*fixed, (end, stop)], strict=True)
            to_do.extend((here + 1, there, mine + 1, yours) for (here, mine), (there, yours) in gaps)
            pairs.extend(fixed)
        elif (end - start) * (stop - begin) <= _MOST_PAIRS:
            pairs.extend(_by_longest_run(one, other, (start, end, begin, stop)))
    return sorted(pairs)


def _fixed_points(one: Sequence[str], other: Sequence[str], within: tuple[int, int, int, int]) -> Pairs:
    """The longest rising row of words that occur once in both stretches."""
    start, end, begin, stop = within
    once = {word for word, times in Counter(one[start:end]).items() if times == 1}
    once &= {word for word, times in Counter(other[begin:stop]).items() if times == 1}
    if not once:
        return []
    places = {other[place]: place for place in range(begin, stop) if other[place] in once}
    return _longest_rising([(place, places[one[place]]) for place in range(start, end) if one[place] in once])


def _longest_rising(pairs: Pairs) -> Pairs:
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        ends[length:] = [place, *ends[length + 1 :]] if length < len(ends) else [place]
        last[length:] = [index, *last[length + 1 :]] if length < len(last) else [index]
        before.append(last[length - 1] if length else -1)
    rising: Pairs = []
    index = last[-1] if last else -1
    while index >= 0:
        rising.append(pairs[index])
        index = before[index]
    return rising[::-1]


def _by_longest_run(one: Sequence[str], other: Sequence[str], within: tuple[int, int, int, int]) -> Pairs:
    start, end, begin, stop = within
    matcher = SequenceMatcher(None, one[start:end], other[begin:stop], autojunk=False)
    blocks = matcher.get_matching_blocks()
    return [(start + block.a + step, begin + block.b + step) for block in blocks for step in range(block.size)]


def _without_chance(pairs: Pairs, one: Sequence[str], other: Sequence[str]) -> Pairs:
    """A comma or a “the” that a rewritten sentence has in common with the old one by chance was not kept in it.

    Such a run goes when all its words are little and more was changed on either side of it than it holds itself.
    """
    runs = _runs(pairs)
    kept: Pairs = []
    before = (-1, -1)
    for index, run in enumerate(runs):
        after = runs[index + 1][0] if index + 1 < len(runs) else (len(one), len(other))
        by_chance = all(len(one[place]) <= _LITTLE_WORD for place, _ in run)
        if by_chance and len(run) < min(_changed(before, run[0]), _changed(run[-1], after)):
            continue
        kept.extend(run)
        before = run[-1]
    return kept


def _changed(before: tuple[int, int], after: tuple[int, int]) -> int:
    return max(after[0] - before[0], after[1] - before[1]) - 1


def _runs(pairs: Pairs) -> list[Pairs]:
    runs: list[Pairs] = []
    for pair in pairs:
        if runs and runs[-1][-1] == (pair[0] - 1, pair[1] - 1):
            runs[-1].append(pair)
        else:
            runs.append([pair])
    return runs

"""Rising themes: what is talked about more than before, in its own words, from what the viewer may read.

Computed for each request from texts already checked; nothing of it is stored, and nothing is counted for anybody.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import log

from alongside.conversations.asking import titles_between
from alongside.kit import clock
from alongside.people.rules import Viewer
from alongside.search.words.schema import is_stop_word

RECENT = timedelta(days=90)
BEFORE = timedelta(days=455)
MOST_TITLES = 400
THEMES = 4
# In fewer conversations than that it is a word, not a theme.
FEWEST = 2
SHORTEST = 4

# Words that stand in titles everywhere and name nothing.
_NAMES_NOTHING = frozenset(
    """
    anybody anyone anything everybody everyone everything nobody nothing somebody someone something people person thing
    things today tomorrow yesterday morning afternoon evening week weeks month months year years time times again still
    really need needs want wants know think help please thanks hello question questions problem issue update first last
    next back good better best right wrong long short new old same other another every each many much more most less
    here there where when what which while would could should might must does doing done make makes made take takes
    """.split()  # noqa: SIM905 (words are read as words)
)
_WORD = re.compile(r"[^\W\d_][\w'’-]{2,}")


@dataclass(frozen=True, slots=True)
class Theme:
    words: str


def rising_themes(viewer: Viewer) -> list[Theme]:
    """A few themes, the one that rose most first; none where little was said lately. Two queries."""
    now = clock.now()
    recent = titles_between(viewer, now - RECENT, now, MOST_TITLES)
    before = titles_between(viewer, now - BEFORE, now - RECENT, MOST_TITLES)
    return [Theme(words) for words in rising(recent, before)]


def rising(recent: Sequence[str], before: Sequence[str]) -> list[str]:
    """Words and pairs of words that more of the recent titles have than of those before. Pure.

    Score: how often now times the log of how much more than before, add-one smoothed; a pair takes its words along.
    """
    now, then = _in_how_many(recent), _in_how_many(before)
    share_now, share_then = len(recent) + 1, len(before) + 1
    scores = {
        term: number * log(((number + 0.5) / share_now) / ((then[term] + 0.5) / share_then))
        for term, number in now.items()
        if number >= FEWEST
    }
    chosen: list[str] = []
    for term in sorted(scores, key=lambda one: (-scores[one] * (1.5 if " " in one else 1.0), one)):
        is_new = not any(set(term.split()) & set(other.split()) for other in chosen)
        if scores[term] > 0 and is_new:
            chosen.append(term)
    return chosen[:THEMES]


def _in_how_many(texts: Iterable[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for text in texts:
        words = [word.lower() for word in _WORD.findall(text)]
        telling = [
            word
            for word in words
            if len(word) >= SHORTEST and not is_stop_word(word, "en") and word not in _NAMES_NOTHING
        ]
        pairs = {f"{a} {b}" for a, b in pairwise(words) if a in telling and b in telling}
        found.update({*telling, *pairs})
    return found

"""Taking somebody's words out of a note that several people wrote. Pure.

A note is a row of revisions. Each word of one came from the revision that first had it; what was kept from one revision
to the next stays its writer's, and putting back what was there before gives nobody words that were not theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from alongside.conversations.rules import title_of
from alongside.notes.content import FIELDS, PARTS, Content, tidied
from alongside.notes.word_runs import Words, run_together, same_words, split


@dataclass(frozen=True, slots=True)
class Written:
    """What a revision said, and whether whoever is to be forgotten wrote it."""

    content: Content
    is_forgotten: bool


def without_the_forgotten(revisions: Sequence[Written]) -> list[Content]:
    """The same revisions, in which only words of the others are left."""
    left = {field: _left(field, revisions) for field in FIELDS}
    contents = [Content(*(left[field][number] for field in FIELDS)) for number in range(len(revisions))]
    return [_titled(tidied(content)) for content in contents]


def says_nothing(content: Content) -> bool:
    return not any(sign.isalnum() for field in FIELDS for sign in getattr(content, field))


def _titled(content: Content) -> Content:
    """A title that is gone is given by what is left; a note has one."""
    if any(sign.isalnum() for sign in content.title):
        return content
    words = next((text for text in (getattr(content, part) for part in PARTS) if text), "")
    return Content(title_of("", words) if words else "…", *(getattr(content, part) for part in PARTS))


def _left(field: str, revisions: Sequence[Written]) -> list[str]:
    """What of one part is left in each revision."""
    known: dict[str, list[bool]] = {}
    before, gone_before = split(""), list[bool]()
    texts = []
    for revision in revisions:
        text = getattr(revision.content, field)
        words = split(text)
        gone = known.get(text) or _origins(before, gone_before, words, is_forgotten=revision.is_forgotten)
        known[text] = gone
        before, gone_before = words, gone
        texts.append(_without(words, gone))
    return texts


def _origins(before: Words, gone_before: Sequence[bool], now: Words, *, is_forgotten: bool) -> list[bool]:
    """For each word whether it is of the forgotten: as it was where it was kept, otherwise whose revision it is."""
    gone = [is_forgotten] * len(now.words)
    for place, new_place in same_words(before.words, now.words):
        gone[new_place] = gone_before[place]
    return gone


def _without(words: Words, gone: Sequence[bool]) -> str:
    pieces: list[str] = []
    last = ""
    for word, space, is_gone in zip(words.words, words.spaces, gone, strict=False):
        if is_gone:
            continue
        between = space or (" " if last and run_together(last, word) else "")
        pieces.append(between + word)
        last = word
    return "".join(pieces)

"""Whether words are still what their author says, and what they became when a message was edited. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import Final

from alongside.notes.passages import Said, Sentence, sentences
from alongside.notes.word_runs import split

# A sentence changed slightly when three of four words are as they were; below that it is another sentence.
_SLIGHTLY: Final = 0.75
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


def stands_in(words: str, said: str) -> bool:
    """Whether these words stand in what was said. Spaces and ends of lines are nobody's words."""
    wanted = " ".join(words.split())
    return bool(wanted) and wanted in " ".join(said.split())


def followed(words: str, said: str) -> str:
    """The sentences of an edited message that these words became; empty where they were taken away."""
    best, likeness = "", _SLIGHTLY
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(_words(words))  # what it knows of the second it keeps
    for text in _stretches(said, len(_own(words)) + 1):
        matcher.set_seq1(_words(text))
        least = likeness if best else _SLIGHTLY - 1e-9
        if matcher.quick_ratio() > least and (found := matcher.ratio()) > least:
            best, likeness = text, found
    return best


def _words(text: str) -> list[str]:
    return [word.lower() for word in split(text).words]


def _stretches(said: str, most: int) -> Iterator[str]:
    """What stands in a message from one sentence to another, of no more sentences than that."""
    own = _own(said)
    for first, start in enumerate(own):
        for end in own[first : first + most]:
            yield said[start.start : end.end]


def _own(text: str) -> tuple[Sentence, ...]:
    return sentences([Said(0, None, "", text, _NO_TIME)])

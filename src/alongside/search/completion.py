"""The word that somebody is typing, as it is written in texts that are open to everybody of theirs.

The index of open texts knows stems, and no text; so the likeliest stems are looked up there, and how they are
written in the best of the texts that hold them. Nothing is kept for it when texts are written. Closed texts are not
looked at, not even for who may read them: everybody who reads the organisation is offered the same words.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from alongside.audiences.queries import readable
from alongside.conversations.queries import confirmed, rooms_beginning
from alongside.notes.whole_texts import confirmed_notes
from alongside.people.rules import Viewer
from alongside.search.marking import words_beginning
from alongside.search.rules import Scope, note_of_unit
from alongside.search.serving import indexes
from alongside.search.words.index import Begun
from alongside.search.words.schema import analyser

FEWEST_LETTERS: Final = 3
LONGEST_WORD: Final = 40
MOST_WORDS: Final = 8
MESSAGES_EACH: Final = 20

_LAST_WORD: Final = re.compile(r"[^\W_]+\Z")
_LAST_PIECE: Final = re.compile(r"\S*\Z")
_OPERATOR: Final = re.compile(r"(?:in|from|after|before):", re.IGNORECASE)


def completed(viewer: Viewer, typed: str) -> list[str]:
    """What a question may become, its last word ended; after `in:` the names of rooms that the viewer may read."""
    piece = _last(typed, _LAST_PIECE)
    if piece.lower().startswith("in:"):
        before = typed[: len(typed) - len(piece)]
        return [f"{before}{_in(room.name)}" for room in rooms_beginning(viewer, piece[3:].strip('"')[:100])]
    letters = _last(typed, _LAST_WORD)
    return [f"{typed[: len(typed) - len(letters)]}{word}" for word in words_completed(viewer, typed)]


def words_completed(viewer: Viewer, typed: str) -> list[str]:
    """What the last word typed may become, the most usual words first."""
    letters = _last(typed, _LAST_WORD)
    here = indexes().words
    if here is None or not FEWEST_LETTERS <= len(letters) <= LONGEST_WORD or _OPERATOR.match(_last(typed, _LAST_PIECE)):
        return []
    everybody = Viewer(None, (), viewer.reads_organisation)
    may = readable(everybody)
    begun = here.begun(letters, Scope(may.reads_organisation, may.audience_ids))
    texts = _texts(everybody, [unit for one in begun for unit in one.unit_ids])
    words = (word for one in begun for word in _written(one, letters, texts))
    return list(dict.fromkeys(words))[:MOST_WORDS]


def _last(typed: str, pattern: re.Pattern[str]) -> str:
    found = pattern.search(typed)
    return found.group() if found else ""


def _in(name: str) -> str:
    return f'in:"{name}"' if " " in name else f"in:{name}"


def _texts(everybody: Viewer, unit_ids: Sequence[int]) -> dict[int, list[str]]:
    """The words of these, as far as everybody may read them now."""
    rows = [unit for unit in dict.fromkeys(unit_ids) if note_of_unit(unit) is None]
    notes = {unit: note for unit in unit_ids if (note := note_of_unit(unit)) is not None}
    kept = confirmed_notes(everybody, list(notes.values())) if notes else {}
    said = {
        one.conversation_id: [one.title, *(message.text for message in one.messages)]
        for one in confirmed(everybody, rows, MESSAGES_EACH)
    }
    return said | {unit: [kept[note].title, kept[note].text] for unit, note in notes.items() if note in kept}


def _written(begun: Begun, letters: str, texts: dict[int, list[str]]) -> Iterator[str]:
    """How a stem is written: its most usual form, and the next if that is another word."""
    pieces = [text for unit in begun.unit_ids for text in texts.get(unit, ())]
    forms = Counter(word for text in pieces for word in words_beginning(text, letters) if len(word) <= LONGEST_WORD)
    usual = sorted(forms, key=lambda word: (-forms[word], word))
    shown: dict[str, str] = {}
    for word in usual:
        if _has_stem(word, begun.stem, begun.languages):
            shown.setdefault(word.lower(), word)
    yield from list(shown.values())[:2]


def _has_stem(word: str, stem: str, languages: Iterable[str]) -> bool:
    return any(stem in analyser(language).analyze(word) for language in languages)

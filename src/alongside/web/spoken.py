"""In which language something is that people wrote: what `lang=` says of it, for who listens to a page.

Looked at when it is shown, and nothing of it is stored: a column would cost every import for pages that few read. So
the hottest page must not feel it. Most texts are in the language of the page and show it by a word that stands
nowhere else; what shows neither that nor a sign of another language is taken for it. Only what is left is read by the
detector, which takes a hundred times as long, and of one page only the first few: the rest follows them.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from django.conf import settings

from alongside.search.languages import language_of

READ_BY_DETECTOR: Final = 8
_LOOKED_AT: Final = 400
_TOO_SHORT: Final = 24

# Words that stand in most sentences of a language and in none of another's. Pages are in English for now.
_OWN: Final = {
    "en": (" the ", " and ", " you ", " that ", " this ", " with ", " have ", " what ", " from ", " which ", " how "),
}
_OTHERS: Final = (
    " der ", " die ", " das ", " und ", " ist ", " nicht ", " ich ", " wir ", " ein ", " le ", " la ", " les ", " des ",
    " est ", " une ", " pas ", " pour ", " et ", " el ", " los ", " que ", " para ", " como ", " il ", " che ", " di ",
    " per ", " non ", " um ", " uma ", " com ", " het ", " een ", " van ", " niet ", " og ", " och ", " ikke ", " att ",
    " nie ", " jest ", " się ", " na ", " ve ", " bir ", " ja ", " on ei ",
)  # fmt: skip
_FOREIGN_LETTER: Final = re.compile("[ß-öø-ɏͰ-῿⸀-퟿]")
_TAG: Final = re.compile(r"<[^>]*>?")


def spoken(*texts: str) -> str:
    """Of one text, such as a title with the passage below it. ISO 639-1."""
    return spoken_each([" ".join(texts)])[0]


def spoken_each(texts: Iterable[str]) -> list[str]:
    """Of the texts, or pieces of HTML, of one page."""
    own = settings.LANGUAGE_CODE
    marks = _OWN.get(own, ())
    found: list[str] = []
    read: Counter[str] = Counter()
    for text in texts:
        beginning = text[:_LOOKED_AT]
        if _has_one(beginning, marks) or not _may_be_another(beginning, has_marks=bool(marks)):
            found.append(own)
        elif read.total() >= READ_BY_DETECTOR:
            found.append(read.most_common(1)[0][0])
        else:
            found.append(language_of(_TAG.sub(" ", beginning), own))
            read[found[-1]] += 1
    return found


def _has_one(beginning: str, marks: Iterable[str]) -> bool:
    for mark in marks:  # noqa: SIM110 - `any` takes half as long again, thirty times a page
        if mark in beginning:
            return True
    return False


def _may_be_another(beginning: str, *, has_marks: bool) -> bool:
    if _FOREIGN_LETTER.search(beginning) is not None:
        return True
    if len(beginning) < _TOO_SHORT:
        return False
    lowered = beginning.lower()
    return not has_marks or _has_one(lowered, _OTHERS)

"""Which language a text is in. The stemmer follows it, so a wrong guess costs more than an honest default."""

import re
from functools import cache
from typing import Final, Protocol

STEMMERS: Final = {
    "ar": "Arabic",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fi": "Finnish",
    "fr": "French",
    "hi": "Hindi",
    "hu": "Hungarian",
    "it": "Italian",
    "lt": "Lithuanian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "ta": "Tamil",
    "tr": "Turkish",
}
_WITHOUT_STEMMER: Final = ("bg", "fa", "he", "hr", "ja", "ko", "sk", "sl", "th", "uk", "vi", "zh")
"""Known so that they are not taken for a neighbour and stemmed by its rules."""

DEFAULT: Final = "en"
_LOOKED_AT: Final = 400
_ENOUGH_LETTERS: Final = re.compile(r"(?:[^A-Za-z]*+[A-Za-z]){24}")
_SURE_ENOUGH: Final = 0.9


def language_of(text: str, default: str = DEFAULT) -> str:
    """ISO 639-1 of a text. Short or mixed ones are in the language of where they were said: `default`.

    The same text always gets the same language: an index built twice is the same index.
    """
    beginning = text[:_LOOKED_AT]
    if beginning.isascii() and not _ENOUGH_LETTERS.match(beginning):
        return default
    language, confidence = _identifier().classify(beginning.encode("utf-8", "replace"))
    return language if confidence >= _SURE_ENOUGH else default


class _Identifier(Protocol):
    def classify(self, text: bytes) -> tuple[str, float]: ...


@cache
def _identifier() -> _Identifier:
    """Loaded when first needed (0.7 s). Built twice so that only the languages we know stay in memory, and as numbers
    that numpy need not convert for every text.
    """
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    whole.set_languages([*STEMMERS, *_WITHOUT_STEMMER])
    identifier: _Identifier = LanguageIdentifier(
        np.ascontiguousarray(whole.nb_ptc, dtype=np.float32),
        whole.nb_pc,
        whole.nb_classes,
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )
    return identifier

"""What an index of words is made of: its fields, and how text becomes words.

All languages share one field. One field per language would give each its own average length, and tantivy
divides that by all documents: three German conversations among thousands of English ones would drown. So text
of the main language is analysed by tantivy while it indexes (the fast way), text of any other is analysed
beforehand, and a question is stemmed once for each language that its asker's texts are in.
"""

from functools import cache
from typing import Final

from tantivy import Filter, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from alongside.search.languages import STEMMERS

VERSION: Final = 1
"""Goes up when an index of before could not be read any more; whoever opens one must then rebuild it."""

OPEN: Final = "open"
CLOSED: Final = "closed"

CONVERSATION: Final = "conversation"
AUDIENCE: Final = "audience"
ROOM: Final = "room"
STARTED: Final = "started"
LAST_SAID: Final = "last_said"
TEXT: Final = "text"

PLAIN: Final = "plain"
_LONGEST_WORD: Final = 100

# Chinese and Japanese put no spaces between words: each sign is one, and a question asks for two in a row.
SIGNS: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_PLAIN_WORDS: Final = rf"[{SIGNS}]|[\p{{L}}\p{{N}}\p{{M}}&&[^{SIGNS}]]+"

# tantivy knows 33 English stop words, and none of those that questions are made of.
_MORE_STOP_WORDS: Final = {
    "en": """
    i me my mine we us our ours you your yours he him his she her hers its them theirs
    what which who whom whose those am were been being has have had having do does did doing
    would should could can may might must shall about against between through during before after above below
    from up down out off over under again further once here when where why how all any both each few more most
    other some nor only own same so than too very just s t don ve re ll d m also
    """
}


def schema_for(main_language: str) -> Schema:
    builder = SchemaBuilder()
    for field in (CONVERSATION, AUDIENCE, ROOM):
        builder.add_unsigned_field(field, indexed=True, fast=True)
    for field in (STARTED, LAST_SAID):
        builder.add_unsigned_field(field, fast=True)
    builder.add_text_field(TEXT, tokenizer_name=analyser_name(main_language))
    return builder.build()


def analyser_name(language: str) -> str:
    return language if language in STEMMERS else PLAIN


@cache
def analyser(language: str) -> TextAnalyzer:
    """Folded before it is stemmed, so that a question typed without accents has the same stem."""
    name = analyser_name(language)
    builder = _folding(Tokenizer.regex(_PLAIN_WORDS) if name == PLAIN else Tokenizer.simple())
    return (builder if name == PLAIN else builder.filter(Filter.stemmer(STEMMERS[name]))).build()


@cache
def splitter() -> TextAnalyzer:
    """Words as typed, only folded: what a question is made of before any language is thought of."""
    return _folding(Tokenizer.regex(_PLAIN_WORDS)).build()


@cache
def _without_stop_words(language: str) -> TextAnalyzer:
    builder = _folding(Tokenizer.simple()).filter(Filter.stopword(STEMMERS[language]))
    more = _MORE_STOP_WORDS.get(language)
    return (builder.filter(Filter.custom_stopword(more.split())) if more else builder).build()


def is_stop_word(word: str, language: str) -> bool:
    return language in STEMMERS and not _without_stop_words(language).analyze(word)


def _folding(tokenizer: Tokenizer) -> TextAnalyzerBuilder:
    builder = TextAnalyzerBuilder(tokenizer).filter(Filter.remove_long(_LONGEST_WORD))
    return builder.filter(Filter.lowercase()).filter(Filter.ascii_fold())

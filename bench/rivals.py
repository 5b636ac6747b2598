"""What one could have instead, over the same texts: BM25, SQLite FTS5, and the plain fusion over whole texts."""

import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from alongside.search.meaning.encoder import Encoder

Table = NDArray[np.float32]
"""One line for each question, one column for each text."""

KEPT = 100
_WORD = re.compile(r"\w+")


def bm25(texts: Sequence[str], queries: Sequence[str], k1: float = 1.2, b: float = 0.75) -> Table:
    """By the book: English stems, no list of stop words, what a question repeats counts again.

    Robertson's rarity, nothing for words that stand in more than half of the texts: of the usual variants (Lucene's
    rarity, stop words, each word once, other k1 and b) the one that found most on the chat.
    """
    analyser = _english()
    counted = [Counter(analyser.analyze(text)) for text in texts]
    asked = [Counter(analyser.analyze(query)) for query in queries]
    number = {stem: place for place, stem in enumerate(dict.fromkeys(chain.from_iterable(asked)))}
    lengths = np.array([sum(one.values()) for one in counted], dtype=np.float32)
    written = np.zeros((len(number), len(texts)), dtype=np.float32)
    for column, one in enumerate(counted):
        for stem in one.keys() & number.keys():
            written[number[stem], column] = one[stem]
    among = np.count_nonzero(written, axis=1)
    rarity = np.log(np.maximum((len(texts) - among + 0.5) / (among + 0.5), 1 + 1e-6)).astype(np.float32)
    weights = rarity[:, None] * written / (written + k1 * (1 - b + b * lengths / lengths.mean()))
    scores = np.zeros((len(queries), len(texts)), dtype=np.float32)
    for line, one in enumerate(asked):
        for stem, times in one.items():
            scores[line] += times * weights[number[stem]]
    return scores


def likeness(encoder: Encoder, texts: Sequence[str], queries: Sequence[str]) -> Table:
    """The cosine of whole texts, as far as the model reads."""
    table: Table = encoder.encode(queries) @ encoder.encode(texts).T
    return table


def plain_fusion(words: Table, meaning: Table, share: float = 0.7) -> Table:
    """0.7 meaning + 0.3 words, each from its least to its best over all texts."""
    return (share * _scaled(meaning) + (1 - share) * _scaled(words)).astype(np.float32)


def _scaled(table: Table) -> Table:
    low, high = table.min(axis=1, keepdims=True), table.max(axis=1, keepdims=True)
    scaled: Table = (table - low) / np.maximum(high - low, 1e-9)
    return scaled


def ranked(table: Table, ids: Sequence[str]) -> list[list[str]]:
    order = np.argsort(-table, axis=1, kind="stable")[:, :KEPT]
    return [[ids[column] for column in line if table[number, column] > 0] for number, line in enumerate(order)]


def fts5(ids: Sequence[str], texts: Sequence[str], queries: Sequence[str]) -> list[list[str]]:
    """Porter's stems and bm25(), any of the words."""
    with sqlite3.connect(":memory:") as store:
        store.execute("CREATE VIRTUAL TABLE texts USING fts5(id UNINDEXED, text, tokenize='porter unicode61')")
        store.executemany("INSERT INTO texts VALUES (?, ?)", zip(ids, texts, strict=True))
        ask = f"SELECT id FROM texts WHERE texts MATCH ? ORDER BY bm25(texts) LIMIT {KEPT}"
        return [[row[0] for row in store.execute(ask, [any_of(query)])] for query in queries]


def any_of(query: str) -> str:
    """A question as FTS5 takes it: each word quoted, any of them."""
    return " OR ".join(f'"{word}"' for word in _WORD.findall(query)) or '""'


def _english() -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase()).filter(Filter.ascii_fold())
    return builder.filter(Filter.stemmer("English")).build()

"""Real text to fill a store with: what people at one workplace wrote, repeated and shuffled."""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

from bench.sets import lines_of

POSTS = ("ncar-zulip", "se-bicyclesmeta", "se-frenchmeta")
# Found in rooms that the reader is not in, and found nowhere: neither is near to a word that anybody wrote. They begin
# alike, or what is looked through for a typing mistake would differ by more than what is hidden.
HIDDEN_WORD, ABSENT_WORD = "quorvexil", "quombatus"
_LONG_WORD = re.compile(r"\b[a-z]{4,20}\b")


def posts(data: Path, folder: str = POSTS[0]) -> list[str]:
    texts = (str(line.get("text", "")).strip() for line in lines_of(data / folder / "posts.jsonl.gz"))
    return [text for text in texts if text]


def passages(data: Path, number: int, words: int = 25) -> list[str]:
    """Different pieces of real text. Where there is too little, pieces begin in the middle of others too."""
    found: dict[str, None] = {}
    for shift in (0, words // 2, words // 4, 3 * words // 4):
        for folder in POSTS:
            found |= dict.fromkeys(piece for text in posts(data, folder) for piece in _pieces(text, words, shift))
        if len(found) >= number:
            break
    some = list(found)
    Random(1).shuffle(some)
    return some[:number]


def _pieces(text: str, words: int, shift: int) -> Iterator[str]:
    split = text.split()[shift:]
    for start in range(0, len(split), words):
        if len(split) - start > 4:
            yield " ".join(split[start : start + words])


def questions(data: Path, number: int, seed: int = 2) -> list[str]:
    """Eight different words of four letters and more out of one post each."""
    choose, texts = Random(seed), posts(data)
    made: list[str] = []
    while len(made) < number:
        words = sorted(set(_LONG_WORD.findall(choose.choice(texts).lower())))
        if len(words) >= 8:
            made.append(" ".join(choose.sample(words, 8)))
    return made

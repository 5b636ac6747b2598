"""How a conversation is cut into passages, each of which becomes one vector. No model is needed to read this.

The first passage is the whole: title and text from the beginning, as far as the model reads. A text longer than
one window has its windows after that, a third of each shared with the one before, so that what somebody said is
never seen only in halves. docs/decisions/ranking.md says what this gained and what did not.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alongside.search.rules import Unit, UnitMessage

WINDOW = 60
STEP = 40
# More than the 256 tokens that the model reads, in any language; the rest of the whole is in the windows.
LONGEST_WHOLE = 4000

# Scripts that write no spaces between words: there each sign counts as a word. A run without spaces (an address,
# a line of base64) counts once for each forty signs.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]{{1,40}}")


@dataclass(frozen=True, slots=True)
class Passage:
    text: str
    first_message_id: int
    last_message_id: int


@dataclass(frozen=True, slots=True)
class _Word:
    message: int
    start: int
    end: int


def passages_of(unit: Unit) -> list[Passage]:
    """The whole first, then its windows, if it is longer than one. Nothing said and no title: no passages."""
    said = _said(unit)
    if not said:
        return []
    words = [
        _Word(place, found.start(), found.end())
        for place, message in enumerate(said)
        for found in _WORD.finditer(message.text)
    ]
    return [_whole(said), *(_passage(said, window) for window in _windows(words))]


def _said(unit: Unit) -> list[UnitMessage]:
    """What has words in it, the title as the first words of the first message: in a window of its own, or in
    none, it was found less well.
    """
    said = [message for message in unit.messages if message.text.strip()]
    if unit.title.strip():
        said.insert(0, UnitMessage(said[0].message_id if said else 0, unit.title))
    return said


def _whole(said: Sequence[UnitMessage]) -> Passage:
    text = ""
    for message in said:
        if len(text) > LONGEST_WHOLE:
            break
        text = f"{text}\n{message.text.strip()}"
    return Passage(text[: LONGEST_WHOLE + 1].strip(), said[0].message_id, said[-1].message_id)


def _windows(words: Sequence[_Word]) -> Iterator[Sequence[_Word]]:
    if len(words) <= WINDOW:
        return
    for start in range(0, len(words) - WINDOW + STEP, STEP):
        yield words[start : start + WINDOW]


def _passage(said: Sequence[UnitMessage], words: Sequence[_Word]) -> Passage:
    first, last = words[0], words[-1]
    if first.message == last.message:
        text = said[first.message].text[first.start : last.end]
    else:
        between = (message.text for message in said[first.message + 1 : last.message])
        text = "\n".join([said[first.message].text[first.start :], *between, said[last.message].text[: last.end]])
    return Passage(text, said[first.message].message_id, said[last.message].message_id)

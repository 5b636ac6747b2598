"""What search decides, in plain values: what was asked, what an index may look at, what it proposes."""

import re
from calendar import timegm
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

LONGEST_QUESTION: Final = 2_000
"""Characters. Whoever pastes a whole log asks with its beginning, and is told so."""
MOST_WORDS: Final = 64
MOST_PHRASES: Final = 8
LONGEST_WITH_PHRASES: Final = 20
"""Words. In longer questions, a pasted message mostly, quotation marks quote; they do not ask for a phrase."""


FIRST_NOTE: Final = 1 << 40
"""Notes stand in the same indexes as conversations; their numbers begin where no conversation's comes to."""


def unit_of_note(note_id: int) -> int:
    return FIRST_NOTE + note_id


def note_of_unit(unit_id: int) -> int | None:
    """The note that a unit of an index is; None for a conversation."""
    return unit_id - FIRST_NOTE if unit_id >= FIRST_NOTE else None


@dataclass(frozen=True, slots=True)
class UnitMessage:
    message_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One conversation, or one note (`unit_of_note`), as the indexes see it. Times are seconds since the epoch."""

    conversation_id: int
    audience_id: int
    is_open: bool
    """Read by the world or the whole organisation; what is not goes into an index of its own."""
    room_id: int
    started_at: int
    last_said_at: int
    language: str
    """ISO 639-1."""
    title: str
    messages: tuple[UnitMessage, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a viewer may read, and how the question narrows it. An index sees this and never a person."""

    reads_all_open: bool
    audience_ids: frozenset[int]
    room_ids: frozenset[int] | None = None
    conversation_ids: frozenset[int] | None = None
    """The conversations in which the viewer spoke, when the question asks for those."""
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A conversation that an index holds likely. The database checks it again before any text leaves."""

    conversation_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person typed, understood. Nothing of it is ever stored."""

    words: str = ""
    phrases: tuple[str, ...] = ()
    room: str | None = None
    from_me: bool = False
    after: date | None = None
    before: date | None = None
    is_open: bool = False
    """Only questions that nobody answered yet."""
    newest_first: bool = False
    remarks: tuple[str, ...] = ()
    """What could not be taken as it was typed, each in one sentence for the person who typed it."""

    @property
    def text(self) -> str:
        """Everything that was asked in words, for an index that reads meaning."""
        return " ".join((self.words, *self.phrases)).strip()

    @property
    def is_narrowed(self) -> bool:
        return self.from_me or self.is_open or not (self.room is None and self.after is None and self.before is None)


NOT_FROM_SOMEBODY: Final = (
    "Alongside does not list what somebody wrote, so “from:” takes only “me”; the rest was looked for."
)
QUOTE_LEFT_OPEN: Final = "A quotation mark was never closed, so what follows it was taken as plain words."
ONE_ROOM: Final = "Only one room can be asked in at a time; the first was taken."
NO_ROOM: Final = "“in:” needs the name of a room right after it, as in “in:#help”."
NEVER: Final = "Nothing can be both after and before those dates."
TOO_LONG: Final = f"The question was long; its first {LONGEST_QUESTION} characters and {MOST_WORDS} words were taken."

_PIECE: Final = re.compile(
    r"""(?<![^\s"])(?P<operator>in|from|after|before):(?P<value>"[^"]*"|\S*)|(?P<open>(?<![^\s"])is:open(?![^\s"]))|"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+|")""",
    re.IGNORECASE,
)
_QUOTES: Final = str.maketrans("“”„«»\0", '""""" ')
_WITHOUT_QUOTES: Final = str.maketrans(dict.fromkeys('"“”„«»', " "))
_DAY: Final = re.compile(r"([12]\d{3})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_A_WORD: Final = re.compile(r"\w")


def asked(text: str, *, newest_first: bool = False) -> Asked:
    """Total: whatever is typed is understood somehow, and what was not is said."""
    clean = _encodable(text[:LONGEST_QUESTION]).translate(_QUOTES)
    understood = Asked(newest_first=newest_first)
    words: list[str] = []
    for piece in _PIECE.finditer(clean):
        understood = _with_piece(understood, piece, words)
    if '"' in clean and len(words) > LONGEST_WITH_PHRASES:
        return asked(text.translate(_WITHOUT_QUOTES), newest_first=newest_first)
    if len(text) > LONGEST_QUESTION or len(words) > MOST_WORDS or len(understood.phrases) > MOST_PHRASES:
        understood = _remark(understood, TOO_LONG)
    if understood.after and understood.before and understood.after >= understood.before:
        understood = _remark(understood, NEVER)
    return replace(understood, words=" ".join(words[:MOST_WORDS]), phrases=understood.phrases[:MOST_PHRASES])


def plainly(text: str) -> Asked:
    """A text that a machine asks with, such as a conversation to find related ones for: all of it is words."""
    return Asked(words=" ".join(_encodable(text[:LONGEST_QUESTION]).split()[:MOST_WORDS]))


def first_second(day: date | None) -> int | None:
    """Midnight UTC for everybody: dates are typed without a zone, and a shared link means the same."""
    return None if day is None else timegm(day.timetuple())


def _encodable(text: str) -> str:
    """Without halves of surrogate pairs, which no index and no page could take."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def _with_piece(so_far: Asked, piece: re.Match[str], words: list[str]) -> Asked:
    operator, phrase, word = piece["operator"], piece["phrase"], piece["word"]
    if piece["open"] is not None:
        return replace(so_far, is_open=True)
    if operator is not None:
        return _with_operator(so_far, operator.lower(), piece["value"].strip('"').strip(), words)
    if phrase is not None:
        return _with_phrase(so_far, " ".join(phrase.split()), words)
    if word == '"':
        return _remark(so_far, QUOTE_LEFT_OPEN)
    words.append(word)
    return so_far


def _with_phrase(so_far: Asked, phrase: str, words: list[str]) -> Asked:
    """Quotation marks around nothing that can be looked for are taken as if they were not there."""
    if _A_WORD.search(phrase) is None:
        words.extend(phrase.split())
        return so_far
    return replace(so_far, phrases=(*so_far.phrases, phrase))


def _with_operator(so_far: Asked, operator: str, value: str, words: list[str]) -> Asked:
    match operator:
        case "in":
            return _with_room(so_far, value.lstrip("#").strip())
        case "from":
            me = value.lower() == "me"
            return replace(so_far, from_me=True) if me else _remark(so_far, NOT_FROM_SOMEBODY)
        case _:
            return _with_day(so_far, operator, value, words)


def _with_room(so_far: Asked, room: str) -> Asked:
    if not room:
        return _remark(so_far, NO_ROOM)
    if so_far.room not in (None, room):
        return _remark(so_far, ONE_ROOM)
    return replace(so_far, room=room)


def _with_day(so_far: Asked, operator: str, value: str, words: list[str]) -> Asked:
    day = _day(value)
    if day is None:
        words.extend((operator, *value.split()))
        return _remark(so_far, f"“{operator}:” takes a date like 2026, 2026-01 or 2026-01-15.")
    return replace(so_far, after=day) if operator == "after" else replace(so_far, before=day)


def _day(value: str) -> date | None:
    """A year or a month stands for its first day: “after” begins with it, “before” ends ahead of it."""
    match = _DAY.fullmatch(value)
    if match is None:
        return None
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _remark(so_far: Asked, remark: str) -> Asked:
    return so_far if remark in so_far.remarks else replace(so_far, remarks=(*so_far.remarks, remark))


MOST_MESSAGES_OF_A_PART: Final = 200
LONGEST_PART: Final = 60_000


def parts_of(unit: Unit) -> Iterator[tuple[str, ...]]:
    """The texts of a conversation, cut where it is so long that its one good hour would drown in it."""
    part: list[str] = [unit.title]
    length = 0
    for message in unit.messages:
        if len(part) > MOST_MESSAGES_OF_A_PART or (len(part) > 1 and length + len(message.text) > LONGEST_PART):
            yield tuple(part)
            part, length = [unit.title], 0
        part.append(message.text)
        length += len(message.text)
    yield tuple(part)


# Chosen on one half of real questions and scored on the other (docs/decisions/ranking.md, `python -m bench.weak`).
FITS: Final = 0.45
COVERING: Final = 0.2
COVERED_BY_WORDS_ALONE: Final = 0.24


def is_weak(nearness: float | None, covered: float) -> bool:
    """Whether to say that what was found probably does not answer.

    `nearness`: of what is nearest in meaning; None where only words were looked for. `covered`: which share of the
    question the best of it covers, each of its words weighing what finding it says, from 0 to 1.
    """
    if nearness is None:
        return covered < COVERED_BY_WORDS_ALONE
    return nearness + COVERING * covered < FITS

"""Plain values in the words a reader sees: days and times, who may read, what was looked at.

Times become words relative to `now`, and are shown in the zone that `now` is in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.utils.dates import MONTHS
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

_FEW_ROOMS = 6
# A passage that keeps less than this without the title keeps the title.
_LEFT_OF_PASSAGE = 30


# Time, as it is read


@dataclass(frozen=True, slots=True)
class When:
    """A moment: read as words, exact on hover, exact for machines."""

    words: str
    exact: str
    machine: str


def _date(moment: datetime, *, with_year: bool) -> str:
    return _date_in(get_language(), moment.day, moment.month, moment.year if with_year else None)


@lru_cache(maxsize=2048)
def _date_in(_language: str | None, day: int, month: int, year: int | None) -> str:
    """Kept, because a long conversation says the same few dates hundreds of times; the language is part of the key."""
    pattern = pgettext("date", "%(day)s %(month)s") if year is None else pgettext("date", "%(day)s %(month)s %(year)s")
    return pattern % {"day": day, "month": MONTHS[month], "year": year}


def _day(moment: datetime, now: datetime) -> str:
    days_ago = (now.date() - moment.date()).days
    if days_ago == 0:
        return _("today")
    if days_ago == 1:
        return _("yesterday")
    return _date(moment, with_year=moment.year != now.year)


def _when(moment: datetime, words: str) -> When:
    machine = moment.isoformat(timespec="seconds")
    exact = f"{_date(moment, with_year=True)}, {machine[11:19]} {moment.tzname() or ''}".rstrip()
    return When(words, exact, machine)


def on_day(moment: datetime, now: datetime) -> When:
    """Where the day is enough: “today”, “yesterday”, “3 March”, “3 March 2024”."""
    moment = moment.astimezone(now.tzinfo)
    return _when(moment, _day(moment, now))


def at_time(moment: datetime, now: datetime, previous: datetime | None = None) -> When:
    """Where one thing follows another: the day is said once, then the time alone (“3 March, 09:12”, “09:31”)."""
    moment = moment.astimezone(now.tzinfo)
    time = moment.isoformat(timespec="minutes")[11:16]
    if previous is not None and previous.astimezone(now.tzinfo).date() == moment.date():
        return _when(moment, time)
    return _when(moment, f"{_day(moment, now)}, {time}")


def span_words(span: timedelta) -> str:
    """How long, roughly: “less than a minute”, “3 minutes”, “2 hours”, “5 days”."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return _("less than a minute")
    if minutes < 60:  # noqa: PLR2004
        return ngettext("%d minute", "%d minutes", minutes) % minutes
    hours = minutes // 60
    if hours < 48:  # noqa: PLR2004
        return ngettext("%d hour", "%d hours", hours) % hours
    return ngettext("%d day", "%d days", hours // 24) % (hours // 24)


def span_words_of_seconds(seconds: int) -> str:
    return span_words(timedelta(seconds=seconds))


# Other things in words


def audience_words(kind: str) -> str:
    """Who may read a room or a conversation (“it is ...”); `kind` is an audience's kind."""
    if kind == "world":
        return _("open to anybody, outside too")
    if kind == "organisation":
        return _("open to everybody in the organisation")
    return _("for the room’s members only")


def reading_words(rooms: Sequence[str], *, reads_organisation: bool) -> str:
    """What somebody reads, for the bar of a try-out: closed rooms by name, then what is shared with all."""
    parts = list(rooms[:_FEW_ROOMS])
    if len(rooms) > _FEW_ROOMS:
        parts.append(_("other rooms of yours"))
    parts.append(_("what the organisation shares") if reads_organisation else _("what anybody may read"))
    listed = parts[0]
    if len(parts) > 1:
        listed = _("%(first)s and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}
    return _("You can read %(rooms)s.") % {"rooms": listed}


def name_in_bar(name: str, *, is_guest: bool) -> str:
    """Guests are named as such: they are who shows that what is closed stays closed."""
    return _("%(name)s, a guest") % {"name": name} if is_guest else name


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """“Ana Moreau” is AM, “Cy” is CY: letters in a circle where other places put a photograph."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "·"
    if len(words) == 1:
        return words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


def question_to_copy(question: str) -> str:
    """What is taken to a room when nothing fits; `question` without its operators (in:, after:, ...)."""
    return _("%(question)s\n\n(I looked in Alongside first and found nothing that fits.)") % {
        "question": question.strip()
    }


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a passage; marked when the question's words stand in it."""

    text: str
    marked: bool = False


def pieces(text: str, marked: Iterable[tuple[int, int]]) -> tuple[Piece, ...]:
    """A passage cut at its marked stretches (start, end), which may overlap and come in any order."""
    cut: list[Piece] = []
    position = 0
    for start, end in sorted(marked):
        begin = max(start, position)
        if end <= begin:
            continue
        if begin > position:
            cut.append(Piece(text[position:begin]))
        cut.append(Piece(text[begin:end], marked=True))
        position = min(end, len(text))
    if position < len(text):
        cut.append(Piece(text[position:]))
    return tuple(piece for piece in cut if piece.text)


def without_title(passage: tuple[Piece, ...], title: str) -> tuple[Piece, ...]:
    """A passage that begins with the title's own sentence goes on after it, unless something is marked in there."""
    said = "".join(piece.text for piece in passage)
    rest = said.removeprefix(title).lstrip(" .!?…")
    if len(rest) == len(said) or len(rest) < _LEFT_OF_PASSAGE or not said.startswith(title):
        return passage
    drop, kept = len(said) - len(rest), []
    for piece in passage:
        if drop and piece.marked:
            return passage
        if piece.text[drop:]:
            kept.append(Piece(piece.text[drop:], piece.marked))
        drop = max(0, drop - len(piece.text))
    return tuple(kept)


# What is said beside the answers


def looked_at(*, reads_organisation: bool, words_only: bool, is_narrowed: bool = False) -> tuple[str, ...]:
    """The sentences for what was looked at."""
    if is_narrowed:
        where = _("Of what you may read, what you narrowed it to.")
        return where, _how(words_only=words_only)
    where = (
        _("Everything the organisation shares, and the rooms you are in.")
        if reads_organisation
        else _("What anybody may read, and the rooms you are in.")
    )
    return where, _how(words_only=words_only)


def _how(*, words_only: bool) -> str:
    return _("By its words alone.") if words_only else _("By its words, and by what they mean.")

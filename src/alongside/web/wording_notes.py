"""What is said about notes: the names of their parts, the month they were last alive, what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from alongside.notes.ripple import Moment, Ripple, Stage
from alongside.web.wording import When

Alive = Literal["kept", "changed", "confirmed"]
_A_YEAR = 12
_FEW_NAMES = 3


def field_names() -> Mapping[str, str]:
    return {
        "title": _("Title"),
        "when": _("When"),
        "what_worked": _("What worked"),
        "why": _("Why we think so"),
        "where_not": _("Where it may not help"),
    }


def field_hints() -> Mapping[str, str]:
    return {
        "title": _("A question, or what you found."),
        "when": _("The moment in which somebody would need this."),
        "what_worked": _("What to do, so that somebody else could do it too."),
        "why": _("What speaks for it. It may stay empty."),
        "where_not": _("Where it failed, or was not tried. It may stay empty."),
    }


@dataclass(frozen=True, slots=True)
class Freshness:
    words: str
    is_ageing: bool = False


def freshness(alive: Alive, moment: datetime, now: datetime) -> Freshness:
    """“still true in October”: when a note was last kept, changed or confirmed, by the month and no closer."""
    moment = moment.astimezone(now.tzinfo)
    months = (now.year - moment.year) * 12 + now.month - moment.month
    said = {
        "kept": _("kept in %(month)s"),
        "changed": _("changed in %(month)s"),
        "confirmed": _("still true in %(month)s"),
    }
    words = said[alive] % {"month": month_words(moment, now)}
    if months < _A_YEAR:
        return Freshness(words)
    return Freshness(_("%(alive)s; nobody has said since that it still is so") % {"alive": words}, is_ageing=True)


def month_words(moment: datetime, now: datetime) -> str:
    month = MONTHS[moment.month]
    if moment.year == now.year:
        return str(month)
    return pgettext("date", "%(month)s %(year)s") % {"month": month, "year": moment.year}


def stage_names() -> Mapping[Stage, str]:
    """For `ripple.drawn` and `ripple.told`."""
    return {
        Stage.ASKED: _("Asked"),
        Stage.ANSWERED: _("Answered"),
        Stage.KEPT: _("Kept"),
        Stage.TRIED: _("Tried"),
        Stage.CHANGED: _("Changed"),
    }


def few_names(names: Sequence[str]) -> str:
    """“Bo, Cy, Ines”; of many the first, and that there were others."""
    distinct = list(dict.fromkeys(name for name in names if name))
    if len(distinct) > _FEW_NAMES:
        return _("%(names)s and others") % {"names": ", ".join(distinct[:_FEW_NAMES])}
    return ", ".join(distinct)


def tried_words(*, helped: bool, did_not: bool) -> str:
    """What people who tried it said. Whether one said so or many is nobody's business."""
    if helped and did_not:
        return _("people said it helped, and where it did not")
    if helped:
        return _("people said it helped")
    return _("people said where it did not help") if did_not else ""


def ripple_of(
    *,
    kept: When,
    asked: Moment | None = None,
    answered_by: Sequence[str] = (),
    was_answered: bool = False,
    tried: str = "",
    changed: str = "",
) -> Ripple:
    """`tried` from `tried_words`; `changed` is what somebody said has changed, in their words."""
    answered = few_names(answered_by) or (_("in the conversation") if was_answered else "")
    return Ripple(
        asked=asked,
        answered=Moment(answered) if answered else None,
        kept=Moment(_("as this note"), kept.words),
        tried=Moment(tried) if tried else None,
        changed=Moment(changed) if changed else None,
    )

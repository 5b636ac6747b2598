"""What came of a note, drawn: asked, answered, kept, tried, changed. Pure.

The drawing is a list: each moment is its words, and beside them a small picture of a dot and the line to the next. So
the words are text that can be read aloud, enlarged and copied, at any width; the picture adds nothing to hear. Lines
run across or down as there is room, by the style sheet alone. Nobody is counted: a moment says that it was tried,
never how often.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from html import escape


class Stage(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    KEPT = "kept"
    TRIED = "tried"
    CHANGED = "changed"


ENGLISH: Mapping[Stage, str] = {stage: stage.value.capitalize() for stage in Stage}


@dataclass(frozen=True, slots=True)
class Moment:
    words: str
    """“Ana, #hotline”, “as this note”, “handover script now asks it”."""
    when: str = ""
    """“3 March”; empty where the day says nothing or would tell too much."""


@dataclass(frozen=True, slots=True)
class Ripple:
    """A moment that has not come is None, and is not drawn."""

    asked: Moment | None = None
    answered: Moment | None = None
    kept: Moment | None = None
    tried: Moment | None = None
    changed: Moment | None = None

    @property
    def moments(self) -> tuple[tuple[Stage, Moment], ...]:
        all_of_them = ((stage, getattr(self, stage.value)) for stage in Stage)
        return tuple((stage, moment) for stage, moment in all_of_them if moment is not None)


_DOT = (
    '<svg aria-hidden="true" focusable="false">'
    '<line class="across" x1="7" y1="7" x2="100%" y2="7"/><line class="down" x1="7" y1="7" x2="7" y2="100%"/>'
    '<circle cx="7" cy="7" r="7"/></svg>'
)
_LAST_DOT = '<svg aria-hidden="true" focusable="false"><circle cx="7" cy="7" r="7"/></svg>'


def drawn(ripple: Ripple, names: Mapping[Stage, str] = ENGLISH) -> str:
    """Safe HTML: an ordered list with pictures, without style or script of its own; empty when nothing has come yet."""
    moments = ripple.moments
    if not moments:
        return ""
    steps = (
        _step(stage, moment, names[stage], is_last=place == len(moments))
        for place, (stage, moment) in enumerate(moments, 1)
    )
    return f'<ol class="ripple">{"".join(steps)}</ol>'


def _step(stage: Stage, moment: Moment, name: str, *, is_last: bool) -> str:
    said = "".join(f"<span>{escape(text)}</span>" for text in (moment.words, moment.when) if text)
    marked = ' class="changed"' if stage is Stage.CHANGED else ""
    return f"<li{marked}>{_LAST_DOT if is_last else _DOT}<p><b>{escape(name)}</b>{said}</p></li>"


def told(ripple: Ripple, names: Mapping[Stage, str] = ENGLISH) -> str:
    """The same in one line, where nothing can be drawn: in a feed, a letter, a chat."""
    return " → ".join(
        f"{names[stage]}: {', '.join(text for text in (moment.words, moment.when) if text)}".removesuffix(": ")
        for stage, moment in ripple.moments
    )

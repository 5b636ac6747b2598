"""One kept note or weave of an Alongside archive to one record: every field checked, because anybody may have written it.

A note is worth more than what hangs on it: a remark or passage that lies is left out by itself and complained of.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from alongside.archives.port import (
    NOTE_PARTS,
    REMARK_KINDS,
    CreditRecord,
    NoteRecord,
    PassageRecord,
    Reason,
    RemarkRecord,
    RevisionRecord,
    WeaveRecord,
)
from alongside.archives.readers.alongside_records import (
    Lie,
    Value,
    checked_id,
    optional_text,
    reference,
    references,
    time,
)
from alongside.kit import safe_html

_LONGEST_TITLE: Final = 200
_LONGEST_TEXT: Final = 20_000
_MOST_ON_A_NOTE: Final = 1_000
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Made = TypeVar("Made")


@dataclass(slots=True)
class _Complaints:
    """What of a note is left out though the note comes in."""

    names: list[str] = field(default_factory=list)

    def each(self, value: Value, name: str, make: Callable[[Value], Made]) -> Iterator[Made]:
        found = value.get(name)
        if found is None:
            return
        if not isinstance(found, list):
            self.names.append(name)
            return
        for number, one in enumerate(found[:_MOST_ON_A_NOTE], 1):
            try:
                yield make(_object(one))
            except Lie:
                self.names.append(f"{name} {number}")
        if len(found) > _MOST_ON_A_NOTE:
            self.names.append(f"{name} beyond {_MOST_ON_A_NOTE}")


def _object(found: Any) -> Value:
    if not isinstance(found, dict):
        raise Lie
    return found


def note_of(value: Value) -> tuple[NoteRecord, list[str]]:
    """The note, and what is wrong with it all the same."""
    complaints = _Complaints()
    source_id, kept_by = checked_id(value), references(value, "attributedTo", one_may_stand_alone=True)
    if not kept_by:
        raise Lie(Reason.NO_AUTHOR)
    kept_at = time(value, "published")
    if kept_at is None:
        raise Lie(Reason.NO_TIME)
    earlier = tuple(complaints.each(value, "revisions", _earlier_revision))
    alive_at = time(value, "updated")
    if alive_at is None and value.get("updated") is not None:
        complaints.names.append("updated")
    together = tuple(CreditRecord(who) for who in kept_by[1:])
    record = NoteRecord(
        source_id=source_id,
        author=kept_by[0],
        kept_at=kept_at,
        revisions=(*earlier, _newest(value, kept_by[0], kept_at, earlier)),
        audience=references(value, "audience", one_may_stand_alone=True),
        context=references(value, "inReplyTo", one_may_stand_alone=True),
        passages=tuple(complaints.each(value, "passages", _passage)),
        credited=(*complaints.each(value, "credited", _credit), *together),
        remarks=tuple(complaints.each(value, "remarks", _remark)),
        alive_at=alive_at,
    )
    return record, complaints.names


def weave_of(value: Value) -> WeaveRecord:
    left, right, author = (reference(value, name) for name in ("subject", "object", "attributedTo"))
    made_at, why = time(value, "published"), optional_text(value, "summary")
    if left is None or right is None or left == right:
        raise Lie
    if author is None:
        raise Lie(Reason.NO_AUTHOR)
    if made_at is None:
        raise Lie(Reason.NO_TIME)
    if not why:
        raise Lie(Reason.EMPTY)
    return WeaveRecord(checked_id(value), left, right, why, author, made_at)


def _newest(value: Value, kept_by: str, kept_at: datetime, earlier: tuple[RevisionRecord, ...]) -> RevisionRecord:
    """The note's own words. Without a word of when and by whom it was changed, what stays the same is taken."""
    made_at, author = (earlier[-1].made_at, None) if earlier else (kept_at, kept_by)
    revised = value.get("revised")
    if revised is not None:
        made_at = time(_object(revised), "published") or made_at
        author = reference(revised, "attributedTo")
    return _revision(value, made_at, author)


def _earlier_revision(value: Value) -> RevisionRecord:
    made_at = time(value, "published")
    if made_at is None:
        raise Lie(Reason.NO_TIME)
    return _revision(value, made_at, reference(value, "attributedTo"))


def _revision(value: Value, made_at: datetime, author: str | None) -> RevisionRecord:
    title = " ".join(optional_text(value, "name").split())[:_LONGEST_TITLE].strip()
    if not title:
        raise Lie(Reason.EMPTY)
    return RevisionRecord(made_at, author, title, **_parts(value))


def _parts(value: Value) -> dict[str, str]:
    """Four parts where there are some; otherwise the whole text is what worked."""
    parts = value.get("parts")
    if parts is None:
        return {"what_worked": _whole_text(value)}
    if not isinstance(parts, dict):
        raise Lie
    return {part: _text(parts.get(part)) for part in NOTE_PARTS}


def _whole_text(value: Value) -> str:
    source, content, kind = value.get("source"), value.get("content"), value.get("mediaType")
    if isinstance(source, dict):
        content, kind = source.get("content"), source.get("mediaType") or "text/plain"
    elif source is not None:
        raise Lie
    text = _text(content)
    if isinstance(kind, str) and not kind.startswith("text/html"):
        return text
    return _text(safe_html.plain_text(safe_html.from_html(text)))


def _text(found: Any) -> str:
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Lie
    return _NO_TEXT.sub("", found.replace("\r\n", "\n").replace("\r", "\n")).strip()[:_LONGEST_TEXT].strip()


def _part(value: Value) -> str:
    part = value.get("part", "what_worked")
    if part not in NOTE_PARTS:
        raise Lie
    return str(part)


def _passage(value: Value) -> PassageRecord:
    if value.get("removed") is True:
        return PassageRecord(_part(value), None)
    message, text = reference(value, "message"), _text(value.get("text"))
    if message is None or not text:
        raise Lie
    return PassageRecord(_part(value), message, text)


def _credit(value: Value) -> CreditRecord:
    who = reference(value, "who")
    if who is None:
        raise Lie
    return CreditRecord(who, optional_text(value, "for", 100))


def _remark(value: Value) -> RemarkRecord:
    kind, author, said_at = value.get("kind"), reference(value, "attributedTo"), time(value, "published")
    sentence = " ".join(optional_text(value, "content").split())
    if kind not in REMARK_KINDS or author is None or said_at is None or (kind == "did not help" and not sentence):
        raise Lie
    return RemarkRecord(str(kind), author, said_at, sentence)

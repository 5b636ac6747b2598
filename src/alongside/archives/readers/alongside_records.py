"""One object of an Alongside archive to one record: every field checked, because anybody may have written it."""

import re
from datetime import UTC, datetime
from typing import Any, Final

from alongside.archives.port import MessageRecord, PersonRecord, Reason, RoomAudience, RoomRecord
from alongside.kit import safe_html

Value = dict[str, Any]

_LONGEST_ID: Final = 500
_LONGEST_LINE: Final = 500
_LONGEST_ADDRESS: Final = 2_000
_MOST_MENTIONS: Final = 1_000
_YEARS: Final = range(1970, 2200)
# Zero bytes, line ends and halves of surrogate pairs have no place in an id or in a line.
_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)

_EVERYWHERE: Final = frozenset(["@context", "type", "id", "name", "url"])
KNOWN_FIELDS: Final[dict[str, frozenset[str]]] = {
    "Collection": _EVERYWHERE | {"alongside", "published", "tool"},
    "Person": _EVERYWHERE | {"preferredUsername", "email", "guest", "deactivated", "bot"},
    "Group": _EVERYWHERE | {"audience", "members", "threaded"},
    "Note": _EVERYWHERE
    | {"attributedTo", "to", "context", "inReplyTo", "source", "content", "mediaType", "published", "updated"}
    | {"helped", "mentions"},
    "Article": _EVERYWHERE
    | {"attributedTo", "audience", "inReplyTo", "source", "content", "mediaType", "published", "updated"}
    | {"parts", "passages", "credited", "revised", "revisions", "remarks"},
    "Relationship": _EVERYWHERE | {"subject", "object", "summary", "attributedTo", "published"},
}


class Lie(Exception):
    """A record whose fields are not what they must be; it is left out for this reason."""

    def __init__(self, reason: Reason = Reason.BROKEN) -> None:
        super().__init__(reason.value)
        self.reason = reason


def is_header(value: Value) -> bool:
    version = value.get("alongside")
    return value.get("type") == "Collection" and type(version) is int and version > 0


def checked_id(value: Value) -> str:
    found = _checked_reference(value.get("id"))
    if found is None:
        raise Lie
    return found


def _checked_reference(found: object) -> str | None:
    if found is None:
        return None
    if not isinstance(found, str) or not found.strip() or _UNFIT.search(found):
        raise Lie
    if len(found) > _LONGEST_ID:
        raise Lie(Reason.TOO_LARGE)
    return found


def reference(value: Value, field: str) -> str | None:
    """An id of something else: given alone, as an object, or as the first of several."""
    found = value.get(field)
    if isinstance(found, list):
        found = found[0] if found else None
    if isinstance(found, dict):
        found = found.get("id")
    return _checked_reference(found)


def references(value: Value, field: str, *, one_may_stand_alone: bool = False) -> tuple[str, ...]:
    found = value.get(field)
    if found is None:
        return ()
    if one_may_stand_alone and isinstance(found, str | dict):
        found = [found]
    if not isinstance(found, list):
        raise Lie
    checked = (_checked_reference(item.get("id") if isinstance(item, dict) else item) for item in found)
    return tuple(dict.fromkeys(item for item in checked if item is not None))


def optional_text(value: Value, field: str, longest: int = _LONGEST_LINE) -> str:
    """One line of text; empty when the field is missing."""
    found = value.get(field)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Lie
    return _UNFIT.sub(" ", found[: longest * 2]).strip()[:longest].strip()


def _web_address(value: Value) -> str:
    found = optional_text(value, "url", _LONGEST_ADDRESS)
    return found if _WEB_ADDRESS.fullmatch(found) else ""


def _yes(value: Value, field: str, *, otherwise: bool = False) -> bool:
    found = value.get(field)
    if found is None:
        return otherwise
    if not isinstance(found, bool):
        raise Lie
    return found


def person_of(value: Value) -> PersonRecord:
    source_id = checked_id(value)
    handle = optional_text(value, "preferredUsername")
    return PersonRecord(
        source_id=source_id,
        name=optional_text(value, "name") or handle or source_id,
        handle=handle,
        email=optional_text(value, "email"),
        is_guest=_yes(value, "guest"),
        is_deactivated=_yes(value, "deactivated"),
        is_bot=_yes(value, "bot"),
    )


def room_of(value: Value) -> tuple[RoomRecord, str]:
    """The room, and what is wrong with it all the same: an audience nobody knows is read as nobody."""
    source_id = checked_id(value)
    audience, members, complaint = RoomAudience.MEMBERS, references(value, "members"), ""
    said = value.get("audience")
    if said == RoomAudience.ORGANISATION:
        audience = RoomAudience.ORGANISATION
    elif said != RoomAudience.MEMBERS:
        members = ()
        complaint = "" if said is None else "its audience is neither “organisation” nor “members”, so nobody reads it"
    threaded = _yes(value, "threaded", otherwise=True)
    room = RoomRecord(
        source_id, optional_text(value, "name") or source_id, audience, members, _web_address(value), threaded
    )
    return room, complaint


def message_of(value: Value) -> tuple[MessageRecord, str]:
    """The message, and what is wrong with it all the same: a time of its edit that cannot be read is dropped."""
    source_id, room = checked_id(value), reference(value, "to")
    if room is None:
        raise Lie(Reason.NO_ROOM)
    said_at = time(value, "published")
    if said_at is None:
        raise Lie(Reason.NO_TIME)
    edited_at = time(value, "updated")
    html = _html(value)
    text = safe_html.plain_text(html)
    if not (text.strip() or "<details" in html):
        raise Lie(Reason.EMPTY)
    record = MessageRecord(
        source_id=source_id,
        room=room,
        author=reference(value, "attributedTo"),
        html=html,
        said_at=said_at,
        context=reference(value, "context"),
        reply_to=reference(value, "inReplyTo"),
        subject=optional_text(value, "name"),
        edited_at=edited_at,
        url=_web_address(value),
        helped=_yes(value, "helped"),
        mentions=references(value, "mentions")[:_MOST_MENTIONS],
        text=text,
    )
    return record, "" if edited_at or value.get("updated") is None else "the time of its edit"


def time(value: Value, field: str) -> datetime | None:
    """A time in UTC; one without a zone is taken for UTC. None for what is no time, or none that we can live to see."""
    found = value.get(field)
    if found is None:
        return None
    if not isinstance(found, str):
        raise Lie
    try:
        moment = datetime.fromisoformat(found[:64])
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None


def _html(value: Value) -> str:
    """The text as safe HTML: from its source when that is of a kind we know, otherwise from its content."""
    source = value.get("source")
    if isinstance(source, dict) and isinstance(source.get("content"), str):
        kind = source.get("mediaType")
        if (rendered := _rendered(source["content"], kind if isinstance(kind, str) else "text/plain")) is not None:
            return rendered
    elif source is not None:
        raise Lie
    content, kind = value.get("content"), value.get("mediaType")
    if content is None:
        return "" if source is None else safe_html.from_plain(source["content"])
    if not isinstance(content, str) or not isinstance(kind, str | None):
        raise Lie
    rendered = _rendered(content, kind or "text/html")
    return safe_html.from_html(content) if rendered is None else rendered


def _rendered(text: str, media_type: str) -> str | None:
    kind = media_type.partition(";")[0].strip().lower()
    if kind in {"text/markdown", "text/x-markdown"}:
        return safe_html.from_markdown(text)
    if kind == "text/plain":
        return safe_html.from_plain(text)
    return safe_html.from_html(text) if kind == "text/html" else None

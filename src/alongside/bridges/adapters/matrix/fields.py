"""Fields of an event as they may be: whatever a stranger's client sent, one reads them without falling over them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

Fields = Mapping[str, Any]

_NOTHING: Fields = {}
_LONGEST_ID = 255
# Where datetime ends; a federated server may send any number.
_LAST_MILLISECOND = 253_402_300_799_000


def text_at(fields: object, *path: str) -> str:
    """A text; "" where there is none."""
    value = _at(fields, path)
    return value if isinstance(value, str) else ""


def fields_at(fields: object, *path: str) -> Fields:
    value = _at(fields, path)
    return value if isinstance(value, Mapping) else _NOTHING


def each_at(fields: object, *path: str) -> Iterator[Fields]:
    """Those of a list that have fields."""
    value = _at(fields, path)
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, Mapping))


def texts_at(fields: object, *path: str) -> tuple[str, ...]:
    value = _at(fields, path)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def is_at(fields: object, *path: str) -> bool:
    return _at(fields, path) is True


def time_at(fields: object, *path: str) -> datetime | None:
    """Milliseconds since 1970."""
    value = _at(fields, path)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LAST_MILLISECOND:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)


def id_at(fields: object, *path: str) -> str:
    """An id of an event, a room or an account, as the specification bounds it; "" for what is none."""
    value = text_at(fields, *path)
    is_one = value[:1] in {"$", "!", "@"} and 1 < len(value) <= _LONGEST_ID and value.isprintable()
    return value if is_one else ""


def _at(fields: object, path: tuple[str, ...]) -> object:
    for name in path:
        if not isinstance(fields, Mapping):
            return None
        fields = fields.get(name)
    return fields

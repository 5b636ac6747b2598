"""Fields of JSON that somebody else wrote: any of them may be missing, or something else than it should be."""

import re
from typing import Any

Record = dict[str, Any]

# Zero bytes and halves of surrogate pairs: no store takes them.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def text_of(value: object) -> str:
    """A field that should be text, as text that any store takes; anything else is empty."""
    if not isinstance(value, str):
        return ""
    return _UNSTORABLE.sub("", value).strip() if _UNSTORABLE.search(value) else value.strip()


def records_of(value: object) -> list[Record]:
    """A field that should be a list of objects: the objects in it."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def record_of(value: object) -> Record:
    return value if isinstance(value, dict) else {}

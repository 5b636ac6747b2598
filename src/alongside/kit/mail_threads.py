"""Where a mail belongs: its thread, its subject without the signs of answers, its list."""

import re
from typing import Final

from alongside.kit.mail_headers import Fields, decoded, first, ids_of, line_of, words_of

_MOST_REFERENCES: Final = 300
_ANSWER_SIGNS: Final = re.compile(
    r"^(?:(?:re|fwd?|aw|wg|sv|vs|antw|tr|rv|odp|回复|答复)(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE
)
_WEB_ADDRESS: Final = re.compile(rb"https?://[^\s<>\"']+")
_LIST_ID: Final = re.compile(r"^(.*)<\s*([^<>\s]+)\s*>")


def thread_of(fields: Fields, own: str) -> tuple[str | None, tuple[str, ...]]:
    """(the mail it answers, all it names as earlier). Two fields that should agree and often are cut or missing."""
    references = [name for name in ids_of(first(fields, "references")) if name != own]
    answered = [name for name in ids_of(first(fields, "in-reply-to")) if name != own]
    parent = answered[0] if answered else (references[-1] if references else None)
    if parent is not None and parent not in references:
        references.append(parent)
    if len(references) > _MOST_REFERENCES:
        references = references[:1] + references[1 - _MOST_REFERENCES :]
    return parent, tuple(references)


def subject_of(fields: Fields) -> str:
    return _ANSWER_SIGNS.sub("", words_of(first(fields, "subject")))


def web_address_in(raw: bytes) -> str:
    found = _WEB_ADDRESS.search(raw)
    return line_of(decoded(found[0]), 1000) if found else ""


def list_of(fields: Fields) -> tuple[str, str] | None:
    """(id, phrase); lists do not agree on the angle brackets, nor on upper and lower case."""
    raw = words_of(first(fields, "list-id"))
    if found := _LIST_ID.match(raw):
        return found[2].lower(), line_of(found[1].strip(" \"'"), 120)
    bare = raw.strip("<> \"'").lower()
    return (bare.split(" ")[-1], "") if bare else None

"""Where web and mail addresses stand in a text. In place of linkify-it, whose patterns took most of the time that
rendering takes, and which saw a host in every “setup.py”.
"""

import re
from dataclasses import dataclass

# What would end a sentence, or a bracket around the address, is not part of it; a pair of brackets inside is.
_PART = r"[^\s<>\"'`]"
_END = r"[^\s<>\"'`.,;:!?*_~)\]}|]"
_REST = rf"(?:[^\s<>\"'`()]*\([^\s<>\"'`()]*\)(?:{_PART}*{_END})?|{_PART}*{_END})"
ADDRESS = rf"https?://{_REST}"
_MAIL = r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*\.[a-z]{2,24}\b"
_LINK = re.compile(rf"{ADDRESS}|\bwww\.{_REST}|{_MAIL}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """As markdown-it wants to be told of one."""

    index: int
    last_index: int
    text: str
    url: str
    schema: str


class Links:
    """What markdown-it asks about links."""

    def pretest(self, text: str) -> bool:
        return "://" in text or "www." in text or "@" in text

    test = pretest

    def match(self, text: str) -> list[Link]:
        return [_link(found) for found in _LINK.finditer(text)]

    def match_at_start(self, text: str) -> Link | None:
        found = _LINK.match(text)
        return _link(found) if found else None


def _link(found: re.Match[str]) -> Link:
    text = found.group()
    lowered = text[:8].lower()
    if lowered.startswith(("http://", "https://")):
        return Link(found.start(), found.end(), text, text, "http:")
    if lowered.startswith("www."):
        return Link(found.start(), found.end(), text, f"http://{text}", "http:")
    return Link(found.start(), found.end(), text, f"mailto:{text}", "mailto:")

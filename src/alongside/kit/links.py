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
_WEB = rf"{ADDRESS}|\bwww\.{_REST}"
_LINK_OF_WEB = re.compile(_WEB, re.IGNORECASE)
_LINK = re.compile(rf"{_WEB}|{_MAIL}", re.IGNORECASE)
_AT_START = re.compile(ADDRESS, re.IGNORECASE)


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
        # Every word may begin an address of mail, which is long to look for; most texts hold no “@”.
        return [_link(found) for found in (_LINK if "@" in text else _LINK_OF_WEB).finditer(text)]

    def match_at_start(self, text: str) -> Link | None:
        """Asked where “://” stands: an address without that would send the library back to where it was."""
        found = _AT_START.match(text)
        return _link(found) if found else None


def _link(found: re.Match[str]) -> Link:
    text = found.group()
    lowered = text[:8].lower()
    if lowered.startswith(("http://", "https://")):
        return Link(found.start(), found.end(), text, text, "http:")
    if lowered.startswith("www."):
        return Link(found.start(), found.end(), text, f"http://{text}", "http:")
    return Link(found.start(), found.end(), text, f"mailto:{text}", "mailto:")

"""The feeds that a page says it has (`<link rel="alternate">`). Pure, and never raises."""

from contextlib import suppress
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

import msgspec

_MOST_LINKS: Final = 20
_MOST_OF_A_PAGE: Final = 500_000  # its head stands at the beginning
_TYPES: Final = frozenset(
    ["application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/json"]
)


class FeedLink(msgspec.Struct, frozen=True):
    address: str
    title: str = ""


class _Links(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self._base, self._has_base = address, False
        self.found: list[FeedLink] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "base" and said.get("href") and not self._has_base:
            self._base, self._has_base = urljoin(self._base, said["href"].strip()), True
        elif tag in ("link", "a") and said.get("href") and len(self.found) < _MOST_LINKS:
            kind = said.get("type", "").split(";")[0].strip().lower()
            rel = set(said.get("rel", "").lower().split())
            if kind in _TYPES and (rel & {"alternate", "feed"}):
                self.found.append(FeedLink(urljoin(self._base, said["href"].strip()), said.get("title", "").strip()))


def feed_links(body: bytes, content_type: str, address: str) -> list[FeedLink]:
    """In the order in which the page names them."""
    charset = content_type.lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    try:
        text = body[:_MOST_OF_A_PAGE].decode(charset or "utf-8", "replace")
    except (LookupError, UnicodeError, ValueError):
        text = body[:_MOST_OF_A_PAGE].decode("utf-8", "replace")
    links = _Links(address)
    with suppress(AssertionError, ValueError, RecursionError):  # what stood before it counts
        links.feed(text)
    return links.found

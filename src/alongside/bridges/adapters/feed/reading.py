"""A feed's bytes to what stands in it, whatever they are: RSS, Atom or JSON Feed. Pure, and never raises.

feedparser is given bytes only (an address or a path it would open by itself) and does not clean HTML here: nothing
but words is taken from it. It reads what is broken too, by patterns that some bytes keep busy for minutes: from
outside it is called in a process that has limits (apart.py).
"""

import calendar
import io
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import msgspec

from alongside.kit import safe_html

LONGEST_ID: Final = 200
LONGEST_TITLE: Final = 200
LONGEST_LINK: Final = 2000
_MOST_SENTENCES: Final = 3
_LONGEST_SUMMARY: Final = 400
_MOST_HTML: Final = 20_000  # of one entry: its first sentences stand in it
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…。！？])\s+")
_SPACES: Final = re.compile(r"\s+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A post, as far as it leaves its home: its title, a few sentences of it, and where it stands."""

    source_id: str
    title: str = ""
    summary: str = ""
    link: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None


class FoundFeed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    title: str = ""
    link: str = ""
    author: str = ""
    entries: tuple[Entry, ...] = ()


def read_feed(
    body: bytes, content_type: str, address: str, *, tags: Sequence[str] = (), most: int = 100
) -> FoundFeed | None:
    """None for what is no feed. With `tags`, entries that carry one of them; the newest `most`, each id once."""
    found = _json_feed(body) if _is_json(body, content_type) else _xml_feed(body, content_type, address)
    if found is None:
        return None
    wanted = {tag.casefold() for tag in tags}
    by_id: dict[str, Entry] = {}
    for entry in found.entries:
        if not wanted or wanted & {tag.casefold() for tag in entry.tags}:
            by_id.setdefault(entry.source_id, entry)
    return msgspec.structs.replace(found, entries=_newest(list(by_id.values()), most))


def _newest(entries: list[Entry], most: int) -> tuple[Entry, ...]:
    if len(entries) <= most:
        return tuple(entries)
    dated = [(entry.published or entry.updated, number, entry) for number, entry in enumerate(entries)]
    if all(date for date, _, _ in dated):
        return tuple(entry for _, _, entry in sorted(dated, key=lambda one: (one[0], -one[1]), reverse=True)[:most])
    return (*entries[: most - most // 2], *entries[len(entries) - most // 2 :])  # new ones stand at one of both ends


def _is_json(body: bytes, content_type: str) -> bool:
    return "json" in content_type.lower() or body[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


# ---------------------------------------------------------------- RSS and Atom


def _xml_feed(body: bytes, content_type: str, address: str) -> FoundFeed | None:
    import feedparser

    # Only what may be in a header of ours; it decides about the encoding, and an encoding may be made up.
    headers = {"content-type": content_type[:200], "content-location": address} if content_type else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = feedparser.parse(
                io.BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
            )
        if not read.get("version") and not read.get("entries"):
            return None
        return _found(read)
    except Exception:  # noqa: BLE001 (whatever a library stumbles over in a stranger's bytes: it is no feed)
        return None


def _found(read: Mapping[str, Any]) -> FoundFeed:
    feed = _mapping(read.get("feed"))
    return FoundFeed(
        title=_title(feed),
        link=_link(feed.get("link")),
        author=_xml_author(feed),
        entries=tuple(entry for one in _list(read.get("entries")) if (entry := _xml_entry(_mapping(one)))),
    )


def _xml_entry(one: Mapping[str, Any]) -> Entry | None:
    content = [_mapping(part) for part in _list(one.get("content"))]
    parts = [_mapping(dict.get(dict(one), "summary_detail")), *content]
    summary = next((words for part in parts if (words := _few_sentences(part))), "")
    tags = (_mapping(tag) for tag in _list(one.get("tags")))
    return _entry(
        given_id=one.get("id"),
        title=_title(one),
        summary=summary,
        link=one.get("link"),
        author=_xml_author(one),
        tags=(word for tag in tags for word in (tag.get("term"), tag.get("label"))),
        # Of a plain dict: feedparser's own answers for one date with the other.
        published=_of_struct(dict(one).get("published_parsed")),
        updated=_of_struct(dict(one).get("updated_parsed")),
    )


def _xml_author(one: Mapping[str, Any]) -> str:
    """A name. An address of mail is nobody's name, and not ours to show."""
    names = (_line(_mapping(one.get("author_detail")).get("name"), 100), _line(one.get("author"), 100))
    return next((name for name in names if name and "@" not in name), "")


def _of_struct(time: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(time), UTC) if time else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


# ---------------------------------------------------------------- JSON Feed (https://www.jsonfeed.org/version/1.1/)


def _json_feed(body: bytes) -> FoundFeed | None:
    try:
        feed = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in str(feed.get("version")):
        return None
    return FoundFeed(
        title=_line(feed.get("title")),
        link=_link(feed.get("home_page_url")),
        author=_json_author(feed),
        entries=tuple(entry for one in _list(feed.get("items")) if (entry := _json_entry(_mapping(one)))),
    )


def _json_entry(one: Mapping[str, Any]) -> Entry | None:
    plain = {"type": "text/plain"}
    parts = [
        {"value": one.get("summary"), **plain},
        {"value": one.get("content_html"), "type": "text/html"},
        {"value": one.get("content_text"), **plain},
    ]
    given = one.get("id")
    return _entry(
        given_id=str(given) if isinstance(given, int | float) else given,
        title=_line(one.get("title")),
        summary=next((words for part in parts if (words := _few_sentences(part))), ""),
        link=one.get("url") or one.get("external_url"),
        author=_json_author(one),
        tags=_list(one.get("tags")),
        published=_of_text(one.get("date_published")),
        updated=_of_text(one.get("date_modified")),
    )


def _json_author(one: Mapping[str, Any]) -> str:
    authors = [*_list(one.get("authors")), one.get("author")]  # the second is of version 1
    return next((name for author in authors if (name := _line(_mapping(author).get("name"), 100))), "")


def _of_text(time: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(time)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None


# ---------------------------------------------------------------- both


def _entry(
    *,
    given_id: Any,
    title: str,
    summary: str,
    link: Any,
    author: str,
    tags: Iterable[Any],
    published: datetime | None,
    updated: datetime | None,
) -> Entry | None:
    """None where there is neither a word nor an address."""
    home = _link(link)
    if not (title or summary or home):
        return None
    named = given_id.strip() if isinstance(given_id, str) else ""
    return Entry(
        source_id=short(_CONTROL.sub("", named) or home or f"{title}\n{summary}", LONGEST_ID),
        title=title,
        summary=summary,
        link=home,
        author=author,
        tags=tuple(dict.fromkeys(word for tag in tags if (word := _line(tag, 100))))[:50],
        published=published,
        updated=updated,
    )


def short(text: str, longest: int) -> str:
    """The same for the same text, and as long as it may be."""
    if len(text) <= longest and "\n" not in text:
        return text
    return f"sha256:{sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def _few_sentences(part: Mapping[str, Any]) -> str:
    """The post stays at its home; what comes here is what one would say of it in passing."""
    value = part.get("value")
    if not isinstance(value, str):
        return ""
    value = value[:_MOST_HTML]
    is_plain = str(part.get("type", "")).startswith("text/plain")
    words = value if is_plain else safe_html.plain_text(safe_html.from_html(_without_open_tag(value)))
    words = _SPACES.sub(" ", _CONTROL.sub(" ", words)).strip()
    sentences = " ".join(_SENTENCE_END.split(words[: _LONGEST_SUMMARY * 4])[:_MOST_SENTENCES])
    if len(sentences) <= _LONGEST_SUMMARY:
        return sentences
    return sentences[:_LONGEST_SUMMARY].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"


def _without_open_tag(value: str) -> str:
    """Cut off within a tag, half of it would stand there as words."""
    return value[: value.rfind("<")] if value.rfind("<") > value.rfind(">") and len(value) == _MOST_HTML else value


def _title(one: Mapping[str, Any]) -> str:
    value, detail = one.get("title"), _mapping(one.get("title_detail"))
    if isinstance(value, str) and "html" in str(detail.get("type", "")):
        value = safe_html.plain_text(safe_html.from_html(value[:_MOST_HTML]))
    return _line(value)


def _line(value: Any, longest: int = LONGEST_TITLE) -> str:
    if not isinstance(value, str):
        return ""
    words = _SPACES.sub(" ", _CONTROL.sub(" ", value[: longest * 4])).strip()
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def _link(value: Any) -> str:
    """An address that a page may carry, and no other."""
    if not isinstance(value, str):
        return ""
    address = value.strip()
    is_web = address.lower().startswith(("http://", "https://"))
    return address if is_web and len(address) <= LONGEST_LINK and not re.search(r"[\s\"'<>\x00-\x20]", address) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()

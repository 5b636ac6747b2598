"""Whatever the bytes are, reading them gives a feed or none, in bounds, and nothing in it can be executed."""

import gzip
import io
import json
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside.bridges.adapters.feed.page import feed_links
from alongside.bridges.adapters.feed.parse import account_id, events, room_events
from alongside.bridges.adapters.feed.reading import Entry, FoundFeed, read_feed, short
from alongside.bridges.adapters.feed.rooms import FeedRoom
from alongside.bridges.port import Said
from alongside.kit import safe_html

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOME = "https://blog.example/feed"


def rss(inside: str, before: str = "", rss: str = '<rss version="2.0">') -> bytes:
    return f"{before}{rss}<channel><title>T</title>{inside}</channel></rss>".encode()


def read(body: bytes, content_type: str = "", **more: object) -> FoundFeed:
    found = read_feed(body, content_type, HOME, **more)  # type: ignore[arg-type]
    assert found is not None
    return found


def only(body: bytes, content_type: str = "") -> Entry:
    (entry,) = read(body, content_type).entries
    return entry


def fits(feed: FoundFeed) -> None:
    """What the store can hold, and a page can show."""
    room = FeedRoom(HOME)
    arrived, told = events(room, feed, {}, NOW)
    assert len(arrived) <= 2 * len(feed.entries) + 1
    assert len(told) == len(feed.entries)
    for one in [*arrived, *room_events(room, feed.title, feed.link, NOW)]:
        event = one.event
        for name, longest in {"source_id": 200, "account": 200, "name": 200, "subject": 200, "url": 2000}.items():
            assert len(getattr(event, name, "")) <= longest
            assert "\x00" not in getattr(event, name, "")
        if isinstance(event, Said):
            assert event.text.strip()
            assert len(event.text) <= 2000
            assert safe_html.from_html(event.html) == event.html
            assert event.said_at <= NOW
            assert not event.url or event.url.startswith(("http://", "https://"))


# Any bytes

PIECES = st.sampled_from(
    [
        b"<rss version='2.0'>", b"<channel>", b"<item>", b"</item>", b"<title>", b"</title>", b"<guid>", b"<link>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<entry>", b"</entry>", b"<content type='xhtml'>", b"<div>",
        b"<![CDATA[", b"]]>", b"&lt;script>", b"<script>alert(1)</script>", b"<pubDate>Thu, 99 Foo 99999 25:61:61</pubDate>",
        b"<updated>0000-00-00T00:00:00Z</updated>", b"&amp;", b"&#x0;", b"&#xD800;", b"<!DOCTYPE x [", b"<!ENTITY a '&a;'>",
        b"&a;", b"<?xml version='1.0' encoding='", b"utf-16", b"idna", b"'?>", b"\xff\xfe", b"\x00", b"\xc3\x28",
        b"<category term='x'/>", b"<author>a@b.example (A)</author>", b"<media:content url='x'/>", b"<psc:chapter start='x'/>",
        b"<georss:point>1 x</georss:point>", b"<link href='javascript:alert(1)'/>", b"xml:base='http://[::1'", b"<a ", b">",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [', b'{"id": 1, "title": "x"}', b"]}", b"[" * 50, b"null",
    ]
)  # fmt: skip


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=25).map(b"".join)), st.text(max_size=30))
def test_any_bytes_are_a_feed_that_fits_or_none(body: bytes, content_type: str) -> None:
    found = read_feed(body, content_type, HOME)
    if found:
        fits(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ITEM_KEYS = ["id", "url", "external_url", "title", "content_html", "content_text", "summary", "date_published",
             "date_modified", "authors", "author", "tags"]  # fmt: skip


@settings(deadline=None)
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("title", "home_page_url", "authors", "author"), JSON)),
    st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(ITEM_KEYS, JSON)) | JSON, max_size=5) | JSON,
)
def test_any_json_is_a_feed_that_fits(about: dict[str, object], items: object) -> None:
    feed = {**about, "version": "https://jsonfeed.org/version/1", "items": items}
    fits(read(json.dumps(feed).encode(), "application/feed+json"))


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=20).map(b"".join)), st.text(max_size=20))
def test_any_bytes_are_a_page_with_links_or_without(body: bytes, content_type: str) -> None:
    assert len(feed_links(body, content_type, HOME)) <= 20


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"<",
        b"{}",
        b"[]",
        b"null",
        b"<html><title>x",
        b"plain",
        b"\x00" * 100,
        b'{"version": 1}',
        b"PK\x03\x04",
    ],
)
def test_what_is_no_feed_is_none(body: bytes) -> None:
    assert read_feed(body, "", HOME) is None


def test_a_broken_feed_gives_what_stands_in_it() -> None:
    cut = rss("<item><title>One</title><link>https://b.example/1</link></item><item><title>Two</ti & <b>")[:-30]
    assert read(cut).entries[0].title == "One"


def test_one_broken_item_costs_itself_only() -> None:
    items = [
        5,
        None,
        {"id": ["x"]},
        {"id": 7, "title": "Good"},
        {"title": {"a": 1}},
        {"id": "9", "content_text": "Words."},
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items}
    assert [(one.source_id, one.title or one.summary) for one in read(json.dumps(feed).encode()).entries] == [
        ("7", "Good"),
        ("9", "Words."),
    ]


# Hostile feeds


def test_entities_are_not_multiplied() -> None:
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = rss("<item><title>&l9;</title></item>", f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{steps}]>')
    found = read_feed(bomb, "application/xml", HOME)
    assert found is None or all(len(entry.title) <= 200 for entry in found.entries)


@pytest.mark.parametrize("kind", ["SYSTEM", "PUBLIC 'x'"])
def test_no_file_and_no_address_is_opened(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("hush")
    opened: list[object] = []
    monkeypatch.setattr(urllib.request, "urlopen", lambda *a, **k: opened.append(a))
    for target in (f"file://{tmp_path}/secret", str(tmp_path / "secret"), "http://127.0.0.1:9/x"):
        for inside in ("&x;", f"<title>&x;</title><link>{target}</link>"):
            body = rss(f"<item><title>A</title><description>{inside}</description></item>",
                       f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x {kind} "{target}">]>')  # fmt: skip
            assert "hush" not in repr(read_feed(body, "application/xml", HOME))
    assert opened == []


def test_bytes_that_name_a_file_are_bytes(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(rss("<item><title>hush</title></item>"))
    assert read_feed(str(tmp_path / "feed.xml").encode(), "", HOME) is None
    assert read_feed(b"http://127.0.0.1:9/", "", HOME) is None


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>Words.",
        "<img src=x onerror=alert(1)>Words.",
        '<a href="javascript:alert(1)">Words.</a>',
        "<svg onload=alert(1)>Words.</svg>",
        "<style>*{background:url(javascript:alert(1))}</style>Words.",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>Words.",
        "&lt;script&gt;alert(1)&lt;/script&gt; Words.",
    ],
)
@pytest.mark.parametrize("where", ["description", "title", "content:encoded", "dc:creator", "category", "guid", "link"])
def test_nothing_in_a_post_is_more_than_words(markup: str, where: str) -> None:
    head = ('<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/">')  # fmt: skip
    parts = {"description": "Words.", "title": "Title", "guid": "1", where: f"<![CDATA[{markup}]]>"}
    body = rss("<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in parts.items()) + "</item>", rss=head)
    found = read(body)
    fits(found)
    (said,) = [one.event for one in events(FeedRoom(HOME), found, {}, NOW)[0] if isinstance(one.event, Said)]
    assert "<" not in said.html.replace("<p>", "").replace("</p>", "")
    assert "javascript" not in said.url


def test_a_hundred_thousand_entries_are_the_newest_hundred() -> None:
    dated = "".join(
        f"<item><guid>{n}</guid><title>N{n}</title><pubDate>Sun, 01 Mar 2026 {n // 3600:02}:{n // 60 % 60:02}:{n % 60:02} GMT"
        "</pubDate></item>" for n in range(5_000)
    )  # fmt: skip
    assert [entry.title for entry in read(rss(dated)).entries] == [f"N{n}" for n in range(4_999, 4_899, -1)]
    undated = "".join(f"<item><title>N{n}</title></item>" for n in range(300))
    assert len(read(rss(undated)).entries) == 100
    assert {"N0", "N299"} <= {entry.title for entry in read(rss(undated)).entries}, "new ones stand at one of both ends"


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", "application/rss+xml"),
        ("utf-8", "", "text/xml"),
        ("utf-8", "latin-1", "application/xml; charset=utf-8"),
        ("latin-1", "latin-1", ""),
        ("latin-1", "utf-8", "text/xml"),
        ("windows-1252", "utf-8", "application/xml"),
        ("utf-16", "utf-16", ""),
        ("utf-8-sig", "utf-8", "application/xml"),
        ("utf-8", "no-such-thing", "application/xml"),
        ("utf-8", "base64", "application/xml"),
    ],
)
def test_words_are_read_however_they_are_written(encoding: str, declared: str, content_type: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = rss("<item><title>Größe</title></item>", head).decode().encode(encoding)
    assert only(body, content_type).title == "Größe"


@pytest.mark.parametrize("declared", ["idna", "punycode", "undefined", "unicode_escape", "utf-7", "raw_unicode_escape"])
def test_an_encoding_that_is_a_trap_is_survived(declared: str) -> None:
    read_feed(rss("<item><title>a-b.c</title></item>", f'<?xml version="1.0" encoding="{declared}"?>'), "", HOME)


# What is taken from an entry


@pytest.mark.parametrize(
    ("inside", "source_id"),
    [
        ("<guid>g</guid><link>https://b.example/1</link><title>T</title>", "g"),
        ("<link>https://b.example/1</link><title>T</title>", "https://b.example/1"),
        ("<title>T</title>", short("T\n", 200)),
        (f"<guid>{'g' * 5000}</guid><title>T</title>", short("g" * 5000, 200)),
    ],
)
def test_an_entry_is_known_by_its_id_or_its_link_or_its_words(inside: str, source_id: str) -> None:
    assert only(rss(f"<item>{inside}</item>")).source_id == source_id


def test_an_id_that_stands_twice_is_one_entry() -> None:
    twice = "<item><guid>1</guid><title>A</title></item><item><guid>1</guid><title>B</title></item>"
    assert [entry.title for entry in read(rss(twice)).entries] == ["A"]


def test_an_entry_without_a_word_is_none() -> None:
    assert read(rss("<item><guid>1</guid></item><item/>")).entries == ()


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("One. Two. Three. Four.", "One. Two. Three."),
        ("&lt;p>One&lt;/p>&lt;p>Two&lt;/p>", "One Two"),
        ("Is it so? It is! Good… And more.", "Is it so? It is! Good…"),
        ("word " * 500, ("word " * 80).strip() + "…"),
        ("x" * 5000, "x" * 400 + "…"),
        ("&lt;img src='a.png'>", ""),
        ("3.5 litres of honey", "3.5 litres of honey"),
    ],
)
def test_a_few_sentences_come_and_the_post_stays_at_its_home(body: str, summary: str) -> None:
    assert only(rss(f"<item><title>T</title><description>{body}</description></item>")).summary == summary


@pytest.mark.parametrize(
    ("author", "name"),
    [("ana@example.org (Ana Moreau)", "Ana Moreau"), ("ana@example.org", ""), ("Ana", "Ana"), ("", "")],
)
def test_nobodys_mail_address_is_taken(author: str, name: str) -> None:
    entry = only(rss(f"<item><title>T</title><author>{author}</author></item>"))
    assert entry.author == name


def test_directions_of_writing_cannot_turn_a_name_around() -> None:
    assert only(rss("<item><title>a\u202eb\u2066c</title></item>")).title == "a b c"


def test_an_address_that_is_too_long_for_an_account_is_shortened_the_same_way_each_time() -> None:
    room = FeedRoom(f"https://b.example/{'x' * 270}")
    assert account_id(room, "Ana") == account_id(room, "Ana") != account_id(room, "Bo")
    assert len(account_id(room, "Ana")) <= 200


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=10), max_size=3))
def test_a_rooms_address_says_what_flows_into_it(tags: list[str]) -> None:
    room = FeedRoom(HOME, tuple(tags))
    assert FeedRoom.of(room.source_id) == room


# Pages


def links(body: str, address: str = "https://b.example/post/1") -> list[str]:
    return [link.address for link in feed_links(body.encode(), "text/html; charset=utf-8", address)]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed">', ["https://b.example/feed"]),
        (
            "<LINK HREF=feed.atom TYPE='application/atom+xml' REL='home ALTERNATE'>",
            ["https://b.example/post/feed.atom"],
        ),
        (
            '<base href="https://c.example/x/"><link rel=alternate type=application/feed+json href=f>',
            ["https://c.example/x/f"],
        ),
        ('<link rel="alternate" type="text/html" href="/de">', []),
        ('<link rel="stylesheet" type="application/rss+xml" href="/x">', []),
        ('<!-- <link rel="alternate" type="application/rss+xml" href="/feed"> -->', []),
        ("<script>'<link rel=alternate type=application/rss+xml href=/feed>'</script>", []),
        ("", []),
    ],
)
def test_only_what_a_page_says_is_its_feed(page: str, found: list[str]) -> None:
    assert links(page) == found


def test_a_page_of_links_has_an_end() -> None:
    assert len(links('<link rel="alternate" type="application/rss+xml" href="/feed">' * 5000)) == 20


def test_packed_bytes_that_were_not_unpacked_are_no_feed() -> None:
    assert read_feed(gzip.compress(rss("")), "", HOME) is None


def test_reading_says_nothing_and_opens_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    before = len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0
    read_feed(io.BytesIO(rss("<item><title>x</title></item>")).getvalue(), "", HOME)
    assert capfd.readouterr() == ("", "")
    if sys.platform == "linux":
        assert len(list(Path("/proc/self/fd").iterdir())) == before

"""A blog on this machine, with verbs: what its author does, and how its server fails."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from html import escape

from tests.kit.outside import Request, Say, Server, answer, redirect

Answer = bytes | Callable[[Say], None]


@dataclass(frozen=True)
class Written:
    guid: str
    title: str
    body: str
    date: datetime | None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    author: str = ""


@dataclass
class Blog:
    """Answers at /feed.xml (RSS), /atom.xml, /feed.json, and with a page that names them at /."""

    title: str = "Bees and Books"
    posts: list[Written] = field(default_factory=list)
    knows_etags: bool = True
    says: dict[str, str] = field(default_factory=dict)  # more headers
    _answers: dict[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server = Server(self._answer)
        self.at = self.server.at
        self.feed = f"{self.at}/feed.xml"

    # What its author does.

    def publish(self, title: str, body: str = "", *, date: datetime | None = None, **more: object) -> Written:
        written = Written(f"post-{len(self.posts) + 1}", title, body, date, **more)  # type: ignore[arg-type]
        self.posts.insert(0, written)
        return written

    def edit(self, written: Written, **changes: object) -> Written:
        changed = replace(written, **changes)  # type: ignore[arg-type]
        self.posts[self.posts.index(written)] = changed
        return changed

    def rename(self, title: str) -> None:
        self.title = title

    # How it fails.

    def say(self, path: str, said: Answer) -> None:
        self._answers[path] = said

    def fail(self, path: str = "/feed.xml", status: str = "500 Oh", **headers: str) -> None:
        self.say(path, answer(b"", status, **headers))

    def break_(self, path: str = "/feed.xml") -> None:
        self.say(path, answer(b"<html><body>The database is down.</body></html>", Content_Type="text/html"))

    def slow(self, path: str = "/feed.xml", seconds: float = 2.0) -> None:
        self.say(path, lambda _: time.sleep(seconds))

    def redirect(self, path: str, to: str, *, for_good: bool) -> None:
        self.say(path, redirect(to, "301 Moved" if for_good else "302 Found"))

    def gone(self, path: str = "/feed.xml") -> None:
        self.fail(path, "410 Gone")

    def mend(self, path: str = "/feed.xml") -> None:
        self._answers.pop(path, None)

    # What was seen of us.

    def asked(self, path: str = "/feed.xml") -> list[Request]:
        return [request for request in self.server.requests if request.target == path]

    def close(self) -> None:
        self.server.close()

    def _answer(self, request: Request) -> Answer:
        if request.target in self._answers:
            return self._answers[request.target]
        pages = {"/feed.xml": self.rss, "/moved.xml": self.rss, "/atom.xml": self.atom, "/feed.json": self.json_feed}
        pages["/"] = self.page
        if request.target not in pages:
            return answer(b"", "404 Not Found")
        body = pages[request.target]()
        tag = f'"{hash(body)}"'
        if self.knows_etags and request.headers.get("if-none-match") == tag:
            return answer(b"", "304 Not Modified", **self.says)
        kind = (
            "application/feed+json" if request.target.endswith("json") else "text/html" if request.target == "/" else ""
        )
        more = {"ETag": tag} if self.knows_etags else {}
        return answer(body, Content_Type=kind or "application/xml; charset=utf-8", **more, **self.says)

    def page(self) -> bytes:
        return (
            f"<!doctype html><head><title>{self.title}</title>"
            '<link rel=stylesheet href="/x.css"><link rel="alternate" hreflang="de" href="/de">'
            '<link rel="alternate" type="application/rss+xml" title="Posts" href="feed.xml">'
            '<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments.xml">'
        ).encode()

    def rss(self) -> bytes:
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            f' xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>{escape(self.title)}</title><link>{self.at}/</link>'
            + "".join(self._item(post) for post in self.posts)
            + "</channel></rss>"
        ).encode()

    def _item(self, post: Written) -> str:
        date = f"<pubDate>{format_datetime(post.date)}</pubDate>" if post.date else ""
        updated = f"<atom:updated>{post.updated.isoformat()}</atom:updated>" if post.updated else ""
        author = f"<dc:creator>{escape(post.author)}</dc:creator>" if post.author else ""
        tags = "".join(f"<category>{escape(tag)}</category>" for tag in post.tags)
        return (
            f'<item><guid isPermaLink="false">{post.guid}</guid><title>{escape(post.title)}</title>{author}'
            f"<link>{self.at}/{post.guid}</link><description>{escape(post.body)}</description>{date}{updated}{tags}</item>"
        )

    def atom(self) -> bytes:
        entries = "".join(
            f"<entry><id>{post.guid}</id><title>{escape(post.title)}</title><link href='/{post.guid}'/>"
            f"<content type='html'>{escape(post.body)}</content>"
            + (f"<published>{post.date.isoformat()}</published>" if post.date else "")
            + (f"<updated>{post.updated.isoformat()}</updated>" if post.updated else "")
            + (f"<author><name>{escape(post.author)}</name></author>" if post.author else "")
            + "".join(f"<category term='{escape(tag)}'/>" for tag in post.tags)
            + "</entry>"
            for post in self.posts
        )
        return (
            f"<feed xmlns='http://www.w3.org/2005/Atom'><title>{escape(self.title)}</title><link href='{self.at}/'/>"
            f"{entries}</feed>"
        ).encode()

    def json_feed(self) -> bytes:
        items = [
            {
                "id": post.guid,
                "title": post.title,
                "url": f"{self.at}/{post.guid}",
                "content_html": post.body,
                "date_published": post.date.isoformat() if post.date else None,
                "date_modified": post.updated.isoformat() if post.updated else None,
                "authors": [{"name": post.author}] if post.author else [],
                "tags": list(post.tags),
            }
            for post in self.posts
        ]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": self.title, "home_page_url": f"{self.at}/"}
        return json.dumps({**feed, "items": items}).encode()

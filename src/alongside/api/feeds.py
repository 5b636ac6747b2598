"""Notes open to the organisation, for feed readers, by a private address that its owner can renew.

A feed reader has no token: the address is the key. A wrong one is not there, like any other address.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside.notes.content import PARTS
from alongside.notes.queries import NoteView, unscoped_is_feed_of_somebody, unscoped_open_notes

LONGEST_SECRET = 100
Written = Callable[[HttpRequest, Sequence[NoteView]], bytes]


def _feed(written: Written, content_type: str) -> Callable[[HttpRequest, str], HttpResponse]:
    @require_safe
    def feed(request: HttpRequest, secret: str) -> HttpResponse:
        if len(secret) > LONGEST_SECRET or not unscoped_is_feed_of_somebody(secret):
            raise Http404
        content = written(request, unscoped_open_notes())
        etag = f'"{sha256(content).hexdigest()[:32]}"'
        if request.headers.get("If-None-Match") == etag:
            response: HttpResponse = HttpResponseNotModified()
        else:
            response = HttpResponse(content, content_type=content_type)
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = "no-store"
        return response

    return feed


def _atom(request: HttpRequest, notes: Sequence[NoteView]) -> bytes:
    feed = Atom1Feed(
        title=_title(), link=request.build_absolute_uri("/notes/"), description="", feed_guid="urn:alongside:notes"
    )
    for note in notes:
        feed.add_item(
            title=note.content.title,
            link=_address(request, note),
            description=_html(note),
            author_name=note.kept_by or None,
            unique_id=_identity(note),
            pubdate=note.kept_at,
            updateddate=note.changed_at,
        )
    # An empty feed would carry the present moment, another one at each look.
    feed.latest_post_date = lambda: max(  # type: ignore[method-assign]
        (note.changed_at for note in notes), default=datetime(2026, 1, 1, tzinfo=UTC)
    )
    text: str = feed.writeString("utf-8")
    return text.encode()


def _json(request: HttpRequest, notes: Sequence[NoteView]) -> bytes:
    items = [
        {
            "id": _identity(note),
            "url": _address(request, note),
            "title": note.content.title,
            "content_html": _html(note) or escape(note.content.title),
            "date_published": note.kept_at,
            "date_modified": note.changed_at,
            **({"authors": [{"name": note.kept_by}]} if note.kept_by else {}),
        }
        for note in notes
    ]
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(),
        "home_page_url": request.build_absolute_uri("/notes/"),
        "items": items,
    }
    return msgspec.json.encode(feed)


def _title() -> str:
    return _("What was learned here")


def _identity(note: NoteView) -> str:
    return f"urn:alongside:note:{note.public_id}"


def _address(request: HttpRequest, note: NoteView) -> str:
    return request.build_absolute_uri(f"/notes/{note.public_id}")


def _html(note: NoteView) -> str:
    """The four parts as they were rendered, safe, when written; then what people said, quoted."""
    names = {
        "when": _("When"),
        "what_worked": _("What worked"),
        "why": _("Why we think so"),
        "where_not": _("Where it may not help"),
    }
    pieces = []
    for part in PARTS:
        quoted = "".join(
            f"<blockquote><p>{escape(one.text)}</p><footer>{escape(one.author)}</footer></blockquote>"
            for one in note.passages
            if one.part.value == part and one.text
        )
        if note.html.get(part) or quoted:
            pieces.append(f"<h2>{escape(names[part])}</h2>{note.html.get(part, '')}{quoted}")
    return "".join(pieces)


atom = _feed(_atom, "application/atom+xml; charset=utf-8")
json = _feed(_json, "application/feed+json; charset=utf-8")

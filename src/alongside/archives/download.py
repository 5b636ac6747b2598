"""The one page of archives: one's own words, to take along. Mounted by config; pages do not import archives."""

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from alongside.archives.own_words import own_words
from alongside.people.rules import Viewer
from alongside.people.taking import unscoped_taker


@require_safe
def take_by_link(_request: HttpRequest, token: str) -> HttpResponseBase:
    """The same answer for a link that was never made, one that is over, and one whose account is gone."""
    viewer = unscoped_taker(token)
    if viewer is None:
        raise Http404
    return _streamed(viewer)


@require_safe
def take(request: HttpRequest) -> HttpResponseBase:
    """Streamed, so that many words take no memory."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if viewer.person_id is None:
        return redirect("account_login")
    return _streamed(viewer)


def _streamed(viewer: Viewer) -> HttpResponseBase:
    response = StreamingHttpResponse(own_words(viewer), content_type="application/jsonl; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="my-words.jsonl"'
    return response

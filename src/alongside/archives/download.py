"""The one page of archives: one's own words, to take along. Mounted by config; pages do not import archives."""

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from alongside.archives.own_words import own_words
from alongside.people.rules import Viewer


@require_safe
def take(request: HttpRequest) -> HttpResponseBase:
    """Streamed, so that many words take no memory."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if viewer.person_id is None:
        return redirect("account_login")
    response = StreamingHttpResponse(own_words(viewer), content_type="application/jsonl; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="my-words.jsonl"'
    return response

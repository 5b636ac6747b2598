"""The one page of archives: one's own words, to take along. Mounted by config; pages do not import archives."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from alongside.archives.own_words import own_words
from alongside.kit import clock
from alongside.kit.sealing import sealing_in
from alongside.people.queries import unscoped_viewer_of_account
from alongside.people.rules import Viewer

PURPOSE = "take my things"
TAKEN_WITHIN = timedelta(minutes=30)


def link_to_take(account_id: int) -> str:
    """The path of an address at which this account's words can be fetched for half an hour, without a sign-in: for
    who asked in a tool, where nobody has a session.
    """
    until = int((clock.now() + TAKEN_WITHIN).timestamp())
    return f"/things/take/{sealing_in(settings.HOME).token(f'{account_id} {until}', PURPOSE)}"


@require_safe
def take_by_link(_request: HttpRequest, token: str) -> HttpResponseBase:
    """The same answer for a link that was never made, one that is over, and one whose account is gone."""
    text = sealing_in(settings.HOME).text_of(token, PURPOSE) or "0 0"
    account_id, until = (int(part) for part in text.split())
    viewer = unscoped_viewer_of_account(account_id) if until > clock.now().timestamp() else None
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

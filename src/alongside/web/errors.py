"""Pages for what did not go: what happened, what was kept, what to do."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import loader

from alongside.web import presenting
from alongside.web.pages import page_of


def _page(request: HttpRequest, error: presenting.Error) -> HttpResponse:
    context = {"page": page_of(request, "error"), "error": error}
    return HttpResponse(loader.render_to_string("error.html", context, request, using="jinja2"), status=error.status)


def nothing_here(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """The same for a hidden thing and a missing one."""
    del exception
    return _page(request, presenting.nothing_here())


def not_yours(request: HttpRequest, exception: Any = None, reason: str = "") -> HttpResponse:
    del exception, reason
    return _page(request, presenting.not_yours())


def not_understood(request: HttpRequest, exception: Any = None) -> HttpResponse:
    del exception
    return _page(request, presenting.not_understood())


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the store: it may be what went wrong."""
    error = presenting.went_wrong()
    context = {"page": presenting.Page("error"), "error": error}
    return HttpResponse(loader.render_to_string("error.html", context, request, using="jinja2"), status=error.status)

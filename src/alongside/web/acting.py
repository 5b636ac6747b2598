"""What every form of ours does: it is sent, something happens once, and one is led back to where one was."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from alongside.audiences.queries import NotThere
from alongside.kit.refused import Refused

View = Callable[..., HttpResponse]


def answering_not_there(view: View) -> View:
    """Hidden and missing give the same page."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotThere:
            raise Http404 from None

    return wrapped


def act(back_to: str) -> Callable[[Callable[[HttpRequest], str]], View]:
    """An act by somebody who is here. What the function returns is said once on the page one comes back to."""

    def decorate(function: Callable[[HttpRequest], str]) -> View:
        @require_POST
        @answering_not_there
        @wraps(function)
        def wrapped(request: HttpRequest) -> HttpResponse:
            if request.viewer.person_id is None:  # type: ignore[attr-defined]
                raise PermissionDenied
            try:
                messages.info(request, function(request))
            except Refused as refused:
                messages.info(request, str(refused))
            return redirect(back_to)

        return wrapped

    return decorate


def number_in(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:  # noqa: PLR2004 (what a row's number can be)
        raise Http404
    return int(text)

"""Who reads: whoever is signed in, or, in a try-out, whoever one chose to be."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from alongside.people.queries import (
    first_person_of_try_out,
    unscoped_installation,
    unscoped_person,
    viewer_of_person,
)
from alongside.people.rules import NOBODY, Viewer, may_act_as_anybody

BE = "be"
OUTSIDER = "nobody"
FIRST_PERSON = "miriam.osei@tarnbrook.example"


def with_viewer(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Puts `viewer` and `person` on a request. Nothing is written, and nothing is asked until a view asks."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.person = SimpleLazyObject(lambda: _person(request))  # type: ignore[attr-defined]
        request.viewer = SimpleLazyObject(lambda: _viewer(request))  # type: ignore[attr-defined]
        request.get_host()  # refuses a name that is not ours; nothing else of Django's asks on every page
        return get_response(request)

    return middleware


def is_try_out(request: HttpRequest) -> bool:
    """Whether one may be anybody here. Asked once a request, and never where there is a base URL."""
    if not hasattr(request, "is_try_out"):
        request.is_try_out = _is_try_out()  # type: ignore[attr-defined]
    answer: bool = request.is_try_out  # type: ignore[attr-defined]
    return answer


def _is_try_out() -> bool:
    if settings.BASE_URL:
        return False
    here = unscoped_installation()
    free = may_act_as_anybody(has_run_with_base_url=here.has_run_with_base_url, base_url=settings.BASE_URL)
    return here.is_try_out and free


def _person(request: HttpRequest) -> Any:
    """The person who is signed in or chosen; None for somebody from outside."""
    if request.user.is_authenticated:
        return request.user
    if not is_try_out(request):
        return None
    chosen = request.get_signed_cookie(BE, default="") or ""
    if chosen == OUTSIDER:
        return None
    if chosen.isdigit() and (person := unscoped_person(int(chosen))):
        return person
    return first_person_of_try_out(FIRST_PERSON)


def _viewer(request: HttpRequest) -> Viewer:
    person = request.person  # type: ignore[attr-defined]
    return viewer_of_person(person) if person else NOBODY

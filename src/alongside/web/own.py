"""Pages and acts about oneself: what is known, pausing, being forgotten, joining accounts."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.kit.refused import Refused
from alongside.people.actions import joining, leaving_out
from alongside.people.holders import known_of
from alongside.people.rules import NOBODY
from alongside.web import presenting
from alongside.web.acting import act
from alongside.web.pages import asked_to_sign_in, shown, viewer_of
from alongside.web.views import shown_choices

LONGEST_CODE = 40


@require_safe
def known(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    if viewer.person_id is None:
        return asked_to_sign_in(request)
    sections = tuple(presenting.KnownSection(one.heading, one.lines) for one in known_of(viewer))
    return shown(request, "known.html", "things", known=sections)


@require_POST
def make_code(request: HttpRequest) -> HttpResponse:
    """Shown on the page that answers, and never again."""
    viewer = viewer_of(request)
    if viewer.person_id is None:
        raise PermissionDenied
    return shown_choices(request, new_code=joining.offer_code(viewer))


@act(back_to="choices")
def join(request: HttpRequest) -> str:
    joining.join_by_code(viewer_of(request), code=request.POST.get("code", "")[:LONGEST_CODE])
    return _("That account is you now. You can undo that here at any time.")


@act(back_to="choices")
def pause(request: HttpRequest) -> str:
    if request.POST.get("paused") == "no":
        leaving_out.go_on(viewer_of(request))
        return _("Your words can be found again.")
    leaving_out.pause(viewer_of(request))
    return _("Your words are left out of find, suggestions and new notes. You can go on here at any time.")


@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    stays = tuple(_(sentence) for sentence in leaving_out.CANNOT_BE_CALLED_BACK)
    view = presenting.Forget(viewer.name, stays)
    if request.method != "POST":
        return (
            asked_to_sign_in(request)
            if viewer.person_id is None
            else shown(request, "forget.html", "choices", forget=view)
        )
    if viewer.person_id is None:
        raise PermissionDenied
    if request.POST.get("sure") != "yes":
        messages.info(request, _("Nothing was changed: say first that you know that it cannot be undone."))
        return redirect("forget")
    try:
        leaving_out.forget(viewer)
    except Refused as refused:
        messages.info(request, str(refused))
        return redirect("forget")
    return _farewell(request, view)


def _farewell(request: HttpRequest, view: presenting.Forget) -> HttpResponse:
    """The last page: by then nobody is there any more who could see another."""
    request.session.flush()
    request.person, request.viewer = None, NOBODY  # type: ignore[attr-defined]
    return shown(request, "forgotten.html", "choices", forget=view)

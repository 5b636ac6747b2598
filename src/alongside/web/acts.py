"""What is done on pages. Every one is a form that works without JavaScript."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alongside.conversations.actions.rooms import open_room as opened
from alongside.kit.refused import Refused
from alongside.notes.actions.naming import choose_name as named
from alongside.notes.rules import Naming
from alongside.people import actions
from alongside.people.queries import unscoped_person
from alongside.web.acting import act, number_in
from alongside.web.pages import viewer_of
from alongside.web.viewing import BE, OUTSIDER, is_try_out
from alongside.web.views import shown_choices


@require_POST
def be(request: HttpRequest) -> HttpResponse:
    """In a try-out one may be anybody; anywhere else there is no such page."""
    if not is_try_out(request):
        raise Http404
    chosen = request.POST.get("person", "")
    if chosen != OUTSIDER and not (chosen.isdigit() and unscoped_person(int(chosen))):
        raise Http404
    response = redirect("tools" if request.POST.get("back") == "tools" else "home")
    response.set_signed_cookie(BE, chosen, httponly=True, samesite="Lax")
    return response


@act(back_to="things")
def open_room(request: HttpRequest) -> str:
    opened(viewer_of(request), audience_id=number_in(request, "room"))
    return _("The room is open to its members, and what was said in it can be found by them.")


@act(back_to="choices")
def answer_offer(request: HttpRequest) -> str:
    account_id = number_in(request, "account")
    if request.POST.get("answer") == "me":
        actions.link_account(viewer_of(request), account_id=account_id)
        return _("The account is linked. You can undo that here at any time.")
    actions.decline_account(viewer_of(request), account_id=account_id)
    return _("The account is not offered to you again.")


@act(back_to="choices")
def unlink(request: HttpRequest) -> str:
    actions.unlink_account(viewer_of(request), account_id=number_in(request, "account"))
    return _("The account is not linked to you any more.")


@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """Shown on the page that answers, and never again; so there is no leading back."""
    if viewer_of(request).person_id is None:
        raise PermissionDenied
    token = actions.make_token(viewer_of(request), name=request.POST.get("name", ""))
    return shown_choices(request, new_token=token)


@require_POST
def renew_token(request: HttpRequest) -> HttpResponse:
    if viewer_of(request).person_id is None:
        raise PermissionDenied
    try:
        token = actions.renew_token(viewer_of(request), token_id=number_in(request, "token"))
    except Refused as refused:
        messages.info(request, str(refused))
        return redirect("choices")
    return shown_choices(request, new_token=token)


@act(back_to="choices")
def withdraw_token(request: HttpRequest) -> str:
    actions.withdraw_token(viewer_of(request), token_id=number_in(request, "token"))
    return _("The token does not work any more.")


@act(back_to="choices")
def choose_name(request: HttpRequest) -> str:
    naming = request.POST.get("naming", "")
    if naming not in {one.value for one in Naming}:
        raise Http404
    named(viewer_of(request), naming=Naming(naming), name=request.POST.get("name", ""))
    return _("Notes that go wider name you so, from now on.")


@act(back_to="choices")
def choose_theme(request: HttpRequest) -> str:
    actions.choose_theme(viewer_of(request), theme=request.POST.get("theme", ""))
    return _("Your choice is kept.")

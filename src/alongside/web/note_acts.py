"""What is done with notes and questions on pages. Every one is a form that works without JavaScript."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alongside.audiences.queries import NotThere
from alongside.conversations.actions import questions as asking
from alongside.conversations.asking import message_at
from alongside.conversations.queries import conversation_row
from alongside.kit.refused import Refused
from alongside.notes.actions import keeping, remarking
from alongside.notes.queries import note_view
from alongside.notes.rules import Readers, RemarkKind
from alongside.people.queries import unscoped_accounts_called
from alongside.web import note_views
from alongside.web.acting import answering_not_there, number_in
from alongside.web.note_keeping import content_of, readers_of
from alongside.web.pages import shown, viewer_of
from alongside.web.views import shown_choices


def _signed_in(request: HttpRequest) -> None:
    if viewer_of(request).person_id is None:
        raise PermissionDenied


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    return _edit(request, public_id) if request.method == "POST" else note_views.edit(request, public_id)


@answering_not_there
def _edit(request: HttpRequest, public_id: str) -> HttpResponse:
    _signed_in(request)
    viewer, content, act = viewer_of(request), content_of(request), request.POST.get("act", "save")
    view, based_on = note_view(viewer, public_id), number_in(request, "based_on")
    if act == "discard":
        keeping.discard_draft(viewer, note_id=view.note_id)
        return redirect("note", public_id)
    if act == "draft":
        keeping.save_draft(viewer, content=content, note_id=view.note_id, based_on=based_on)
        messages.info(request, _("Your draft is kept, for you alone."))
        return redirect("note_edit", public_id)
    if not content.title.strip():
        editing = note_views.editing_of_note(view, content, based_on=based_on, error=_("Give it a title."))
        return shown(request, "note_edit.html", "notes", editing=editing)
    merged = keeping.change(viewer, public_id=public_id, content=content, based_on=based_on)
    if merged.conflicts:
        now = note_view(viewer, public_id)
        editing = note_views.editing_of_note(now, now.content, based_on=now.revision, both=merged)
        return shown(request, "note_edit.html", "notes", editing=editing)
    messages.info(request, _("Saved. What it said before is in its history."))
    return redirect("note", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return note_views.tell(request)
    _signed_in(request)
    viewer, sentence, named = viewer_of(request), request.POST.get("sentence", ""), request.POST.get("named", "")
    try:
        accounts = unscoped_accounts_called([name for name in named.split(",") if name.strip()])
        open_to_all = readers_of(request) is not Readers.ME and viewer.reads_organisation
        note = keeping.tell(viewer, sentence=sentence, named=accounts, for_organisation=open_to_all)
    except Refused as refused:
        view = note_views.telling(viewer, sentence=sentence, named=named, error=str(refused))
        return shown(request, "tell.html", "notes", tell=view)
    messages.info(request, _("It is kept. Who you named is asked once, and named only by their own yes."))
    return redirect("note", note.public_id)


@require_POST
@answering_not_there
def remark(request: HttpRequest, public_id: str) -> HttpResponse:
    _signed_in(request)
    kinds = {RemarkKind.HELPED.value: RemarkKind.HELPED, RemarkKind.DID_NOT.value: RemarkKind.DID_NOT}
    kind = kinds.get(request.POST.get("kind", ""))
    if kind is None:
        raise Http404
    if request.POST.get("act") == "take-back":
        remarking.take_remark_back(viewer_of(request), public_id=public_id, kind=kind)
    else:
        _try(
            request,
            lambda: remarking.remark(
                viewer_of(request), public_id=public_id, kind=kind, sentence=request.POST.get("sentence", "")
            ),
        )
    return redirect("note", public_id)


@require_POST
@answering_not_there
def still_true(request: HttpRequest, public_id: str) -> HttpResponse:
    _signed_in(request)
    remarking.remark(viewer_of(request), public_id=public_id, kind=RemarkKind.STILL_TRUE)
    return redirect("note", public_id)


@require_POST
@answering_not_there
def put_back(request: HttpRequest, public_id: str) -> HttpResponse:
    _signed_in(request)
    _try(
        request,
        lambda: keeping.put_back(viewer_of(request), public_id=public_id, number=number_in(request, "revision")),
    )
    return redirect("note", public_id)


@require_POST
@answering_not_there
def weave(request: HttpRequest) -> HttpResponse:
    """`here` is `note:ID` or `conversation:ID`; the other end is an address of a page here."""
    _signed_in(request)
    kind, _colon, public_id = request.POST.get("here", "").partition(":")
    if kind not in {"note", "conversation"}:
        raise Http404
    try:
        remarking.weave(
            viewer_of(request), left=(kind, public_id), right=_end_of(request.POST.get("address", "")),
            why=request.POST.get("why", ""),
        )  # fmt: skip
        messages.info(request, _("Linked. Who may read both sees it on both."))
    except (Refused, NotThere) as refused:
        messages.info(request, str(refused) or _("There is no such note or conversation that you may read."))
    return redirect(kind, public_id)


def _end_of(address: str) -> tuple[str, str]:
    folder, _slash, public_id = urlsplit(address.strip()).path.strip("/").partition("/")
    return {"notes": "note", "conversations": "conversation"}.get(folder, ""), public_id.split("/")[0]


@require_POST
@answering_not_there
def weave_undo(request: HttpRequest) -> HttpResponse:
    _signed_in(request)
    remarking.unweave(viewer_of(request), weave_id=number_in(request, "weave"))
    messages.info(request, _("The link is gone."))
    return redirect("notes")


@require_POST
@answering_not_there
def passage_answer(request: HttpRequest) -> HttpResponse:
    _signed_in(request)
    is_yes = request.POST.get("answer") == "yes"
    remarking.answer_about_passage(viewer_of(request), passage_id=number_in(request, "passage"), is_yes=is_yes)
    messages.info(request, _("Your words stand there now.") if is_yes else _("Your words stay out."))
    return redirect("things")


@require_POST
@answering_not_there
def name_answer(request: HttpRequest) -> HttpResponse:
    _signed_in(request)
    is_yes = request.POST.get("answer") == "yes"
    remarking.answer_about_name(viewer_of(request), credit_id=number_in(request, "name"), is_yes=is_yes)
    messages.info(request, _("You are named there now.") if is_yes else _("You are not named there."))
    return redirect("things")


@require_POST
@answering_not_there
def credit_shown(request: HttpRequest) -> HttpResponse:
    _signed_in(request)
    is_shown = request.POST.get("shown") == "yes"
    remarking.put_on_my_page(viewer_of(request), credit_id=number_in(request, "credit"), is_shown=is_shown)
    return redirect("things")


@require_POST
def renew_feed(request: HttpRequest) -> HttpResponse:
    """Shown on the page that answers, and never again."""
    _signed_in(request)
    try:
        secret = remarking.renew_feed(viewer_of(request))
    except Refused as refused:
        messages.info(request, str(refused))
        return redirect("choices")
    return shown_choices(request, feed_secret=secret)


@require_POST
@answering_not_there
def wonder(request: HttpRequest) -> HttpResponse:
    _signed_in(request)
    public_id = request.POST.get("conversation", "")
    if request.POST.get("wonder") == "no":
        asking.stop_wondering(viewer_of(request), public_id=public_id)
    else:
        asking.wonder(viewer_of(request), public_id=public_id)
        messages.info(request, _("You are told here once it is answered. Nobody else knows."))
    return redirect("questions")


@require_POST
@answering_not_there
def helped(request: HttpRequest, public_id: str) -> HttpResponse:
    """“This helped me”, of a message; or taken back."""
    _signed_in(request)
    viewer = viewer_of(request)
    anchor = request.POST.get("message", "")
    row = message_at(viewer, conversation_row(viewer, public_id), anchor)
    if row is None:
        raise Http404
    if request.POST.get("act") == "take-back":
        asking.take_back_that_it_helped(viewer, message_id=row)
        messages.info(request, _("Taken back. Nothing stays of it."))
    else:
        asking.say_it_helped(viewer, message_id=row, sentence=request.POST.get(f"sentence-{anchor}", ""))
        messages.info(request, _("It stands on the message, in words; nobody counts it."))
    page = number_in(request, "page") if "page" in request.POST else 1
    return redirect(f"{reverse('conversation', args=[public_id])}?page={page}#{anchor}")


@require_POST
@answering_not_there
def asks(request: HttpRequest, public_id: str) -> HttpResponse:
    _signed_in(request)
    _try(
        request,
        lambda: asking.say_whether_it_asks(
            viewer_of(request), public_id=public_id, asks=request.POST.get("asks") == "yes"
        ),
    )
    return redirect("conversation", public_id)


def _try(request: HttpRequest, act: object) -> None:
    """An act that may be refused with a sentence, which is shown on the page one comes back to."""
    try:
        act()  # type: ignore[operator]
    except Refused as refused:
        messages.info(request, str(refused))

"""“See it in your tools”: a chat room and a mailbox that stand for one's own, in a try-out of the sample."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alongside.bridges import demonstration
from alongside.bridges.adapters.pretend.told import Told
from alongside.people.queries import unscoped_people
from alongside.web.pages import now, shown, viewer_of
from alongside.web.viewing import is_try_out
from alongside.web.wording import When, at_time, initials, name_in_bar

LONGEST = 2000
# Who one can be with one press: somebody of the hotline, of billing, of product, and a guest. The bar has everybody.
SUGGESTED = ("Miriam Osei", "Ravi Menon", "Claire Donnelly", "Jo Marlowe")


@dataclass(frozen=True, slots=True)
class Line:
    """Something in the room or the mailbox, as it is shown."""

    key: str
    name: str
    initials: str
    when: When
    told: Told
    is_ours: bool
    is_whispered: bool
    is_mine: bool
    answers: tuple["Line", ...] = ()


@require_safe
def tools(request: HttpRequest) -> HttpResponse:
    view = demonstration.shown_to(viewer_of(request)) if is_try_out(request) else None
    if view is None:
        raise Http404
    people = [one for one in unscoped_people(500) if one.name in SUGGESTED]
    person = request.person  # type: ignore[attr-defined]
    pills = [
        (str(one.person_id), name_in_bar(one.name, is_guest=one.is_guest), bool(person) and one.person_id == person.pk)
        for one in sorted(people, key=lambda one: SUGGESTED.index(one.name))
    ]
    return shown(
        request,
        "tools.html",
        "tools",
        tools={
            "room": view.room,
            "people": pills,
            "chat": None if view.chat is None else _threads(view.chat, view),
            "mailbox": None if view.mailbox is None else _lines(view.mailbox, view),
            "sample": _("@alongside how do you calm a caller who threatens to cancel?"),
            "sample_mail": _("how do you calm a caller who threatens to cancel?"),
        },
    )


def _lines(told: tuple[Told, ...], view: demonstration.Shown) -> list[Line]:
    moment = now()
    return [
        Line(
            key=one.id,
            name=view.names.get(one.author, _("Alongside")),
            initials=initials(view.names.get(one.author, "A")),
            when=at_time(one.said_at, moment),
            told=one,
            is_ours=not one.author,
            is_whispered=bool(one.only_for) and bool(one.room),
            is_mine=bool(one.author) and one.author in (view.account, one.only_for),
        )
        for one in told
    ]


def _threads(told: tuple[Told, ...], view: demonstration.Shown) -> list[tuple[Line, list[Line]]]:
    """What began a thread, in order, each with what was said in it."""
    lines = _lines(told, view)
    here = {line.key for line in lines}
    threads: dict[str, tuple[Line, list[Line]]] = {}
    for line in lines:
        context = line.told.context
        if context and context != line.key and context in here:
            threads[context][1].append(line)
        else:
            threads[line.key] = (line, [])
    return list(threads.values())


def _done(request: HttpRequest, act: Any, where: str, **said: Any) -> HttpResponse:
    if not is_try_out(request) or not demonstration.is_there():
        raise Http404
    try:
        act(viewer_of(request), **said)
    except demonstration.NobodyThere as error:
        messages.info(request, str(error))
    return redirect(f"/tools#{where}")


@require_POST
def say(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("text", "").strip()[:LONGEST]
    if not text:
        return redirect("/tools#chat")
    context = request.POST.get("thread", "")[:40]
    return _done(request, demonstration.write_in_room, "newest", text=text, context=context)


@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("text", "").strip()[:LONGEST]
    if not text:
        return redirect("/tools#mailbox")
    context = request.POST.get("thread", "")[:40]
    return _done(request, demonstration.write_mail, "newest-mail", text=text, context=context)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    return _done(request, demonstration.keep_thread, "newest", message=request.POST.get("message", "")[:40])


@require_POST
def press(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("button", "")
    fields = {name[6:]: value[:LONGEST] for name, value in request.POST.items() if name.startswith("field-")}
    return _done(
        request,
        demonstration.press,
        "newest",
        on=request.POST.get("on", "")[:40],
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 3 else -1,  # noqa: PLR2004
        fields=fields,
    )

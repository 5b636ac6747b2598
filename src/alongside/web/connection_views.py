"""Connections to tools, for an administrator: how each one is, and connecting one step by step."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.bridges import setup
from alongside.bridges.actions.connecting import connect, disconnect
from alongside.bridges.port import Check, Choice
from alongside.bridges.queries import Health, unscoped_health
from alongside.bridges.registry import UnknownKind
from alongside.bridges.sealed import sealing
from alongside.kit import safe_html
from alongside.letters.queries import Waiting, unscoped_all_waiting
from alongside.web.acting import number_in
from alongside.web.pages import now, shown, viewer_of
from alongside.web.wording import When, at_time

LONGEST = 5000


@dataclass(frozen=True, slots=True)
class Line:
    """A connection as the page says it."""

    bridge_id: int
    name: str
    kind: str
    state: str
    problem: str
    heard: When | None
    since: When | None
    is_on: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A setting with what was given for it; nothing secret is ever shown again."""

    choice: Choice
    value: str


def _administrator(request: HttpRequest) -> None:
    """For anybody else there is no such page."""
    if not viewer_of(request).is_administrator:
        raise Http404


@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    _administrator(request)
    health = [one for one in unscoped_health() if not one.kind.startswith("pretend")]
    waiting = unscoped_all_waiting([one.connection_id for one in health])
    lines = tuple(_line(one, waiting[one.connection_id]) for one in health)
    return shown(request, "connections.html", "connections", lines=lines, kinds=setup.kinds())


def _line(one: Health, waiting: Waiting) -> Line:
    moment = now()
    return Line(
        bridge_id=one.bridge_id,
        name=one.name,
        kind=one.kind,
        state=_state(one, waiting),
        problem=one.problem or next(iter(waiting.problems), ""),
        heard=at_time(one.heard_at, moment) if one.heard_at else None,
        since=at_time(one.problem_since, moment) if one.problem_since else None,
        is_on=one.is_on,
    )


def _state(one: Health, waiting: Waiting) -> str:
    if not one.is_on:
        return _("It is disconnected. What was taken in stays.")
    if one.problem:
        return _("It does not work until somebody mends it.") if one.is_permanent else _("It is tried again by itself.")
    if waiting.is_waiting or one.waiting_in:
        return _("It listens; something is on its way.")
    return _("It listens.") if one.heard_at else _("Nothing was heard yet.")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def connecting(request: HttpRequest, kind: str) -> HttpResponse:
    _administrator(request)
    try:
        choices = setup.choices_of(kind)
    except UnknownKind:
        raise Http404 from None
    if kind.startswith("pretend"):
        raise Http404
    if request.method != "POST":
        return _asked(request, kind, choices, {}, [])
    given = {one.name: request.POST.get(one.name, "").strip()[:LONGEST] for one in choices}
    if missing := setup.missing_in(kind, given):
        steps = [Check(what=one.label, is_well=False, mend=_("It is missing.")) for one in missing]
        return _asked(request, kind, choices, given, steps)
    steps, workspace = setup.look(kind, given, sealing())
    if workspace is None:
        return _asked(request, kind, choices, given, steps)
    connect(viewer_of(request), kind=kind, key=workspace.key, name=workspace.name, given=given)
    messages.info(
        request,
        _("%(name)s is connected. Now a member of a room invites Alongside into it, and asks there.")
        % {"name": workspace.name},
    )
    return redirect("connections")


def _asked(
    request: HttpRequest, kind: str, choices: tuple[Choice, ...], given: dict[str, str], steps: list[Check]
) -> HttpResponse:
    asked = tuple(Asked(one, "" if one.is_secret else given.get(one.name, one.default)) for one in choices)
    name = next(one.name for one in setup.kinds() if one.kind == kind)
    guide = safe_html.from_markdown(setup.setup_text(kind))
    return shown(request, "connecting.html", "connections", name=name, asked=asked, steps=steps, guide=guide)


@require_POST
def disconnecting(request: HttpRequest) -> HttpResponse:
    _administrator(request)
    disconnect(viewer_of(request), bridge_id=number_in(request, "bridge"))
    messages.info(request, _("It is disconnected, and its secrets are gone. What was taken in stays."))
    return redirect("connections")

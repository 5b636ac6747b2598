"""What stands around every page: who reads, the try-out's bar, the theme."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from alongside.audiences.rules import Kind
from alongside.bridges.demonstration import is_there
from alongside.conversations.queries import rooms_readable
from alongside.people.queries import unscoped_people
from alongside.people.rules import Viewer
from alongside.web import presenting
from alongside.web.viewing import OUTSIDER, is_try_out
from alongside.web.wording import name_in_bar, reading_words

TOOLS = {"slack": "Slack", "mail": "E-mail", "zulip": "Zulip", "alongside": "Alongside"}
# Beyond that a list to choose from is no help; in one's own archive one asks by the address bar's first letters.
MOST_PEOPLE_IN_BAR = 500


def viewer_of(request: HttpRequest) -> Viewer:
    return cast("Viewer", request.viewer)  # type: ignore[attr-defined]


def page_of(request: HttpRequest, here: presenting.Here) -> presenting.Page:
    person = request.person or None  # type: ignore[attr-defined]
    return presenting.Page(
        here=here,
        person=presenting.Somebody(person.name, is_administrator=bool(person.is_administrator)) if person else None,
        tryout=_try_out(request, person.pk if person else None),
        theme=person.theme if person else "",
        language=settings.LANGUAGE_CODE,
        notices=tuple(str(message) for message in messages.get_messages(request)),
    )


def shown(request: HttpRequest, template: str, here: presenting.Here, **context: Any) -> HttpResponse:
    context = {"page": page_of(request, here), **context}
    return HttpResponse(loader.render_to_string(template, context, request, using="jinja2"))


def shown_part(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """A piece that is put into a page that is there already: nothing stands around it, so nothing is asked for that."""
    return HttpResponse(loader.render_to_string(template, context, request, using="jinja2"))


def asked_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Instead of a page that belongs to a person; after signing in one comes back to it."""
    return shown(request, "sign_in.html", "sign_in", next=request.path)


def tool_of(tool: str) -> str:
    return TOOLS.get(tool, tool)


def source_of(tool: str) -> str:
    """Where a link to the source leads, after “in”: nobody reads anything “in E-mail”."""
    return _("the mail archive") if tool == "mail" else tool_of(tool)


def _try_out(request: HttpRequest, person_id: int | None) -> presenting.TryOut | None:
    if not is_try_out(request):
        return None
    viewer = viewer_of(request)
    closed = [room.name for room in rooms_readable(viewer) if room.audience_kind == Kind.CLOSED.value]
    people = tuple(
        presenting.TryOutPerson(
            str(one.person_id), name_in_bar(one.name, is_guest=one.is_guest), one.person_id == person_id
        )
        for one in unscoped_people(MOST_PEOPLE_IN_BAR)
    )
    outsider = presenting.TryOutPerson(OUTSIDER, _("somebody from outside"), person_id is None)
    return presenting.TryOut(
        (*people, outsider), reading_words(closed, reads_organisation=viewer.reads_organisation), is_there()
    )


def now() -> Any:
    return timezone.localtime()


def whole_or_part(request: HttpRequest, whole: str, part: str, here: presenting.Here, **context: Any) -> HttpResponse:
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    response = shown_part(request, part, **context) if is_part else shown(request, whole, here, **context)
    patch_vary_headers(response, ["HX-Request"])
    return response

"""What stands around every page: who reads, the try-out's bar, the theme."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import timezone

from alongside.audiences.rules import Kind
from alongside.conversations.queries import rooms_readable
from alongside.people.queries import unscoped_people
from alongside.people.rules import Viewer
from alongside.web import presenting
from alongside.web.viewing import OUTSIDER, is_try_out
from alongside.web.wording import reading_words

TOOLS = {"slack": "Slack", "mail": "E-mail", "zulip": "Zulip", "alongside": "Alongside"}
# Beyond that a list to choose from is no help; in one's own archive one asks by the address bar's first letters.
MOST_PEOPLE_IN_BAR = 500


def viewer_of(request: HttpRequest) -> Viewer:
    return cast("Viewer", request.viewer)  # type: ignore[attr-defined]


def page_of(request: HttpRequest, here: presenting.Here) -> presenting.Page:
    person = request.person if getattr(request, "person", None) else None  # type: ignore[attr-defined]
    return presenting.Page(
        here=here,
        person=presenting.Somebody(person.name) if person else None,
        tryout=_try_out(request, person.pk if person else None),
        theme=person.theme if person else "",
        language=settings.LANGUAGE_CODE,
        notices=tuple(str(message) for message in messages.get_messages(request)),
    )


def shown(request: HttpRequest, template: str, here: presenting.Here, **context: Any) -> HttpResponse:
    context = {"page": page_of(request, here), **context}
    return HttpResponse(loader.render_to_string(template, context, request, using="jinja2"))


def tool_of(tool: str) -> str:
    return TOOLS.get(tool, tool)


def _try_out(request: HttpRequest, person_id: int | None) -> presenting.TryOut | None:
    if not is_try_out():
        return None
    viewer = viewer_of(request)
    closed = [room.name for room in rooms_readable(viewer) if room.audience_kind == Kind.CLOSED.value]
    people = tuple(
        presenting.TryOutPerson(str(key), name, key == person_id)
        for key, name, _ in unscoped_people()[:MOST_PEOPLE_IN_BAR]
    )
    outsider = presenting.TryOutPerson(OUTSIDER, "somebody from outside", person_id is None)
    return presenting.TryOut((*people, outsider), reading_words(closed, reads_organisation=viewer.reads_organisation))


def now() -> Any:
    return timezone.localtime()

"""What is one's own about notes: who thanks one, and how one is named. Read and changed by oneself alone."""

from django.http import HttpRequest

from alongside.api import shapes
from alongside.api.acting import sent, writing
from alongside.api.answering import reading, row_number
from alongside.notes.actions.naming import choose_name
from alongside.notes.actions.remarking import put_on_my_page
from alongside.notes.naming import name_chosen
from alongside.notes.queries import thanked_in
from alongside.people.rules import Viewer

_NAMES = {naming: name for name, naming in shapes.NAMINGS.items()}


@reading
def thanks(viewer: Viewer, _request: HttpRequest) -> shapes.ThanksPage:
    return shapes.ThanksPage(
        [shapes.ThanksShown(one.credit_id, one.public_id, one.title, one.is_on_my_page) for one in thanked_in(viewer)]
    )


@reading
def name(viewer: Viewer, _request: HttpRequest) -> shapes.NameInNotes:
    return _name(viewer)


def _name(viewer: Viewer) -> shapes.NameInNotes:
    chosen = name_chosen(viewer)
    return shapes.NameInNotes(_NAMES[chosen.naming], chosen.name)


def _choose(actor: Viewer, request: HttpRequest) -> shapes.NameInNotes:
    asked = sent(request, shapes.Calling)
    choose_name(actor, naming=shapes.NAMINGS[asked.naming], name=asked.name)
    return _name(actor)


def _show(actor: Viewer, request: HttpRequest, row: str) -> None:
    is_shown = sent(request, shapes.Showing).is_on_my_page
    put_on_my_page(actor, credit_id=row_number(row), is_shown=is_shown)


choose, show = writing(_choose), writing(_show)

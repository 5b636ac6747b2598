"""Oneself by the API: what is known, pausing, being forgotten, joining accounts. Each by one's own act only."""

from django.http import HttpRequest

from alongside.api import own_shapes as shapes
from alongside.api.acting import sent, writing
from alongside.api.answering import reading
from alongside.people.actions import joining, leaving_out
from alongside.people.holders import known_of
from alongside.people.queries import accounts_of, choice_of
from alongside.people.rules import Viewer


@reading
def myself(viewer: Viewer, _request: HttpRequest) -> shapes.Myself:
    """For nobody there is nothing: the answer is empty and no error, as it is on every read."""
    return shapes.Myself(
        [
            shapes.AccountShown(str(one.account_id), one.name, one.tool, one.connection, one.is_deactivated)
            for one in accounts_of(viewer)
        ],
        choice_of(viewer).is_paused,
        [shapes.KnownShown(one.heading, list(one.lines)) for one in known_of(viewer)],
    )


def _pause(actor: Viewer, _request: HttpRequest) -> None:
    leaving_out.pause(actor)


def _go_on(actor: Viewer, _request: HttpRequest) -> None:
    leaving_out.go_on(actor)


def _forget(actor: Viewer, request: HttpRequest) -> shapes.Forgotten:
    sent(request, shapes.Forgetting)
    leaving_out.forget(actor)
    return shapes.Forgotten(list(leaving_out.CANNOT_BE_CALLED_BACK))


def _offer_code(actor: Viewer, _request: HttpRequest) -> shapes.Code:
    return shapes.Code(joining.offer_code(actor))


def _join(actor: Viewer, request: HttpRequest) -> None:
    joining.join_by_code(actor, code=sent(request, shapes.CodeSaid).code)


def _part(actor: Viewer, request: HttpRequest) -> None:
    joining.part(actor, account_id=int(sent(request, shapes.Parting).account))


pause, go_on, join, part, forget = (writing(act) for act in (_pause, _go_on, _join, _part, _forget))
offer_code = writing(_offer_code, status=201)

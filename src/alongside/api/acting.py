"""Writes through the API: who acts, what was sent, and errors in the one shape that reads have."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from alongside.api.answering import BadRequest, NotYours, answered, answering, bears_token, viewer_of
from alongside.people.rules import Viewer

Body = TypeVar("Body", bound=msgspec.Struct)
View = Callable[..., Any]


def _ignored(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@cache
def _check_of_forms() -> CsrfViewMiddleware:
    """The one that pages have, whatever it is: a browser's cookie needs it, a token does not."""
    name = next(name for name in settings.MIDDLEWARE if "csrf" in name.lower())
    check: CsrfViewMiddleware = import_string(name)(_ignored)
    return check


def writing(view: View, *, status: int = 200) -> Callable[..., HttpResponse]:
    """An act by somebody. Who acts is asked before what was sent is looked at."""

    @wraps(view)
    def act(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        actor = _actor(request)
        return view(actor, request, *args, **kwargs)

    return answering(act, status=status)


def _actor(request: HttpRequest) -> Viewer:
    actor = viewer_of(request)
    if actor.person_id is None and not actor.account_ids:
        raise NotYours("Send a token, or sign in: what is written is written by somebody.", 401)
    if not bears_token(request) and (
        not _is_json(request) or _check_of_forms().process_view(request, _ignored, (), {}) is not None
    ):
        raise NotYours("Without a token this needs the form token of the page, in the header X-CSRFToken.", 403)
    return actor


def _is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"


def sent(request: HttpRequest, shape: type[Body]) -> Body:
    """The body, as it has to be. Raises BadRequest with one sentence."""
    if not _is_json(request):
        raise BadRequest("Send JSON, and say so: Content-Type: application/json.")
    try:
        return msgspec.convert(_whole(msgspec.json.decode(request.body)), type=shape)
    except RequestDataTooBig:
        raise BadRequest("That is more than a note holds: at most one megabyte.") from None
    except msgspec.ValidationError as error:
        raise BadRequest(f"What was sent is not what is asked for here: {str(error)[:500]}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadRequest("What was sent is not JSON.") from None


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 3.0 is the whole number 3."""
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def by_method(**views: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """One address, one view a method. Free of the middleware's check of forms: `writing` asks it itself."""

    @csrf_exempt
    def chosen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view = views.get("GET" if request.method == "HEAD" else str(request.method))
        if view is None:
            allowed = sorted({*views, *(["HEAD"] if "GET" in views else [])})
            response = answered({"error": f"Here one can only {' or '.join(allowed)}."}, 405)
            response.headers["Allow"] = ", ".join(allowed)
            return response
        return view(request, *args, **kwargs)

    return chosen

"""Who asks, and answers in one shape. A hidden thing answers byte for byte like a missing one."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from alongside.audiences.queries import NotThere
from alongside.kit.refused import Refused
from alongside.people.queries import NobodyKnown, unscoped_viewer_with_token
from alongside.people.rules import Viewer

MOST = 50
LONGEST_NUMBER = 18
_encoder = msgspec.json.Encoder()

View = Callable[..., Any]


class BadRequest(Exception):
    """What was asked cannot be understood; the message says why."""


class NotYours(Exception):
    """Somebody has to be there to do this, and show that it is them; the message says how."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def answered(value: Any, status: int = 200) -> HttpResponse:
    content = b"" if value is None else _encoder.encode(value)
    return HttpResponse(content, content_type="application/json", status=204 if value is None else status)


def answering(view: View, *, status: int = 200) -> Callable[..., HttpResponse]:
    """What a view returns as JSON; None is answered by nothing at all."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _refuse_zeros(request, kwargs)
            return answered(view(request, *args, **kwargs), status)
        except NotThere:
            return answered({"error": "There is nothing here that you may read."}, 404)
        except NobodyKnown as error:
            return _needs_token(answered({"error": str(error)}, 401))
        except NotYours as error:
            response = answered({"error": str(error)}, error.status)
            return _needs_token(response) if error.status == 401 else response  # noqa: PLR2004 (who are you)
        except Refused as error:
            return answered({"error": str(error)}, 409)
        except BadRequest as error:
            return answered({"error": str(error)}, 400)

    return wrapped


def _refuse_zeros(request: HttpRequest, named: dict[str, Any]) -> None:
    """PostgreSQL holds no zero character: nothing is called so, and nothing can be asked with it."""
    if any("\x00" in value for value in named.values() if isinstance(value, str)):
        raise NotThere
    if any("\x00" in text for values in request.GET.lists() for text in values[1]):
        raise BadRequest("A zero character is no text.")


def nothing_here(request: HttpRequest, anything: str = "") -> HttpResponse:
    """An address that the API does not have answers like a thing that it does not have."""
    del anything

    def missing(_request: HttpRequest) -> None:
        raise NotThere

    return answering(missing)(request)


def _needs_token(response: HttpResponse) -> HttpResponse:
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def reading(view: View) -> Callable[..., HttpResponse]:
    """A read: the viewer first, then what was asked."""

    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(viewer_of(request), request, *args, **kwargs)

    return require_safe(answering(read))


def bears_token(request: HttpRequest) -> bool:
    return request.headers.get("Authorization", "").partition(" ")[0].lower() == "bearer"


def viewer_of(request: HttpRequest) -> Viewer:
    """Somebody with a token, or whoever the pages know. Raises NobodyKnown for a token that is not valid."""
    if bears_token(request):
        return unscoped_viewer_with_token(request.headers["Authorization"].partition(" ")[2].strip())
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def number(request: HttpRequest, name: str, default: int, most: int = MOST) -> int:
    text = request.GET.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or not 0 < int(text) <= most:
        raise BadRequest(f"“{name}” has to be a whole number from 1 to {most}.")
    return int(text)


def row_number(text: str) -> int:
    """A number in an address. What is none names nothing."""
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER:
        raise NotThere
    return int(text)


def moment(request: HttpRequest, name: str) -> datetime | None:
    text = request.GET.get(name)
    if text is None:
        return None
    try:
        told = datetime.fromisoformat(text)
        return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadRequest(f"“{name}” has to be a time like 2026-03-01T09:30:00Z.") from None


def one_of(request: HttpRequest, name: str, *words: str) -> str:
    """One of these words; the first where nothing is said."""
    word = request.GET.get(name, words[0])
    if word not in words:
        raise BadRequest(f"“{name}” has to be {' or '.join(words)}.")
    return word

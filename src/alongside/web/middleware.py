"""What every answer carries, whatever view made it."""

from collections.abc import Callable
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def _turned_away(request: HttpRequest) -> HttpResponse | None:
    if "\0" not in unquote(request.get_full_path()):
        return None
    sentence = "This address holds a sign that no address of ours has."
    if request.path.startswith("/api/"):  # whoever asks there reads JSON, also this
        return JsonResponse({"error": sentence}, status=400)
    return HttpResponseBadRequest(sentence)


def protecting(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Strict CSP on everything; nothing that depends on who reads is kept by any cache.

    NUL is turned away at the door: PostgreSQL takes none in a text.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = _turned_away(request) or get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()"
        )
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware

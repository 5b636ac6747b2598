"""What comes to somebody by itself is ended from its address: a page that asks, and one POST that does it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alongside.bridges.actions.ending import end
from alongside.bridges.stopping import unscoped_stopping
from alongside.web.pages import shown


@csrf_exempt  # a mail program has no cookie; whoever has the address was told it alone, and it ends one thing
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """To look at it ends nothing, as programs look at every address in a mail."""
    stopping = unscoped_stopping(token)
    if stopping is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        end(stopping.viewer, about=stopping.about)
    return shown(request, "stop.html", "stop", is_done=is_done)

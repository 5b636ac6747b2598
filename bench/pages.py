"""How many conversation pages a second: ours, its JSON, and the page that one would write first in Django.

All three are served by the same application object in this process, with the same middleware and the same signed-in
person, and show the same 30 messages. They take turns, request by request, so that whatever else the machine does falls
on all of them.
The bare page is what Django's tutorial leads to: the ORM with `select_related`, the same rule of who may read, and a
Django template that is compiled once. It shows the same things, in words that can be translated as ours can.
"""

import json
import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench.installation import header, write_lines
from bench.tables import table

MESSAGES = 30
ROUNDS = 500
WANTED = 3.0

Serve = Callable[[], tuple[int, bytes]]


def main() -> None:
    with TemporaryDirectory(prefix="alongside-bench-") as home:
        os.environ["ALONGSIDE_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "alongside.config.settings"
        rates, sizes = _measured(Path(home))
    bare = rates["bare ORM and Django template"]
    rows = [
        (name, f"{rate:,.0f}", f"{rate / bare:.1f}", f"{sizes[name] / 1000:.1f} kB", _verdict(name, rate / bare))
        for name, rate in rates.items()
    ]
    print(table(["a conversation of 30 messages", "requests/s", "× bare", "answer", ""], rows))


def _verdict(name: str, ratio: float) -> str:
    if name.startswith("bare"):
        return ""
    return "as wanted" if ratio >= WANTED else f"less than {WANTED:.0f} ×"


def _measured(home: Path) -> tuple[dict[str, float], dict[str, int]]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import override_settings
    from django.urls import include, path

    call_command("migrate", verbosity=0, interactive=False)
    public_id, cookie = _stocked(home)
    patterns = [path("", include("alongside.config.urls")), path("bare/<str:public_id>", _bare_view())]
    with override_settings(ROOT_URLCONF=type("Urls", (), {"urlpatterns": patterns})):
        serving = {
            "our page": _serving(f"/conversations/{public_id}", cookie),
            "our JSON": _serving(f"/api/conversations/{public_id}", cookie),
            "bare ORM and Django template": _serving(f"/bare/{public_id}", cookie),
        }
        sizes = {name: _size(serve) for name, serve in serving.items()}
        turns: dict[str, list[float]] = {name: [] for name in serving}
        for _ in range(ROUNDS):
            for name, serve in serving.items():
                began = perf_counter()
                serve()
                turns[name].append(perf_counter() - began)
    return {name: 1 / median(seconds) for name, seconds in turns.items()}, sizes


def _size(serve: Serve) -> int:
    """And see that each of them says what was said, as often as it was."""
    for _ in range(20):
        status, body = serve()
    if status != 200 or body.count(b"bench-message") < MESSAGES:
        raise SystemExit(f"A page does not show the {MESSAGES} messages (status {status}).")
    return len(body)


def _serving(address: str, cookie: str) -> Serve:
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": address, "QUERY_STRING": "", "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost", "HTTP_COOKIE": cookie,
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.multithread": True, "wsgi.multiprocess": False,
        "wsgi.run_once": False, "wsgi.errors": BytesIO(),
    }  # fmt: skip

    def serve() -> tuple[int, bytes]:
        answer: Any = application({**environ, "wsgi.input": BytesIO()}, _starting)
        body = b"".join(answer)
        answer.close()
        return answer.status_code, body

    return serve


def _starting(*_: Any) -> Callable[[bytes], object]:
    return bytes


def _stocked(home: Path) -> tuple[str, str]:
    """One conversation, brought in as any archive is, and somebody of the organisation who is signed in."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from alongside.archives.actions import bring_in
    from alongside.archives.recognising import recognised
    from alongside.conversations.models import Conversation
    from alongside.people.actions import make_person

    archive = write_lines(home / "bench.jsonl", _archive())
    bring_in(None, reader=recognised(archive).reader, path=archive, is_try_out=False)
    person = make_person(None, email="reader@bench.example", name="Ana Moreau")
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return Conversation.objects.get().public_id, f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _archive() -> list[dict[str, Any]]:
    """Thirty messages with the words of the sample's first thirty in Slack, by the same people, on the same days."""
    import alongside

    sample = Path(alongside.__file__).parent / "archives" / "sample" / "slack.jsonl"
    records = [json.loads(line) for line in sample.read_text("utf-8").splitlines()]
    notes = [one for one in records if one["type"] == "Note"][:MESSAGES]
    room = {
        "type": "Group",
        "id": "hotline",
        "name": "#hotline",
        "audience": "organisation",
        "url": "https://chat.example/hotline",
    }
    return [
        header("bench"),
        *(one for one in records if one["type"] == "Person"),
        room,
        *(
            {**_said(one), "source": {**one["source"], "content": f"bench-message {one['source']['content']}"}}
            for one in notes
        ),
    ]


def _said(note: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in note.items() if name != "inReplyTo"}
    return {**kept, "to": "hotline", "context": "thirty", "url": f"https://chat.example/hotline/{note['id']}"}


def _bare_view() -> Callable[..., Any]:
    from django.http import HttpRequest, HttpResponse
    from django.shortcuts import get_object_or_404
    from django.template import engines

    from alongside.audiences.queries import readable_by
    from alongside.conversations.models import Conversation, Message

    template = engines["django"].from_string((Path(__file__).parent / "bare_page.html").read_text("utf-8"))

    def bare(request: HttpRequest, public_id: str) -> HttpResponse:
        viewer = request.viewer  # type: ignore[attr-defined]
        readable = readable_by(viewer, Conversation.objects.select_related("audience", "room__connection"))
        conversation = get_object_or_404(readable, public_id=public_id)
        said = readable_by(viewer, Message.objects.select_related("author")).filter(conversation=conversation)
        context = {"conversation": conversation, "said": said.order_by("said_at", "id")[:200], "person": request.user}
        return HttpResponse(template.render(context, request))

    return bare


if __name__ == "__main__":
    main()

"""Promise 5: reading is not recorded, what is looked for is stored nowhere, and there is nothing to store it in."""

import io
import logging
import re
from pathlib import Path
from typing import Any, cast

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.charter.world import (
    Archives,
    address_of,
    addresses,
    answers,
    everybody_signed_up,
    open_room,
    reading_as,
    said,
)

from alongside.kit.logging_filters import WithoutQuestions
from alongside.people.models import Person

pytestmark = pytest.mark.django_db(transaction=True)

WATCHING = re.compile(
    r"last_?(seen|login|used|active|visit|read)|read_at|seen_at|visited|viewed|opened_at|clicked"
    r"|(^|_)(count|counter|score|rank|streak|badge|points|level|karma|views|hits|reputation)($|_)"
    r"|(^|_)(ip|ip_address|user_agent|referr?er|query|question_asked|search)($|_)",
    re.IGNORECASE,
)
PLANTED = "xylophonquark"


def the_organisation(archives: Archives) -> None:
    archives.bring(
        rooms=[open_room("help")],
        messages=[
            said("o1", "help", "ben", "How do I export an invoice?"),
            said("o2", "help", "ana", "Choose Export as PDF.", minutes=1, context="o1"),
        ],
    )


def dump() -> dict[str, list[str]]:
    """Every row of every table."""
    rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows[table] = sorted(map(repr, cursor.fetchall()))
    return rows


def columns() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        return [
            (table, column.name)
            for table in connection.introspection.table_names(cursor)
            for column in connection.introspection.get_table_description(cursor, table)
        ]


def test_there_is_no_column_in_which_somebody_could_be_watched(db: None) -> None:
    """Of every table there is: ours, Django's, allauth's."""
    assert [place for place in columns() if WATCHING.search(place[1])] == []


def test_no_model_has_a_field_in_which_somebody_could_be_watched() -> None:
    fields = [(model._meta.label, one.name) for model in apps.get_models() for one in model._meta.get_fields()]
    assert [place for place in fields if WATCHING.search(place[1])] == []
    assert Person.last_login is None


def test_reading_and_looking_write_nothing_and_signing_in_writes_a_session(
    archives: Archives, without_meaning: None
) -> None:
    the_organisation(archives)
    readers = everybody_signed_up()
    before = dump()
    client = reading_as(readers.ana)
    signed_in = dump()
    assert [table for table in before if before[table] != signed_in[table]] == ["django_session"]
    asked = addresses(
        rooms=[address_of("room", "help")],
        conversations=[address_of("conversation", "o1")],
        questions=["invoice", PLANTED],
    )
    answers(client, [*asked, "/things/take"])
    assert dump() == signed_in


def test_signing_in_by_letter_writes_a_session_and_nothing_of_when_or_whence(archives: Archives) -> None:
    the_organisation(archives)
    readers = everybody_signed_up()
    before = dump()
    client = Client(REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT="Watcher/1.0")
    client.post("/sign-in/ask/", {"email": readers.ana.email})
    letters = list((settings.HOME / "mail").glob("*")) if (settings.HOME / "mail").is_dir() else []
    from django.core import mail

    text = str(mail.outbox[-1].body) if getattr(mail, "outbox", None) else letters[-1].read_text("utf-8")
    code = re.search(r"code=([\w-]+)", text)
    assert code is not None
    client.post("/sign-in/confirm/", {"code": code.group(1)})
    assert "_auth_user_id" in client.session
    after = dump()
    changed = {table for table in before if before[table] != after[table]}
    assert changed <= {"django_session", "account_emailaddress"}
    everything = repr(after) + repr(dict(client.session.items()))
    assert "203.0.113.9" not in everything
    assert "Watcher" not in everything


def everything_below(home: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_what_somebody_looks_for_is_stored_nowhere(
    archives: Archives, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Searched for in the store, in every file of the home, in the logs, and in what is printed."""
    caplog.set_level(logging.DEBUG)
    the_organisation(archives)
    client = reading_as(everybody_signed_up().ana)
    for question in (
        PLANTED,
        f'"{PLANTED}"',
        f"in:%23{PLANTED}",
        f"from:me+{PLANTED}",
        f"from:{PLANTED}",
        f"{PLANTED}%00",
    ):
        for address in ("/find?q=", "/api/find?q=", "/api/complete?q=", "/nowhere?q=", "/api/rooms/x?q="):
            client.get(address + question)
    client.get(f"/rooms/{PLANTED}")
    client.get(f"/api/find?q=x&before={PLANTED}")
    client.get(f"/sign-in/?next=/find?q={PLANTED}")
    assert PLANTED not in repr(dump())
    assert not [path for path, text in everything_below(settings.HOME).items() if PLANTED.encode() in text]
    printed = capfd.readouterr()
    assert PLANTED not in printed.out + printed.err
    # Captured below the handlers' filter, so without what the filter takes away.
    assert not [record for record in caplog.records if PLANTED in filtered(record)]


def filtered(record: logging.LogRecord) -> str:
    """What the one handler of settings.LOGGING would write."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(WithoutQuestions())
    copied = logging.makeLogRecord(record.__dict__)
    handler.handle(copied)
    return stream.getvalue()


def test_an_error_while_looking_says_nothing_of_the_question(
    archives: Archives, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError(f"cannot parse {PLANTED}") from KeyError(PLANTED)

    monkeypatch.setattr("alongside.web.views.found_for", broken)
    client = Client(raise_request_exception=False)
    answer = client.get(f"/find?q={PLANTED}")
    assert answer.status_code == 500
    assert PLANTED.encode() not in answer.content
    assert caplog.records
    written = "".join(filtered(record) for record in caplog.records)
    assert "ValueError" in written
    assert PLANTED not in written


@pytest.mark.parametrize(
    "line",
    [
        "GET /find?q=%s",
        "Bad Request: /api/find?limit=1&q=%s",
        "http://localhost/find?q=%s#top HTTP/1.1",
        "Forbidden (Referer checking failed - https://x/find?q=%s does not match)",
    ],
)
def test_a_line_of_a_log_carries_no_question(line: str) -> None:
    for record in (
        logging.LogRecord("django.request", logging.ERROR, "", 0, line % PLANTED, (), None),
        logging.LogRecord("django.request", logging.ERROR, "", 0, line, (PLANTED,), None),
    ):
        assert PLANTED not in filtered(record)


def test_every_handler_takes_questions_out_and_no_server_keeps_an_access_log() -> None:
    for handler in cast("dict[str, dict[str, Any]]", settings.LOGGING["handlers"]).values():
        assert "without_questions" in handler["filters"]
    for one in logging.getLogger().handlers:
        if type(one) is logging.StreamHandler:
            assert any(isinstance(held, WithoutQuestions) for held in one.filters)
    assert logging.getLogger("django.request").level >= logging.ERROR
    running = Path(settings.WEB).parent / "config" / "commands" / "running.py"
    assert "log_access=False" in running.read_text("utf-8")


def test_from_somebody_lists_nothing(archives: Archives, without_meaning: None) -> None:
    the_organisation(archives)
    readers = everybody_signed_up()
    for question in ("from:ana", "from:@ana", 'from:"Ana Moreau"', "from:ana@acme.example", "author:ana", "Ana Moreau"):
        for reader in (readers.ben, readers.gus, readers.root):
            found = reading_as(reader).get("/api/find", {"q": question, "limit": "50"}).json()
            assert found["results"] == [], question


def test_no_address_takes_a_person_to_read_what_they_said() -> None:
    def patterns(resolver: URLResolver) -> list[str]:
        found: list[str] = []
        for one in resolver.url_patterns:
            found += patterns(one) if isinstance(one, URLResolver) else [f"{resolver.pattern}{one.pattern}"]
            assert isinstance(one, URLPattern | URLResolver)
        return found

    words = re.compile(r"person|people|user|member|author|account(?!s?$)|profile|activity", re.IGNORECASE)
    assert [pattern for pattern in patterns(get_resolver()) if words.search(pattern)] == []


def test_answers_tell_nobody_whence_one_came_and_no_cache_keeps_them(archives: Archives, without_meaning: None) -> None:
    the_organisation(archives)
    client = reading_as(everybody_signed_up().ana)
    for address in (
        "/",
        "/find?q=invoice",
        "/api/find?q=invoice",
        "/things/",
        "/things/take",
        "/charter",
        "/nowhere",
        "/sign-in/ask/",
    ):
        headers = client.get(address).headers
        assert headers["Referrer-Policy"] == "no-referrer", address
        assert headers["Cache-Control"] == "no-store" or "no-store" in headers["Cache-Control"], address
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, address
        assert "unsafe" not in policy, address
        assert "Set-Cookie" not in headers
        assert not client.get(address).cookies.keys() - {"csrftoken", "messages"}, address


def test_no_page_asks_anything_of_another_server(archives: Archives, without_meaning: None) -> None:
    the_organisation(archives)
    client = reading_as(everybody_signed_up().ana)
    for address in (
        "/",
        "/find?q=invoice",
        f"/conversations/{address_of('conversation', 'o1')}",
        "/things/",
        "/charter",
    ):
        page = client.get(address).content.decode()
        assert not re.findall(
            r"<(?:script|link|img|iframe|source|video|audio)[^>]+(?:src|href)=\"(?!/|data:)[^\"]*", page
        ), address
        assert "<style" not in page
        assert not re.search(r"<[^>]+\s(?:style|on\w+)=", page), address

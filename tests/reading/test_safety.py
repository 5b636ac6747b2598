"""Forms, tokens, base URLs and scripts: ways in that are not the front door."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core import signing
from django.test import Client
from django.urls import URLPattern, get_resolver
from pytest_django import Settings
from tests.charter.world import (
    ANA,
    Archives,
    Readers,
    address_of,
    bring,
    closed_room,
    everybody_signed_up,
    open_room,
    reading_as,
    said,
    signed_up,
    viewer,
    whole,
)

from alongside.kit.refused import Refused
from alongside.people.actions import (
    make_token,
    mark_as_run_with_base_url,
    mark_as_try_out,
    renew_token,
    withdraw_token,
)
from alongside.people.models import Installation, Token
from alongside.search import queries, serving
from alongside.search.followers import catch_up_words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (serving, queries):
        monkeypatch.setattr(module, "model", lambda: None)


@pytest.fixture
def archives(tmp_path: Path, settings: Settings) -> Archives:
    settings.HOME = tmp_path / "home"
    settings.STATIC_ROOT = settings.HOME / "static"
    settings.STATIC_ROOT.mkdir(parents=True)
    return Archives(tmp_path)


@pytest.fixture
def readers(archives: Archives) -> Readers:
    archives.bring(
        rooms=[open_room("help", "gus"), closed_room("board", "ana")],
        messages=[said("o1", "help", "ben", "A zebra."), said("c1", "board", "ana", "A giraffe.")],
    )
    return everybody_signed_up()


def forms() -> list[str]:
    """Every address that a form of ours may be sent to."""

    def below(patterns: Sequence[object], begin: str) -> list[str]:
        found: list[str] = []
        for one in patterns:
            where = begin + str(one.pattern)  # type: ignore[attr-defined]
            found += [where] if isinstance(one, URLPattern) else below(one.url_patterns, where)  # type: ignore[attr-defined]
        return found

    addresses = below(get_resolver().url_patterns, "/")
    return sorted(re.sub(r"<[^>]+>", "zzzzzzzzzzzz", one) for one in addresses if not one.startswith("/api/"))


def test_no_form_is_taken_without_its_mark(readers: Readers) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(readers.ana)
    for address in forms():
        # No forms: what a tool sends is signed; what a mail program ends for somebody (RFC 8058) has its token in the
        # address, and that it takes nothing else is held in tests/bridges/test_no_more.py. Nobody is signed in there.
        if address.startswith(("/hooks/", "/stop/")):
            continue
        assert client.post(address, {"room": "1", "account": "1", "token": "1"}).status_code in {403, 405}, address


def test_every_form_that_a_page_shows_carries_its_mark(readers: Readers) -> None:
    client = reading_as(readers.ana)
    for address in ("/", "/things/", "/choices/", "/find?q=zebra", "/sign-in/out/"):
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", client.get(address).content.decode(), re.DOTALL):
            assert "csrfmiddlewaretoken" in form, address


def test_a_form_from_another_site_is_refused(readers: Readers) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(readers.ana)
    page = client.get("/choices/").content.decode()
    mark = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page)
    assert mark is not None
    sent = {"theme": "dark", "csrfmiddlewaretoken": mark.group(1)}
    assert client.post("/choices/theme", sent, HTTP_ORIGIN="https://evil.example").status_code == 403
    assert client.post("/choices/theme", sent).status_code == 302


def asks(token: str) -> tuple[int, list[str]]:
    answer = Client().get("/api/find?q=giraffe", HTTP_AUTHORIZATION=f"Bearer {token}")
    return answer.status_code, [one["source_id"] for one in answer.json().get("results", [])]


def test_a_token_reads_as_its_person_until_it_is_withdrawn_or_renewed(readers: Readers) -> None:
    audience = re.search(r'name="room" value="(\d+)"', reading_as(readers.ana).get("/things/").content.decode())
    assert audience is not None
    reading_as(readers.ana).post("/things/open-room", {"room": audience.group(1)})
    catch_up_words()
    anas, bens = (make_token(viewer(one), name="t") for one in (readers.ana, readers.ben))
    assert asks(anas) == (200, ["c1"])
    assert asks(bens) == (200, [])
    assert not Token.objects.filter(digest__in=[anas, bens]).exists()
    number = Token.objects.get(person=readers.ana).pk
    for other in (readers.ben, readers.gus, readers.root):
        withdraw_token(viewer(other), token_id=number)
        with pytest.raises(Refused):
            renew_token(viewer(other), token_id=number)
    assert asks(anas)[0] == 200
    renewed = renew_token(viewer(readers.ana), token_id=number)
    assert asks(anas)[0] == 401
    assert asks(renewed) == (200, ["c1"])
    withdraw_token(viewer(readers.ana), token_id=number)
    assert asks(renewed)[0] == 401


def test_a_token_that_is_nobodys_or_somebody_inactives_reads_nothing(readers: Readers) -> None:
    token = make_token(viewer(readers.ana), name="t")
    readers.ana.is_active = False
    readers.ana.save()
    withdrawn = whole(Client().get("/api/rooms", HTTP_AUTHORIZATION=f"Bearer {token}"))
    for bad in ("", "x", "alongside_", f"{token}x", token[:-1], "é", "'; DROP TABLE people_token; --"):
        assert whole(Client().get("/api/rooms", HTTP_AUTHORIZATION=f"Bearer {bad}")) == withdrawn, bad
    signed_in = reading_as(readers.ben)
    assert signed_in.get("/api/rooms", HTTP_AUTHORIZATION="Bearer x").status_code == 401


def test_nobody_is_anybody_outside_a_try_out(readers: Readers) -> None:
    client = Client()
    assert client.post("/be", {"person": readers.ana.pk}).status_code == 404
    client.cookies["be"] = signing.get_cookie_signer(salt="be").sign(str(readers.ana.pk))
    assert client.get("/api/rooms").json() == {"rooms": []}


def test_a_try_out_that_meets_a_base_url_lets_nobody_be_anybody(readers: Readers, settings: Settings) -> None:
    mark_as_try_out(None)
    client = Client()
    assert client.post("/be", {"person": readers.ana.pk}).status_code == 302
    assert client.get("/api/rooms").json()["rooms"]
    settings.BASE_URL = "https://alongside.example"
    assert client.get("/api/rooms").json() == {"rooms": []}
    assert client.post("/be", {"person": readers.ana.pk}).status_code == 404


def test_a_store_is_a_try_outs_or_has_met_the_outside_for_good(readers: Readers) -> None:
    mark_as_run_with_base_url(None)
    with pytest.raises(Refused):
        mark_as_try_out(None)
    Installation.objects.all().delete()
    mark_as_try_out(None)
    with pytest.raises(Refused):
        mark_as_run_with_base_url(None)


@pytest.fixture
def outside(tmp_path: Path) -> dict[str, str]:
    """An environment with a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALONGSIDE_")}
    return {**kept, "ALONGSIDE_HOME": str(tmp_path / "outside")}


def ran(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alongside", *words], env=environment, capture_output=True, text=True, check=False
    )


def test_as_and_measuring_refuse_for_good_once_the_store_met_the_outside(
    outside: dict[str, str], tmp_path: Path
) -> None:
    mark = "from alongside.people.actions import {0}; {0}(None)"
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"id": 1, "text": "zebra"}\n')
    asked = (
        ("find", "zebra"),
        ("find", "--queries", str(queries)),
        ("find", "zebra", "--unit", "message"),
        ("export", "x.jsonl"),
    )
    assert ran(outside, "manage", "migrate", "-v0").returncode == 0
    assert ran(outside, "manage", "shell", "-v0", "-c", mark.format("mark_as_run_with_base_url")).returncode == 0
    for words in asked:
        refused = ran(outside, *words, "--as", "ana@acme.example")
        assert refused.returncode == 2, refused
        assert "base URL" in refused.stderr, refused.stderr
    with_url = {**outside, "ALONGSIDE_BASE_URL": "https://alongside.example"}
    assert "no base URL" in ran(with_url, "run", "--try", "--port", "18999").stderr


def test_a_try_outs_store_refuses_to_be_served_with_a_base_url(outside: dict[str, str]) -> None:
    mark = "from alongside.people.actions import mark_as_try_out; mark_as_try_out(None)"
    ran(outside, "manage", "migrate", "-v0")
    ran(outside, "manage", "shell", "-v0", "-c", mark)
    refused = ran({**outside, "ALONGSIDE_BASE_URL": "https://alongside.example"}, "serve", "--port", "18998")
    assert refused.returncode == 2
    assert "try-out" in refused.stderr


def test_a_base_url_turns_on_secure_cookies_hsts_and_host_checks(outside: dict[str, str]) -> None:
    asked = (
        "import json; from django.conf import settings as s; print(json.dumps([s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 10**7, s.ALLOWED_HOSTS, s.DEBUG]))"
    )
    ran(outside, "manage", "migrate", "-v0")

    def told(environment: dict[str, str]) -> list[object]:
        answer: list[object] = json.loads(ran(environment, "manage", "shell", "-v0", "-c", asked).stdout)
        return answer

    assert told({**outside, "ALONGSIDE_BASE_URL": "https://alongside.example"}) == [
        True,
        True,
        True,
        ["alongside.example"],
        False,
    ]
    without = told(outside)
    assert without[:3] == [False, False, False]
    assert set(without[3]) <= {"127.0.0.1", "localhost", "[::1]", "testserver"}  # type: ignore[call-overload]


def test_another_host_is_refused(readers: Readers, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    assert Client().get("/", HTTP_HOST="evil.example").status_code == 400
    assert Client().get("/", HTTP_HOST="localhost").status_code == 200


SCRIPTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    '<form action="/choices/theme"><button>x</button></form>',
    '<div hx-get="/things/take" hx-trigger="load">x</div>',
    '<p style="position:fixed" class="notice" id="main">x</p>',
    "<style>*{display:none}</style>",
    '<math><mtext></p><img src="x" onerror="alert(1)"></math>',
    "{{ 7*7 }}{% include 'page.html' %}",
)


def test_scripts_in_an_archive_are_inert_on_every_page(archives: Archives) -> None:
    attack = '"><script>alert(1)</script><b onclick=x '
    lines = [
        {"type": "Collection", "alongside": 1, "id": "evil", "name": attack, "tool": "alongside"},
        {"type": "Person", "id": "eve", "name": attack, "email": "ana@acme.example", "preferredUsername": attack},
        {"type": "Group", "id": "r", "name": attack, "audience": "organisation", "url": "javascript:alert(1)"},
        *(
            {
                "type": "Note",
                "id": f"n{number}",
                "context": f"n{number}",
                "attributedTo": "eve",
                "to": "r",
                "name": attack + script,
                "content": f"<p>lantern</p>{script}",
                "published": f"2026-03-02T09:{number:02}:00Z",
                "url": "javascript:alert(1)",
            }
            for number, script in enumerate(SCRIPTS)
        ),
    ]
    path = archives.folder / "evil.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    report = bring(path)
    assert report.new > len(SCRIPTS) / 2
    client = reading_as(signed_up(ANA))
    links = [
        f"/conversations/{address_of('conversation', f'n{number}')}"
        for number in range(len(SCRIPTS))
        if number not in {0, 9}
    ]
    pages = [
        "/",
        "/find?q=lantern",
        "/find?q=in:%23x",
        f"/rooms/{address_of('room', 'r')}",
        "/things/",
        "/choices/",
        *links,
    ]
    pages.append(f"/find?q={attack}")
    for address in pages:
        answer = client.get(address)
        if answer.status_code == 404:
            continue
        page = answer.content.decode()
        tags = [re.sub(r'"[^"]*"', '""', tag) for tag in re.findall(r"<[a-z][^>]*>", page)]
        assert not [tag for tag in tags if re.search(r"\s(on\w+|style|srcdoc)=", tag)], address
        assert not re.findall(r"(?:href|src|action)=\"\s*(?:javascript|data:text)", page, re.IGNORECASE), address
        assert page.count("<script") == Client().get("/charter").content.decode().count("<script"), address
        assert "49" not in re.findall(r"lantern.{0,40}", page)[:1]
        for said_there in re.findall(r'<div class="said".*?</div>', page, re.DOTALL):
            assert not re.search(r"hx-|<form|<iframe|<svg|<style|class=\"notice\"|id=\"main\"", said_there), address


def test_the_settings_of_tests_are_those_of_everybody() -> None:
    assert not django_settings.DEBUG

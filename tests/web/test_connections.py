"""Connections, for an administrator alone."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from tests.bridges.test_hooks import Silent

from alongside.bridges.actions.connecting import connect, say_problem
from alongside.bridges.actions.intake import take_in
from alongside.bridges.models import Arrival, Bridge
from alongside.bridges.port import Arrived, Batch, Body, Check, Post, Said, encoded
from alongside.bridges.registry import ADAPTERS
from alongside.kit import clock
from alongside.letters.actions import give_up, put_out
from alongside.letters.models import Delivery
from alongside.letters.rules import Because
from alongside.people.actions import make_person

pytestmark = pytest.mark.django_db
WORD = "xyzzy-a-very-secret-word"
QUERIES = 8


@pytest.fixture
def home(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.HOME = tmp_path
    for kind in list(ADAPTERS):
        monkeypatch.delitem(ADAPTERS, kind)
    monkeypatch.setitem(ADAPTERS, "silent", f"{Silent.__module__}:{Silent.__name__}")
    monkeypatch.setattr("alongside.bridges.setup.setup_text", lambda _kind: "# Connect Silent\n\nGive it the word.")
    return tmp_path


def signed_in(*, is_administrator: bool) -> Client:
    person = make_person(
        None,
        email=f"{'root' if is_administrator else 'ana'}@acme.example",
        name="Root" if is_administrator else "Ana",
        is_administrator=is_administrator,
    )
    client = Client()
    client.force_login(person)
    return client


def test_for_anybody_else_there_is_no_such_page(home: Path) -> None:
    del home
    bridge = connect(None, kind="silent", key="one", name="Silent", given={"word": WORD})
    for client in (Client(), signed_in(is_administrator=False)):
        missing = client.get("/connections/zzzz/nothing").content
        for address in ("/connections/", "/connections/silent"):
            answer = client.get(address)
            assert (answer.status_code, answer.content) == (404, missing)
        assert client.post("/connections/off", {"bridge": bridge.bridge_id}).status_code == 404
        assert client.post("/connections/silent", {"word": "x"}).status_code == 404
    assert Bridge.objects.get().is_on


def test_an_administrator_sees_how_each_one_is_and_never_a_secret(home: Path) -> None:
    del home
    root = signed_in(is_administrator=True)
    bridge = connect(None, kind="silent", key="one", name="Silent, at Acme", given={"word": WORD})
    say_problem(None, bridge_id=bridge.bridge_id, problem="The token was revoked.", is_permanent=True)
    page = root.get("/connections/").content.decode()
    for words in ("Silent, at Acme", "The token was revoked.", "until somebody mends it"):
        assert words in page
    assert WORD not in page + root.get("/connections/silent").content.decode()


def test_the_page_shows_nothing_of_what_is_said_through_a_connection_nor_who_said_it(home: Path) -> None:
    del home
    root = signed_in(is_administrator=True)
    bridge = connect(None, kind="silent", key="one", name="Silent, at Acme", given={"word": WORD})
    said = Said(source_id="1", room="", account="cy@acme.example", html="<p>zither</p>", text="zither", said_at=clock.now(),
                is_to_us=True, words="zither")  # fmt: skip
    batch = Batch(arrived=(Arrived(remote_id="1", event=said),))
    take_in(None, bridge_id=bridge.bridge_id, connection_id=bridge.connection_id, batch=batch)
    for key in ("waits", "failed"):
        post = encoded(Post(key=key, account="cy@acme.example", body=Body(lines=("lute",))))
        put_out(None, connection_id=bridge.connection_id, key=key, post=post, because=Because.ANSWER)
    give_up(None, delivery_id=Delivery.objects.get(key="failed").pk, reason="It was refused.")
    assert Arrival.objects.exists()
    for address in ("/connections/", "/connections/silent"):
        page = root.get(address).content.decode()
        assert [one for one in ("zither", "lute", "cy@acme") if one in page] == []


def test_nothing_is_kept_before_every_step_is_well(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = signed_in(is_administrator=True)
    assert "It is missing." in root.post("/connections/silent", {"word": ""}).content.decode()

    async def unwell(_self: Silent) -> list[Check]:
        return [Check(what="The word is right", is_well=False, mend="Ask for it again.")]

    with monkeypatch.context() as patched:
        patched.setattr(Silent, "check", unwell)
        page = root.post("/connections/silent", {"word": WORD}).content.decode()
        assert "Ask for it again." in page
        assert WORD not in page
    assert not Bridge.objects.exists()
    assert root.post("/connections/silent", {"word": WORD}).status_code == 302
    row = Bridge.objects.get()
    assert WORD not in row.sealed_settings
    assert not any(WORD.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())
    root.post("/connections/off", {"bridge": row.pk})
    row.refresh_from_db()
    assert (row.is_on, row.sealed_settings) == (False, "")


def test_what_is_no_tool_is_not_there(home: Path) -> None:
    del home
    root = signed_in(is_administrator=True)
    for kind in ("nothing", "pretend-chat"):
        assert root.get(f"/connections/{kind}").status_code == 404


@pytest.mark.parametrize("items", [1, 3])
def test_the_page_asks_as_often_for_three_connections_as_for_one(home: Path, items: int) -> None:
    del home
    root = signed_in(is_administrator=True)
    for number in range(items):
        bridge = connect(None, kind="silent", key=f"key {number}", name=f"Silent {number}", given={"word": WORD})
        for key in range(items):
            name = f"{number} {key}"
            put_out(None, connection_id=bridge.connection_id, key=name, post=b"", because=Because.ANSWER)
            give_up(None, delivery_id=Delivery.objects.get(key=name).pk, reason=f"The post {name} was refused.")
        put_out(None, connection_id=bridge.connection_id, key=f"due {number}", post=b"", because=Because.ANSWER)
    root.get("/connections/")
    with CaptureQueriesContext(connection) as asked:
        page = root.get("/connections/").content.decode()
    assert len(asked) == QUERIES, "\n".join(one["sql"] for one in asked.captured_queries)
    for number in range(items):
        assert f"The post {number} {items - 1} was refused." in page
    assert page.count("It listens; something is on its way.") == items

"""Oneself by the API: one's own token, and nobody else's, does anything here."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.home import a_home
from tests.notes.world import World

from alongside.conversations.models import Message
from alongside.people.actions.joining import offer_code
from alongside.people.models import Account, Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(static_root: None, settings: Any, tmp_path: Path) -> World:
    del static_root
    a_home(settings, tmp_path / "home")
    made = World()
    for name in ("ana", "ben", "gus"):
        made.sign_up(name)
    made.say(made.room("leads", "ana", "ben"), "ana", "A zebra.")
    return made


def asked(world: World, name: str | None, address: str, body: Any = None) -> Any:
    headers = {} if name is None else {"Authorization": f"Bearer {world.token(name)}"}
    if body is None:
        return Client().get(address, headers=headers)
    return Client().post(address, json.dumps(body), content_type="application/json", headers=headers)


def test_what_is_known_is_ones_own(world: World) -> None:
    known = asked(world, "ana", "/api/me").content.decode()
    assert "ana@acme.example" in known
    assert "leads" in known
    for name in ("ben", "gus", None):
        assert "ana@acme.example" not in asked(world, name, "/api/me").content.decode()
    assert "leads" not in asked(world, "gus", "/api/me").content.decode()
    assert asked(world, None, "/api/me").json() == {"accounts": [], "is_paused": False, "known": []}


def test_pausing_and_going_on(world: World) -> None:
    assert asked(world, None, "/api/me/pause", {}).status_code == 401
    assert asked(world, "ana", "/api/me/pause", {}).status_code == 204
    assert asked(world, "ana", "/api/me").json()["is_paused"]
    assert not asked(world, "ben", "/api/me").json()["is_paused"]
    assert asked(world, "ana", "/api/me/go-on", {}).status_code == 204
    assert not asked(world, "ana", "/api/me").json()["is_paused"]


def test_joining_by_a_code_and_parting_again(world: World) -> None:
    code = asked(world, "ana", "/api/me/code", {})
    assert code.status_code == 201
    cleo = world.viewer("cleo")
    refused = asked(world, "ben", "/api/me/join", {"code": "wrong"})
    assert refused.status_code == 409
    assert asked(world, "ana", "/api/me/join", {"code": offer_code(cleo)}).status_code == 204
    accounts = asked(world, "ana", "/api/me").json()["accounts"]
    assert {one["name"] for one in accounts} == {"Ana", "Cleo"}
    mine = next(one["id"] for one in accounts if one["name"] == "Cleo")
    assert asked(world, "ben", "/api/me/part", {"account": mine}).status_code == 409
    assert Account.objects.get(source_id="cleo").person is not None
    assert asked(world, "ana", "/api/me/part", {"account": mine}).status_code == 204
    assert Account.objects.get(source_id="cleo").person is None


def test_being_forgotten_is_said_in_so_many_words(world: World) -> None:
    assert asked(world, None, "/api/me/forget", {"words": "forget me"}).status_code == 401
    assert asked(world, "ana", "/api/me/forget", {"words": "yes"}).status_code == 400
    assert asked(world, "gus", "/api/me/forget", {"words": "forget me"}).status_code == 200
    assert Message.objects.exists()
    token = world.token("ana")
    headers = {"Authorization": f"Bearer {token}"}
    body = json.dumps({"words": "forget me"})
    answer = Client().post("/api/me/forget", body, content_type="application/json", headers=headers)
    assert len(answer.json()["cannot_be_called_back"]) == 4
    assert not Message.objects.exists()
    assert not Person.objects.filter(name="Ana").exists()
    assert Client().get("/api/me", headers=headers).status_code == 401

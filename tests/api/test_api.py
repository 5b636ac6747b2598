"""JSON for scripts: the same rule, plain errors, no scores."""

import json
from typing import Any

import pytest
from django.test import Client
from tests.web.conftest import Organisation, organisation

from alongside.conversations.models import Conversation, Room
from alongside.people.actions import make_token
from alongside.people.queries import viewer_of_person

__all__ = ["organisation"]


@pytest.fixture
def ids(organisation: Organisation) -> dict[str, str]:
    here = organisation(2, 3)
    found = {"token": make_token(viewer_of_person(here.person), name="a test")}
    for kind in ("open", "closed"):
        room = Room.objects.get(source_id=f"{kind}0")
        found[f"{kind}_room"] = room.public_id
        found[f"{kind}_conversation"] = Conversation.objects.filter(room=room).order_by("id")[0].public_id
    return found


def got(address: str, token: str = "", status: int = 200) -> Any:
    answer = Client().get(address, headers={"Authorization": f"Bearer {token}"} if token else {})
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/json")
    assert "no-store" in answer["Cache-Control"]
    return json.loads(answer.content)


def test_what_is_found_comes_with_its_source_and_without_scores(ids: dict[str, str]) -> None:
    found = got("/api/find?q=lift&limit=2", ids["token"])
    assert len(found["results"]) == 2
    first = found["results"][0]
    assert first["url"].startswith("https://acme.example/p/")
    assert first["page"].startswith("/conversations/")
    assert any(piece["marked"] for piece in first["passage"])
    assert "score" not in json.dumps(found)
    assert got("/api/find?q=lift")["results"] == []
    assert not got("/api/find?q=lift")["fits"]


def test_before_leaves_out_what_began_later(ids: dict[str, str]) -> None:
    assert got("/api/find?q=lift&before=2025-01-01T00:00:00Z", ids["token"])["results"] == []
    assert got("/api/find?q=lift&before=2027-01-01", ids["token"])["results"]


def test_rooms_and_what_was_said_in_them_are_for_whom_they_are(ids: dict[str, str]) -> None:
    rooms = got("/api/rooms", ids["token"])["rooms"]
    assert {room["name"] for room in rooms} == {"#open-0", "#open-1", "#closed-0", "#closed-1"}
    assert got("/api/rooms")["rooms"] == []
    room = got(f"/api/rooms/{ids['closed_room']}", ids["token"])
    assert room["audience"] == "closed"
    assert len(room["conversations"]) == 2
    conversation = got(f"/api/conversations/{ids['closed_conversation']}", ids["token"])
    assert [one["author"] for one in conversation["messages"]] == ["Bo Lindqvist", "Ana Moreau", "Bo Lindqvist"]
    assert not conversation["has_later"]
    near = got(f"/api/conversations/{ids['open_conversation']}/related", ids["token"])["related"]
    assert near
    assert all(one["title"] for one in near)


@pytest.mark.parametrize("address", ["rooms/{}", "conversations/{}", "conversations/{}/related"])
def test_what_is_hidden_answers_like_what_is_missing(ids: dict[str, str], address: str) -> None:
    key = "closed_room" if address.startswith("rooms") else "closed_conversation"
    hidden, missing = (Client().get("/api/" + address.format(one)) for one in (ids[key], "nothing"))
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content
    assert dict(hidden.headers) == dict(missing.headers)


def test_completion_names_rooms_that_one_may_read_and_words_of_open_texts(ids: dict[str, str]) -> None:
    assert [one["name"] for one in got("/api/complete?q=in:%23cl", ids["token"])["rooms"]] == ["#closed-0", "#closed-1"]
    assert got("/api/complete?q=in:%23cl")["rooms"] == []
    assert got("/api/complete?q=shaf", ids["token"]) == {"rooms": [], "words": ["shaft"]}
    assert got("/api/complete?q=clos", ids["token"])["words"] == []
    assert got("/api/complete?q=shaf") == {"rooms": [], "words": []}
    assert got("/api/complete?q=%25", ids["token"])["rooms"] == []


@pytest.mark.parametrize(
    "asked",
    [
        "find?q=a&limit=0",
        "find?q=a&limit=51",
        "find?q=a&limit=x",
        "find?q=a&limit=%D9%A1",
        "find?q=a&before=soon",
        "rooms?page=-1",
    ],
)
def test_what_cannot_be_understood_is_a_sentence(ids: dict[str, str], asked: str) -> None:
    error = got(f"/api/{asked}", ids["token"], status=400)["error"]
    assert error.endswith(".")
    assert "Traceback" not in error


def test_a_token_that_is_none_is_refused_and_reads_nothing(ids: dict[str, str]) -> None:
    for token in ("alongside_wrong", "x"):
        assert "token" in got("/api/rooms", token, status=401)["error"]


def test_reading_is_the_only_method(ids: dict[str, str]) -> None:
    assert Client().post("/api/find?q=a").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/rooms?%00=1", "/api/notes?q=%00", "/api/conversations/%00"])
def test_a_sign_that_no_address_has_is_answered_as_described_too(address: str) -> None:
    answer = Client().get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/json")
    assert "error" in answer.json()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

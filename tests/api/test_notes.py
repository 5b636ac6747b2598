"""Notes by the API: who may write and how, what comes back, and what cannot be understood."""

import json
from typing import Any

import pytest
from django.test import Client
from tests.notes.world import World

from alongside.conversations.models import Message
from alongside.conversations.rules import anchor_of
from alongside.notes.models import Note
from alongside.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(static_root: None) -> World:
    del static_root
    world = World()
    for name in ("ana", "ben"):
        world.sign_up(name)
    return world


@pytest.fixture
def said(world: World) -> Message:
    return world.say(world.room("help", is_open=True), "ben", "Name the feeling first.")


def sent(token: str, method: str, address: str, body: Any = None, **headers: str) -> Any:
    answer: Any = Client().generic(
        method,
        address,
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", **headers},
    )
    return answer


def keeping(said: Message, **more: Any) -> dict[str, Any]:
    return {"conversations": [said.conversation.public_id], "content": {"title": "On angry callers"}, **more}


def sentence(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.content
    told = json.loads(answer.content)
    assert list(told) == ["error"]
    words = told["error"]
    assert isinstance(words, str)
    assert words.endswith(".")
    return words


def test_a_note_is_kept_with_passages_and_credits_by_the_place_of_a_message(world: World, said: Message) -> None:
    place = {"conversation": said.conversation.public_id, "message": anchor_of(said.said_at)}
    body = keeping(
        said,
        passages=[{**place, "part": "what_worked", "text": "Name the feeling"}],
        credited=[{**place, "what_for": "the idea"}],
    )
    answer = sent(world.token("ana"), "POST", "/api/notes", body)
    assert answer.status_code == 201
    note = answer.json()
    assert [(one["text"], one["author"]) for one in note["passages"]] == [("Name the feeling", "Ben")]
    assert note["credited"] == [{"name": "Ben", "what_for": "the idea"}]
    assert note["kept_from"][0]["id"] == said.conversation.public_id
    assert sent(world.token("ben"), "GET", f"/api/notes/{note['id']}").json() == note
    listed = sent(world.token("ben"), "GET", f"/api/conversations/{said.conversation.public_id}/kept").json()
    assert [one["title"] for one in listed["notes"]] == ["On angry callers"]


def test_two_people_who_change_a_note_by_the_api_are_told_where_both_wrote(world: World, said: Message) -> None:
    token = world.token("ana")
    note = sent(token, "POST", "/api/notes", keeping(said)).json()
    address = f"/api/notes/{note['id']}"
    change = {"content": {"title": "On angry callers", "why": "It calms."}, "based_on": 1}
    assert sent(token, "PUT", address, change).json()["conflicts"] == []
    change["content"] = {"title": "On angry callers", "why": "It helps."}
    (conflict,) = sent(world.token("ben"), "PUT", address, change).json()["conflicts"]
    assert (conflict["part"], conflict["theirs"], conflict["mine"]) == ("why", "It calms.", "It helps.")
    assert sent(token, "POST", f"{address}/put-back", {"revision": 2}).json()["parts"]["why"]["markdown"] == "It calms."
    revisions = sent(token, "GET", f"{address}/revisions").json()["revisions"]
    assert [one["number"] for one in revisions] == [4, 3, 2, 1]


def test_remarks_without_words_name_nobody(world: World, said: Message) -> None:
    note = sent(world.token("ana"), "POST", "/api/notes", keeping(said)).json()
    address = f"/api/notes/{note['id']}"
    assert sent(world.token("ben"), "POST", f"{address}/remarks", {"kind": "helped"}).status_code == 204
    shown = sent(world.token("ana"), "GET", address).json()
    assert (shown["helped"], shown["did_not_help"], shown["remarks"]) == (True, False, [])
    failed = {"kind": "did not help", "sentence": "The line was bad."}
    assert sent(world.token("ben"), "POST", f"{address}/remarks", failed).status_code == 204
    shown = sent(world.token("ana"), "GET", address).json()
    assert [(one["kind"], one["sentence"]) for one in shown["remarks"]] == [("did not help", "The line was bad.")]
    sentence(sent(world.token("ben"), "POST", f"{address}/remarks", {"kind": "did not help"}), 409)


def test_nobody_writes(world: World, said: Message) -> None:
    answer = Client().post("/api/notes", json.dumps(keeping(said)), content_type="application/json")
    sentence(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"
    sentence(sent("alongside_wrong", "POST", "/api/notes", keeping(said)), 401)
    assert not Note.objects.exists()


def signed_in(name: str) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.get(email=f"{name}@acme.example"))
    return client


@pytest.mark.parametrize("authorization", ["", "Basic YW5hOnNlY3JldA==", "Bearer"])
def test_a_cookie_alone_writes_nothing(world: World, said: Message, authorization: str) -> None:
    """Another site could make a browser send the cookie; it cannot make it send the form token, nor a token."""
    headers = {"Authorization": authorization} if authorization else {}
    for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        answer = signed_in("ana").post(
            "/api/notes", json.dumps(keeping(said)), content_type=content_type, headers=headers
        )
        sentence(answer, 401 if authorization == "Bearer" else 403)
    assert not Note.objects.exists()


def test_a_page_of_ours_writes_with_its_form_token(world: World, said: Message) -> None:
    client = signed_in("ana")
    client.get("/choices/")
    token = client.cookies["csrftoken"].value
    answer = client.post(
        "/api/notes", json.dumps(keeping(said)), content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        '{"conversations": []}',
        '{"conversations": ["x"], "content": {"title": ""}}',
        '{"conversations": ["x"], "content": {"title": "t", "unknown": 1}}',
        '{"conversations": ["x"], "content": {"title": "a\\u0000b"}}',
        '{"conversations": ["\\ud800"], "content": {"title": "t"}}',
        '{"conversations": ["x"], "content": {"title": 7}}',
    ],
)
def test_a_body_that_cannot_be_understood_is_answered_by_a_sentence(world: World, body: str) -> None:
    answer = Client().generic(
        "POST",
        "/api/notes",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {world.token('ana')}"},
    )
    sentence(answer, 400)


def test_more_than_a_megabyte_is_refused(world: World, said: Message) -> None:
    token = world.token("ana")
    sentence(sent(token, "POST", "/api/notes", {"a": "b" * 1_000_100}), 400)
    assert sent(token, "POST", "/api/notes", keeping(said)).status_code == 201


def test_what_is_no_json_is_refused(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.token('ana')}"}
    for content_type, body in (("text/plain", "{}"), ("application/json", b"\xff\xfe{")):
        answer = Client().generic("POST", "/api/notes/tell", body, content_type=content_type, headers=headers)
        sentence(answer, 400)


def test_a_place_where_nobody_spoke_or_where_two_did_names_nobody(world: World, said: Message) -> None:
    token, conversation = world.token("ana"), said.conversation.public_id
    other = world.say(said.room, "cleo", "Breathe.", context=said.source_id)
    Message.objects.filter(pk=other.pk).update(said_at=said.said_at)
    place = {"conversation": conversation, "message": anchor_of(said.said_at)}
    sentence(sent(token, "POST", "/api/notes", keeping(said, credited=[place])), 400)
    sentence(sent(token, "POST", "/api/notes", keeping(said, credited=[{**place, "message": "m1"}])), 400)
    named = sent(token, "POST", "/api/notes", keeping(said, credited=[{**place, "name": "Cleo"}])).json()
    assert [one["name"] for one in named["credited"]] == ["Cleo"]
    quoted = sent(token, "POST", "/api/notes", keeping(said, passages=[{**place, "part": "why", "text": "Breathe."}]))
    assert [one["author"] for one in quoted.json()["passages"]] == ["Cleo"]


def test_a_method_that_an_address_does_not_have_is_named(world: World) -> None:
    answer = sent(world.token("ana"), "DELETE", "/api/notes")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
    assert sent(world.token("ana"), "HEAD", "/api/notes").status_code == 200


@pytest.mark.parametrize("address", ["/api/nowhere", "/api/notes/a/b/c"])
def test_an_address_that_is_not_there_answers_like_a_thing_that_is_not_there(world: World, address: str) -> None:
    token = world.token("ana")
    missing = sent(token, "GET", "/api/notes/zzzzzzzzzzzz")
    assert missing.status_code == 404
    assert sent(token, "GET", address).content == missing.content


@pytest.mark.parametrize("asked", ["page=0", "page=x", "page=99999999", "page=²"])
def test_a_page_that_is_none_is_a_sentence(world: World, asked: str) -> None:
    sentence(sent(world.token("ana"), "GET", f"/api/notes?{asked}"), 400)


def test_a_guest_cannot_tell_the_organisation(world: World) -> None:
    world.sign_up("gus")
    sentence(sent(world.token("gus"), "POST", "/api/notes/tell", {"sentence": "The door is green."}), 409)
    own = {"sentence": "The door is green.", "for_organisation": False}
    assert sent(world.token("gus"), "POST", "/api/notes/tell", own).status_code == 201


def test_two_notes_are_woven_and_both_say_so(world: World) -> None:
    token = world.token("ana")
    ids = [sent(token, "POST", "/api/notes/tell", {"sentence": one}).json()["id"] for one in ("One", "Other")]
    ends = {side: {"kind": "note", "id": one} for side, one in zip(("left", "right"), ids, strict=True)}
    assert sent(token, "POST", "/api/weaves", {**ends, "why": "Both"}).status_code == 204
    shown = [sent(token, "GET", f"/api/notes/{one}").json()["woven"] for one in ids]
    assert [[(one["title"], one["why"]) for one in woven] for woven in shown] == [
        [("Other", "Both")],
        [("One", "Both")],
    ]
    sentence(sent(token, "POST", "/api/weaves", {"left": ends["left"], "right": ends["left"], "why": "Self"}), 409)

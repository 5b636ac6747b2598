"""Feeds of notes: what they hold, for whom, and that their addresses are keys."""

import json
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from tests.notes.world import World, content

from alongside.conversations.models import Message
from alongside.notes.actions.keeping import change
from alongside.notes.actions.remarking import renew_feed

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def world(static_root: None) -> World:
    del static_root
    return World()


@pytest.fixture
def secret(world: World) -> str:
    return renew_feed(world.sign_up("ana"))


@pytest.fixture
def said(world: World) -> Message:
    return world.say(world.room("help", "gus", is_open=True), "ben", "5 < 6 & <b>so</b> on")


def test_an_atom_reader_gets_what_is_open_escaped_and_with_ids_that_stay(
    world: World, secret: str, said: Message
) -> None:
    title = "Is 5 < 6 & “so”?"
    note = world.keep("ana", said, written=content(title, "*Yes* <script>alert(1)</script>"), quoted=[said])
    closed = world.say(world.room("leads", "ana"), "ana", "Closed.")
    world.keep("ana", closed, written=content("Closed"))
    feed = ET.fromstring(Client().get(f"/feeds/{secret}/notes.atom").content)
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == title
    assert entry.findtext(f"{ATOM}id") == f"urn:alongside:note:{note.public_id}"
    html = entry.findtext(f"{ATOM}summary") or ""
    assert "<em>Yes</em>" in html
    assert "<script" not in html
    assert "5 &lt; 6 &amp; &lt;b&gt;so&lt;/b&gt; on" in html


def test_a_json_reader_gets_the_same(world: World, secret: str, said: Message) -> None:
    note = world.keep("ana", said, written=content("On five and six"), quoted=[said])
    answer = Client().get(f"/feeds/{secret}/notes.json")
    assert answer["Content-Type"].startswith("application/feed+json")
    feed = json.loads(answer.content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = feed["items"]
    assert (item["title"], item["authors"]) == ("On five and six", [{"name": "Ana"}])
    assert item["url"].endswith(f"/notes/{note.public_id}")
    assert "<b>" not in item["content_html"]


@pytest.mark.parametrize("end", ["notes.atom", "notes.json"])
def test_nothing_keeps_a_feed_and_what_did_not_change_is_not_sent_again(
    world: World, secret: str, said: Message, end: str
) -> None:
    note = world.keep("ana", said)
    address = f"/feeds/{secret}/{end}"
    first = Client().get(address)
    assert first["Cache-Control"] == "no-store"
    again = Client().get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    change(world.viewer("ben"), public_id=note.public_id, content=content("Another title"), based_on=1)
    assert Client().get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("end", ["notes.atom", "notes.json"])
def test_a_feed_of_nothing_is_a_feed(secret: str, end: str) -> None:
    first, second = (Client().get(f"/feeds/{secret}/{end}") for _ in range(2))
    assert first.status_code == 200
    assert first.content == second.content


@pytest.mark.parametrize("wrong", ["x", "x" * 200, "ä", "' OR 1=1"])
def test_a_wrong_address_is_not_there(secret: str, wrong: str) -> None:
    missing = Client().get("/feeds/nothing/of/this/kind")
    for end in ("notes.atom", "notes.json"):
        answer = Client().get(f"/feeds/{wrong}/{end}")
        assert (answer.status_code, answer.content) == (404, missing.content)


def test_an_address_is_made_by_ones_own_act_and_the_old_one_stops(world: World, secret: str) -> None:
    headers = {"Authorization": f"Bearer {world.token('ana')}"}
    made = Client().post("/api/feeds", headers=headers)
    assert made.status_code == 201
    assert Client().get(f"/feeds/{secret}/notes.atom").status_code == 404
    for address in made.json().values():
        assert Client().get(address.removeprefix("http://testserver")).status_code == 200
    assert Client().post("/api/feeds").status_code == 401
    assert Client().get("/api/feeds", headers=headers).status_code == 405

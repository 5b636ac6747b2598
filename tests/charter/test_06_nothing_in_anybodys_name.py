"""Promise 6 for notes: what a machine filled is shown to nobody until a person saved it, and only what they saved is."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from tests.charter.world import reading_as, whole
from tests.notes.world import World, content

from alongside.conversations.models import Message
from alongside.journal.models import Line
from alongside.notes.actions.keeping import change, save_draft, tell
from alongside.notes.drafted import drafted
from alongside.notes.models import Credit, Note, Passage
from alongside.notes.queries import note_view
from alongside.people.models import Person
from alongside.search.followers import catch_up_words

pytestmark = pytest.mark.django_db(transaction=True)
TELLING = "half-written-by-ana"


@pytest.fixture
def acme(home: Path, without_meaning: None) -> World:
    del home, without_meaning
    world = World()
    for name in ("ana", "ben", "gus"):
        world.sign_up(name)
    return world


def reading(name: str) -> Client:
    return reading_as(Person.objects.get(email=f"{name}@acme.example"))


def thread(world: World) -> list[Message]:
    room = world.room("help", is_open=True)
    first = world.say(room, "ana", "How do I calm an angry caller? I am using the new phone.")
    context = first.source_id
    return [
        first,
        world.say(room, "ben", "Name the feeling first, because it shows that you listen.", context=context),
        world.say(room, "ana", "Thanks, that worked!", context=context),
    ]


def rows() -> dict[str, int]:
    """How many rows each table of ours has."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("alongside.")]
    return {model._meta.label: model._default_manager.count() for model in ours}


def test_a_draft_that_a_machine_filled_is_kept_nowhere(acme: World) -> None:
    said = thread(acme)
    address = said[0].conversation.public_id
    before = rows()
    ana = reading("ana")
    assert b"Name the feeling first" in whole(ana.get(f"/conversations/{address}/keep"))
    draft = ana.get(f"/api/conversations/{address}/draft").json()
    assert any("Name the feeling first" in one["text"] for one in draft["passages"])
    assert drafted(acme.viewer("ana"), address).draft.parts
    assert rows() == before
    catch_up_words()
    for client in (ana, reading("ben")):
        assert {one["kind"] for one in client.get("/api/find?q=feeling").json()["results"]} == {"conversation"}
        assert client.get("/api/notes").json()["notes"] == []


def test_nobody_who_is_not_there_is_drafted_for(acme: World) -> None:
    address = thread(acme)[0].conversation.public_id
    assert Client().get(f"/api/conversations/{address}/draft").status_code == 401
    hidden = acme.say(acme.room("leads", "ana"), "ana", "We raise the price.").conversation.public_id
    for public_id in (hidden, "zzzzzzzzzzzz"):
        assert reading("ben").get(f"/api/conversations/{public_id}/draft").status_code == 404


def test_what_somebody_is_writing_is_read_by_them_alone(acme: World) -> None:
    said = thread(acme)[0]
    note = tell(acme.viewer("ben"), sentence="Naming the feeling works.")
    Line.objects.all().delete()
    ana = acme.viewer("ana")
    save_draft(ana, content=content(TELLING, TELLING), conversation_id=said.conversation_id)
    save_draft(ana, content=content(TELLING, TELLING), note_id=note.pk, based_on=1)
    save_draft(ana, content=content(TELLING, TELLING))
    assert not Line.objects.exists()
    catch_up_words()
    conversation = said.conversation.public_id
    pages = (
        "/",
        "/notes/",
        "/things/",
        f"/notes/{note.public_id}",
        f"/notes/{note.public_id}/edit",
        f"/notes/{note.public_id}/history",
        "/notes/tell",
        f"/conversations/{conversation}",
        f"/conversations/{conversation}/keep",
        f"/conversations/{conversation}/around",
        f"/api/conversations/{conversation}/draft",
        f"/api/conversations/{conversation}/kept",
        f"/api/notes/{note.public_id}",
        f"/api/notes/{note.public_id}/revisions",
        "/api/notes",
        "/find?q=half",
        "/api/find?q=half",
    )
    for client in (Client(), reading("ben"), reading("gus")):
        for page in pages:
            assert TELLING.encode() not in whole(client.get(page)), page
    mine = [page for page in pages if TELLING.encode() in whole(reading("ana").get(page))]
    assert f"/notes/{note.public_id}/edit" in mine
    assert f"/conversations/{conversation}/keep" in mine


def kept(client: Client, **body: Any) -> Note:
    answer = client.post("/api/notes", json.dumps(body), content_type="application/json")
    assert answer.status_code == 201, answer.content
    return Note.objects.get(public_id=answer.json()["id"])


def test_what_the_keeper_left_out_is_in_no_note(acme: World) -> None:
    """Only what was sent is kept: nothing is taken from the draft behind the keeper's back."""
    address = thread(acme)[0].conversation.public_id
    ana = reading("ana")
    draft = ana.get(f"/api/conversations/{address}/draft").json()
    assert len(draft["passages"]) > 1
    chosen = {key: draft["passages"][0][key] for key in ("part", "conversation", "message", "text")}
    kept(ana, conversations=[address], content={"title": "My own title"}, passages=[chosen])
    assert list(Passage.objects.values_list("text", flat=True)) == [chosen["text"]]
    assert not Credit.objects.exists()
    bare = kept(ana, conversations=[address], content={"title": "Another title"})
    view = note_view(acme.viewer("ben"), bare.public_id)
    assert (view.passages, view.credits, view.content) == ((), (), content("Another title"))


def test_words_are_put_into_nobodys_mouth(acme: World) -> None:
    said = thread(acme)
    address = said[0].conversation.public_id
    message = reading("ana").get(f"/api/conversations/{address}").json()["messages"][1]["id"]
    passage = {"part": "why", "conversation": address, "message": message, "text": "Always shout back."}
    body = {"conversations": [address], "content": {"title": "Title"}, "passages": [passage]}
    answer = reading("ana").post("/api/notes", json.dumps(body), content_type="application/json")
    assert answer.status_code == 409
    assert not Note.objects.exists()


def test_every_revision_bears_the_name_of_who_saved_it(acme: World) -> None:
    note = tell(acme.viewer("ben"), sentence="Naming the feeling works.")
    change(acme.viewer("ana"), public_id=note.public_id, content=content("Naming it works."), based_on=1)
    told = reading("gus").get(f"/api/notes/{note.public_id}/revisions")
    assert told.status_code == 404
    revisions = reading("ben").get(f"/api/notes/{note.public_id}/revisions").json()["revisions"]
    assert [(one["number"], one["name"]) for one in revisions] == [(2, "Ana"), (1, "Ben")]


def test_others_are_named_in_what_is_told_by_their_own_yes_only(acme: World) -> None:
    note = tell(acme.viewer("ana"), sentence="At the desk we found it.", named=[acme.accounts["ben"]])
    assert b"Ben" not in whole(reading("ana").get(f"/api/notes/{note.public_id}"))
    (asked,) = reading("ben").get("/api/asked").json()["asked"]
    answer = reading("ben").post(
        f"/api/asked/name/{asked['number']}", json.dumps({"is_yes": True}), content_type="application/json"
    )
    assert answer.status_code == 204
    assert b"Ben" in whole(reading("ana").get(f"/api/notes/{note.public_id}"))

"""Promise 3 for notes: pages, answers, feeds, weaves, credits and errors, for who belongs and for everybody else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.charter.world import MISSING, answers, reading_as, whole
from tests.notes.world import World, content

from alongside.conversations.models import Message
from alongside.notes.actions.keeping import change, tell
from alongside.notes.actions.remarking import put_on_my_page, remark, renew_feed, weave
from alongside.notes.followers import wipe_removed_passages
from alongside.notes.models import Credit, Note, Passage
from alongside.notes.rules import Readers, RemarkKind
from alongside.people.actions import make_person
from alongside.people.models import Person
from alongside.search.followers import catch_up_words

pytestmark = pytest.mark.django_db(transaction=True)

SECRETS = (b"zanzibar", b"Zanzibar", b"takeover", b"war-room", b"quietly-woven")
PUBLIC = "How do I export an invoice?"


@pytest.fixture
def acme(home: Path, without_meaning: None) -> World:
    """Ana belongs to the war room, Ben and Cleo are of the organisation, Gus is a guest, Root an administrator."""
    del home, without_meaning
    world = World()
    for name in ("ana", "ben", "cleo", "gus"):
        world.sign_up(name)
    make_person(None, email="root@acme.example", name="Root", is_full_member=True, is_administrator=True)
    world.room("war-room", "ana")
    return world


def reading(name: str) -> Client:
    return reading_as(Person.objects.get(email=f"{name}@acme.example"))


def others() -> list[Client]:
    return [Client(), *(reading(name) for name in ("ben", "cleo", "gus", "root"))]


def the_open_part(world: World) -> tuple[Message, Note, str]:
    said = world.say(world.room("help", "gus", is_open=True), "ben", PUBLIC)
    note = world.keep("ben", said, written=content("Exporting an invoice", "Choose it, then export."), quoted=[said])
    secret = renew_feed(world.viewer("ben"))
    catch_up_words()
    return said, note, secret


def the_closed_part(world: World, said: Message, opened: Note) -> Note:
    """Everything that can be done with a note, behind the door."""
    room = world.room("war-room", "ana")
    closed = world.say(room, "ana", "The zanzibar takeover needs an invoice export.")
    hidden = world.keep(
        "ana",
        closed,
        said,
        written=content("Zanzibar: the takeover", "Export the invoice of Zanzibar."),
        quoted=[closed, said],
        credited=["ana", "ben"],
    )
    ana = world.viewer("ana")
    change(ana, public_id=hidden.public_id, content=content("Zanzibar: the whole takeover"), based_on=1)
    remark(ana, public_id=hidden.public_id, kind=RemarkKind.HELPED, sentence="The takeover went well.")
    own = ("note", hidden.public_id)
    weave(ana, left=own, right=("note", opened.public_id), why="quietly-woven")
    weave(ana, left=own, right=("conversation", said.conversation.public_id), why="quietly-woven")
    world.keep("ana", closed, written=content("Mine: Zanzibar"), readers=Readers.ME, quoted=[closed])
    put_on_my_page(ana, credit_id=Credit.objects.get(note=hidden, account=world.accounts["ana"]).pk, is_shown=True)
    catch_up_words()
    return hidden


def addresses(said: Message, opened: Note, secret: str, *hidden: str) -> Iterator[str]:
    """Every surface of notes that is read."""
    yield from ("/", "/notes/", "/notes/?page=2", "/things/", "/choices/", "/questions/", "/notes/tell")
    yield from ("/api/notes", "/api/notes?page=2", "/api/asked", "/api/rooms")
    yield from (f"/feeds/{secret}/notes.atom", f"/feeds/{secret}/notes.json")
    for question in ("zanzibar", "takeover", "invoice+export", "exporting", '"the+whole+takeover"', ""):
        for order in ("best", "newest"):
            yield f"/api/find?q={question}&order={order}&limit=50"
        yield f"/find?q={question}"
    conversation = said.conversation.public_id
    for path in ("", "/around", "/keep"):
        yield f"/conversations/{conversation}{path}"
    for path in ("", "/kept", "/draft", "/related"):
        yield f"/api/conversations/{conversation}{path}"
    for note in (opened.public_id, MISSING, *hidden):
        for path in ("", "/edit", "/history"):
            yield f"/notes/{note}{path}"
        for path in ("", "/revisions"):
            yield f"/api/notes/{note}{path}"


def test_nothing_changes_for_others_when_a_note_is_kept_behind_a_closed_door(acme: World) -> None:
    """Byte for byte: every page and answer before the note was kept, changed, woven, thanked for, and after."""
    said, opened, secret = the_open_part(acme)
    asked = list(addresses(said, opened, secret))
    clients = others()
    before = [answers(client, asked) for client in clients]
    hidden = the_closed_part(acme, said, opened)
    for client, then in zip(clients, before, strict=True):
        now = answers(client, asked)
        assert [address for address in asked if now[address] != then[address]] == []
        assert not any(b"quietly-woven" in body for body in now.values())
    ana = reading("ana")
    assert b"Zanzibar" in whole(ana.get(f"/notes/{hidden.public_id}"))
    assert b"quietly-woven" in whole(ana.get(f"/notes/{opened.public_id}"))
    assert b"Zanzibar" in whole(ana.get("/api/find?q=takeover"))


def sent(client: Client, method: str, address: str, body: Any) -> bytes:
    return whole(client.generic(method, address, json.dumps(body), content_type="application/json"))


def acts(note: str, woven_to: str) -> Iterator[tuple[str, str, Any]]:
    written = {"title": "Title"}
    yield "PUT", f"/api/notes/{note}", {"content": written, "based_on": 1}
    yield "POST", f"/api/notes/{note}/put-back", {"revision": 1}
    yield "POST", f"/api/notes/{note}/remarks", {"kind": "helped"}
    ends = {"left": {"kind": "note", "id": note}, "right": {"kind": "note", "id": woven_to}}
    yield "POST", "/api/weaves", {**ends, "why": "why"}
    yield "POST", "/api/weaves", {"left": ends["right"], "right": ends["left"], "why": "why"}


def test_a_hidden_note_answers_byte_for_byte_like_a_missing_one(acme: World) -> None:
    said, opened, secret = the_open_part(acme)
    hidden = the_closed_part(acme, said, opened)
    reads = [one for one in addresses(said, opened, secret, "HERE") if "HERE" in one]
    for client in others():
        for address in reads:
            there, missing = (address.replace("HERE", one) for one in (hidden.public_id, MISSING))
            told = whole(client.get(there)).replace(hidden.public_id.encode(), MISSING.encode())
            assert told == whole(client.get(missing)), address
        for act, like in zip(acts(hidden.public_id, opened.public_id), acts(MISSING, opened.public_id), strict=True):
            assert sent(client, *act) == sent(client, *like), act
    conversation = Message.objects.get(room__source_id="war-room").conversation.public_id
    for client in others():
        kept = [
            sent(client, "POST", "/api/notes", {"conversations": [one], "content": {"title": "Title"}})
            for one in (conversation, MISSING)
        ]
        assert kept[0] == kept[1]
        assert whole(client.get(f"/api/conversations/{conversation}/draft")) == whole(
            client.get(f"/api/conversations/{MISSING}/draft")
        )


def test_no_answer_to_somebody_who_does_not_belong_holds_a_word_of_it(acme: World) -> None:
    said, opened, secret = the_open_part(acme)
    hidden = the_closed_part(acme, said, opened)
    for client in others():
        for address, body in answers(client, addresses(said, opened, secret, hidden.public_id)).items():
            if "zanzibar" not in address and "takeover" not in address:
                assert not any(secret in body for secret in SECRETS), address


def test_a_guest_reads_the_notes_of_their_rooms_and_none_of_the_organisations(acme: World) -> None:
    the_open_part(acme)
    tell(acme.viewer("ana"), sentence="The safe is behind the door.")
    catch_up_words()
    page = whole(reading("gus").get("/notes/"))
    assert b"Exporting an invoice" in page
    assert b"The safe" not in page
    assert reading("gus").get("/api/find?q=safe").json()["results"] == []
    assert [one["title"] for one in reading("cleo").get("/api/find?q=safe").json()["results"]] == [
        "The safe is behind the door."
    ]


def test_what_waits_for_its_authors_yes_is_on_no_surface_of_anybody_else(acme: World) -> None:
    said, opened, secret = the_open_part(acme)
    closed = acme.say(acme.room("war-room", "ana", "ben"), "ben", "The zanzibar takeover is in May.")
    written = content("What to do in May")
    note = acme.keep("ana", closed, written=written, readers=Readers.ORGANISATION, quoted=[closed], credited=["ben"])
    catch_up_words()
    for name in ("cleo", "root"):
        client = reading(name)
        surfaces = answers(client, addresses(said, opened, secret, note.public_id))
        page = surfaces[f"/notes/{note.public_id}"]
        assert b"What to do in May" in page
        for address, body in surfaces.items():
            if "zanzibar" not in address and "takeover" not in address:
                assert b"zanzibar" not in body, address
        assert b"Ben" not in page
        assert client.get("/api/find?q=zanzibar").json()["results"] == []
    waiting = reading("ben").get("/api/asked").json()["asked"]
    assert (waiting[0]["kind"], waiting[0]["words"]) == ("passage", "The zanzibar takeover is in May.")
    answer = sent(reading("ben"), "POST", f"/api/asked/passage/{waiting[0]['number']}", {"is_yes": True})
    assert answer.startswith(b"204")
    catch_up_words()
    assert b"The zanzibar takeover is in May." in whole(reading("cleo").get(f"/notes/{note.public_id}"))
    assert len(reading("cleo").get("/api/find?q=zanzibar").json()["results"]) == 1


def test_a_question_that_was_put_to_somebody_else_is_not_there(acme: World) -> None:
    closed = acme.say(acme.room("war-room", "ana", "ben"), "ben", "The zanzibar takeover is in May.")
    acme.keep("ana", closed, readers=Readers.ORGANISATION, quoted=[closed], credited=["ben"])
    (number, credit) = (one["number"] for one in reading("ben").get("/api/asked").json()["asked"])
    for name in ("ana", "cleo", "gus", "root"):
        for kind, row in (("passage", number), ("name", credit)):
            there = sent(reading(name), "POST", f"/api/asked/{kind}/{row}", {"is_yes": True})
            assert there == sent(reading(name), "POST", f"/api/asked/{kind}/999999", {"is_yes": True})
            assert there.startswith(b"404")


def test_removed_words_vanish_from_notes_at_once_and_from_the_index_after(acme: World) -> None:
    room = acme.room("help", is_open=True)
    stays, goes = acme.say(room, "ben", "Name the feeling."), acme.say(room, "ben", "My number is zanzibar.")
    note = acme.keep("ana", stays, written=content("On calls"), quoted=[stays, goes])
    catch_up_words()
    acme.delete(goes)
    for name in ("ana", "ben", "cleo"):
        assert b"zanzibar" not in whole(reading(name).get(f"/notes/{note.public_id}"))
        assert b"zanzibar" not in whole(reading(name).get(f"/api/notes/{note.public_id}"))
        assert b"zanzibar" not in whole(reading(name).get("/api/find?q=calls"))
    (shown,) = (
        one for one in reading("cleo").get(f"/api/notes/{note.public_id}").json()["passages"] if not one["text"]
    )
    assert (shown["is_removed"], shown["author"], shown["conversation"]) == (True, "", "")
    wipe_removed_passages()
    catch_up_words()
    assert reading("ana").get("/api/find?q=zanzibar").json()["results"] == []


def test_words_that_were_edited_away_vanish_from_notes_at_once_and_from_the_index_after(acme: World) -> None:
    room = acme.room("help", is_open=True)
    said = acme.say(room, "ben", "Name the feeling.")
    goes = acme.say(room, "ben", "My number is zanzibar.")
    note = acme.keep("ana", said, written=content("On calls"), quoted=[said, goes])
    secret = renew_feed(acme.viewer("cleo"))
    catch_up_words()
    assert b"zanzibar" in whole(reading("cleo").get(f"/notes/{note.public_id}"))
    acme.edit(goes, "Ask at the desk.")
    for client, address in (
        *(
            (reading(name), f"/notes/{note.public_id}{end}")
            for name in ("ana", "ben")
            for end in ("", "/edit", "/history")
        ),
        (reading("ana"), f"/api/notes/{note.public_id}"),
        (reading("ana"), "/api/find?q=calls"),
        (Client(), f"/feeds/{secret}/notes.atom"),
        (Client(), f"/feeds/{secret}/notes.json"),
    ):
        assert b"zanzibar" not in whole(client.get(address)), address
    catch_up_words()
    assert reading("ana").get("/api/find?q=zanzibar").json()["results"] == []
    assert Passage.objects.filter(text__contains="zanzibar").count() == 0


def test_words_written_for_a_room_do_not_leave_it_through_a_sentence_that_may(acme: World) -> None:
    """Ben agreed to a sentence; what he adds to it in the room is not agreed to."""
    closed = acme.say(acme.room("war-room", "ana", "ben"), "ben", "Name the feeling first, then ask what happened.")
    note = acme.keep("ana", closed, readers=Readers.ORGANISATION, quoted=[closed])
    (asked,) = reading("ben").get("/api/asked").json()["asked"]
    sent(reading("ben"), "POST", f"/api/asked/passage/{asked['number']}", {"is_yes": True})
    catch_up_words()
    acme.edit(closed, "Name the feeling first, then ask what happened, zanzibar.")
    for _ in range(2):
        for name in ("cleo", "gus", "root"):
            assert b"zanzibar" not in whole(reading(name).get(f"/notes/{note.public_id}"))
            assert reading(name).get("/api/find?q=zanzibar").json()["results"] == []
        catch_up_words()
    assert b"zanzibar" in whole(reading("ben").get("/api/asked"))


def test_a_feeds_address_that_is_wrong_or_renewed_is_like_any_that_is_not_there(acme: World) -> None:
    the_open_part(acme)
    first = renew_feed(acme.viewer("ben"))
    second = renew_feed(acme.viewer("ben"))
    for end in ("notes.atom", "notes.json"):
        gone, never = (whole(Client().get(f"/feeds/{one}/{end}")) for one in (first, "x" * len(first)))
        assert gone == never
        assert gone.startswith(b"404")
        assert Client().get(f"/feeds/{second}/{end}").status_code == 200

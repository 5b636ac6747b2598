"""Promise 3: in search, answers, related items, names, completion, feeds, exports and errors."""

import threading
from dataclasses import replace

import pytest
from django.test import Client
from tests.charter.world import (
    ANA,
    MISSING,
    PEOPLE,
    Archives,
    Readers,
    account_id,
    address_of,
    addresses,
    answers,
    closed_room,
    everybody_signed_up,
    open_room,
    reading_as,
    said,
    viewer,
    whole,
)

from alongside.archives.own_words import own_words
from alongside.archives.port import RemovedRecord
from alongside.conversations.actions.rooms import open_room as open_sealed_room
from alongside.conversations.models import Room
from alongside.people.actions import unlink_account
from alongside.search.followers import MeaningFollower, catch_up_words
from alongside.search.serving import index_folder, model
from alongside.search.words import viewing

pytestmark = pytest.mark.django_db(transaction=True)

# What could leak: words that stand only in the closed room, its name, its conversations' titles.
SECRETS = (b"zanzibar", b"takeover", b"Zanzibar", b"Takeover", b"war-room", b"Moreau knows")
QUESTIONS = (
    "zanzibar",
    "zanzibra",
    '"the+zanzibar+takeover"',
    "takeover",
    "invoice+export",
    "invoce+exprot",
    "in:%23war-room",
    "in:%23war-room+zanzibar",
    "in:%23help",
    "in:%23",
    "in:war",
    "from:me",
    "from:ana+zanzibar",
    "from:me+zanzibar",
    "after:2026-01+zanzibar",
    "w",
    "",
)


def the_open_part(archives: Archives) -> None:
    archives.bring(
        rooms=[open_room("help", "gus"), open_room("billing")],
        messages=[
            said("o1", "help", "ben", "How do I export an invoice for a customer?"),
            said("o2", "help", "ana", "Choose the invoice, then Export as PDF.", minutes=2, context="o1", helped=True),
            said("o3", "billing", "ben", "The invoice export is slow on Mondays.", minutes=5),
            said("o4", "billing", "ana", "A lamp is broken in the hall.", minutes=6),
        ],
    )


def the_closed_part(archives: Archives) -> None:
    archives.bring(
        rooms=[closed_room("war-room", "ana")],
        messages=[
            said("c1", "war-room", "ana", "The zanzibar takeover, an invoice export matter.", minutes=20),
            said("c2", "war-room", "ana", "Zanzibar again: Moreau knows.", minutes=21, context="c1"),
            said("c3", "war-room", "ana", "Export the takeover invoices.", minutes=22),
        ],
    )


def opened_by_ana(readers: Readers) -> None:
    audience_id = Room.objects.values_list("audience_id", flat=True).get(source_id="war-room")
    open_sealed_room(viewer(readers.ana), audience_id=audience_id)
    catch_up_words()


def everything(*hidden: str) -> list[str]:
    rooms = [address_of("room", "help"), address_of("room", "billing"), MISSING]
    conversations = [address_of("conversation", one) for one in ("o1", "o3", "o4")]
    return list(addresses(rooms=rooms, conversations=[*conversations, MISSING, *hidden], questions=QUESTIONS))


def index_meaning() -> None:
    encodes = model()
    if encodes is None:
        pytest.skip("the model of meaning is not installed")
    follower = MeaningFollower(index_folder(), encodes)
    follower.catch_up(threading.Event())
    follower.close()


def test_nothing_changes_for_others_when_something_is_said_behind_a_closed_door(
    archives: Archives, without_meaning: None
) -> None:
    """Byte for byte: every page and answer before the closed room was there, sealed, and opened to its member."""
    the_open_part(archives)
    readers = everybody_signed_up()
    clients = readers.who_do_not_belong()
    asked = everything()
    before = [answers(client, asked) for client in clients]
    the_closed_part(archives)
    assert [answers(client, asked) for client in clients] == before
    opened_by_ana(readers)
    assert [answers(client, asked) for client in clients] == before
    assert b"zanzibar" in whole(reading_as(readers.ana).get("/find?q=zanzibar"))


def test_a_mistyped_word_of_a_closed_room_answers_others_as_a_missing_one(
    archives: Archives, without_meaning: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a large store, where mistakes are judged by open texts: the member is understood, and nobody else."""
    monkeypatch.setattr(viewing, "_ENOUGH_TO_COUNT", 2)
    the_open_part(archives)
    readers = everybody_signed_up()
    clients = readers.who_do_not_belong()
    asked = [
        f"/{where}?q={question}{order}"
        for where in ("find", "api/find")
        for question in ("zanzibra", "zanzbar", "invoice+zanzibra", "takeovre+export")
        for order in ("", "&order=newest")
    ]
    before = [answers(client, asked) for client in clients]
    the_closed_part(archives)
    opened_by_ana(readers)
    assert [answers(client, asked) for client in clients] == before
    for order in ("", "&order=newest"):
        assert b"Moreau knows" in whole(reading_as(readers.ana).get(f"/find?q=zanzibra{order}"))


def test_nothing_changes_for_others_by_meaning_either(archives: Archives) -> None:
    the_open_part(archives)
    readers = everybody_signed_up()
    index_meaning()
    clients = readers.who_do_not_belong()
    asked = everything()
    before = [answers(client, asked) for client in clients]
    the_closed_part(archives)
    opened_by_ana(readers)
    index_meaning()
    assert [answers(client, asked) for client in clients] == before
    found = whole(reading_as(readers.ana).get("/api/find?q=buying+another+company"))
    assert b"takeover" in found


def test_a_hidden_thing_answers_byte_for_byte_like_a_missing_one(archives: Archives, without_meaning: None) -> None:
    the_open_part(archives)
    the_closed_part(archives)
    readers = everybody_signed_up()
    for is_open in (False, True):
        if is_open:
            opened_by_ana(readers)
        for client in readers.who_do_not_belong():
            for table, path, name in (("room", "rooms", "war-room"), ("conversation", "conversations", "c1")):
                hidden = address_of(table, name)
                for end in ("", "?page=1", "?page=2", "?page=x", "/related", "/"):
                    for begin in ("", "/api"):
                        asked = f"{begin}/{path}/%s{end}"
                        assert whole(client.get(asked % hidden)) == whole(client.get(asked % MISSING)), asked
                        assert whole(client.head(asked % hidden)) == whole(client.head(asked % MISSING)), asked
                        assert whole(client.post(asked % hidden)) == whole(client.post(asked % MISSING)), asked


def test_no_answer_to_somebody_who_does_not_belong_holds_a_secret(archives: Archives, without_meaning: None) -> None:
    the_open_part(archives)
    the_closed_part(archives)
    readers = everybody_signed_up()
    opened_by_ana(readers)
    hidden = [address_of("conversation", "c1"), address_of("conversation", "c3"), address_of("room", "war-room")]
    asked = everything(*hidden)
    for client in readers.who_do_not_belong():
        for address, answer in answers(client, asked).items():
            said_back = address.lower().encode()  # what they typed themselves comes back in the field
            leaks = [secret for secret in (*SECRETS, *(one.encode() for one in hidden)) if secret in answer]
            assert not [secret for secret in leaks if secret.lower() not in said_back], address


def test_a_room_that_is_hidden_and_one_that_is_missing_are_asked_in_alike(
    archives: Archives, without_meaning: None
) -> None:
    the_open_part(archives)
    the_closed_part(archives)
    readers = everybody_signed_up()
    for client in readers.who_do_not_belong():
        for begin in ("/find?q=", "/api/find?q="):
            hidden = whole(client.get(f"{begin}in:%23war-room+invoice"))
            missing = whole(client.get(f"{begin}in:%23not-room+invoice"))
            assert hidden.replace(b"war-room", b"not-room") == missing


def test_completion_knows_only_rooms_that_one_reads(archives: Archives, without_meaning: None) -> None:
    the_open_part(archives)
    the_closed_part(archives)
    readers = everybody_signed_up()
    opened_by_ana(readers)

    def names(client: Client, letters: str) -> list[str]:
        return [room["name"] for room in client.get("/api/complete", {"q": letters}).json()["rooms"]]

    assert names(reading_as(readers.ana), "in:#") == ["billing", "help", "war-room"]
    assert names(reading_as(readers.ben), "in:#") == ["billing", "help"]
    assert names(reading_as(readers.gus), "") == ["help"]
    assert names(Client(), "") == []
    for wild in ("%", "_ar-room", "w%", "!"):
        assert names(reading_as(readers.ana), wild) == []


def test_guests_read_the_rooms_they_are_guests_in_and_nothing_else_of_the_organisation(
    archives: Archives, without_meaning: None
) -> None:
    the_open_part(archives)
    gus = reading_as(everybody_signed_up().gus)
    found = gus.get("/api/find?q=invoice&limit=50").json()["results"]
    assert {result["source_id"] for result in found} == {"o1"}
    assert gus.get(f"/conversations/{address_of('conversation', 'o1')}").status_code == 200
    assert gus.get(f"/conversations/{address_of('conversation', 'o3')}").status_code == 404
    assert gus.get(f"/rooms/{address_of('room', 'billing')}").status_code == 404


def test_somebody_who_left_a_closed_room_reads_it_no_more(archives: Archives, without_meaning: None) -> None:
    archives.bring(
        rooms=[closed_room("war-room", "ana", "ben")],
        messages=[said("c1", "war-room", "ana", "The zanzibar takeover."), said("c2", "war-room", "ben", "Mine.")],
    )
    readers = everybody_signed_up()
    opened_by_ana(readers)
    ben = reading_as(readers.ben)
    assert ben.get(f"/conversations/{address_of('conversation', 'c1')}").status_code == 200
    archives.bring(rooms=[closed_room("war-room", "ana")])
    for address in addresses(
        rooms=[address_of("room", "war-room")],
        conversations=[address_of("conversation", "c1")],
        questions=["lantern", "from:me"],
    ):
        assert b"zanzibar" not in whole(ben.get(address)), address


def test_what_was_said_while_a_room_was_closed_is_not_read_after_it_closed_again_without_one(
    archives: Archives, without_meaning: None
) -> None:
    """Closed to Ana and Ben, open for a while, closed to Ana alone: Ben does not read on in the first part."""
    archives.bring(
        rooms=[closed_room("war-room", "ana", "ben")],
        messages=[said("c1", "war-room", "ana", "The zanzibar takeover.")],
    )
    readers = everybody_signed_up()
    opened_by_ana(readers)
    archives.bring(rooms=[open_room("war-room")])
    archives.bring(rooms=[closed_room("war-room", "ana")])
    assert reading_as(readers.ben).get(f"/conversations/{address_of('conversation', 'c1')}").status_code == 404
    assert reading_as(readers.ana).get(f"/conversations/{address_of('conversation', 'c1')}").status_code == 200


def test_a_room_that_opens_keeps_what_was_said_before_to_its_members(archives: Archives, without_meaning: None) -> None:
    the_open_part(archives)
    the_closed_part(archives)
    readers = everybody_signed_up()
    opened_by_ana(readers)
    archives.bring(
        rooms=[open_room("war-room")],
        messages=[
            said("c4", "war-room", "ana", "From now on everybody may read.", minutes=60),
            said("c5", "war-room", "ana", "Still the zanzibar matter.", minutes=61, context="c1"),
        ],
    )
    ben = reading_as(readers.ben)
    assert ben.get(f"/conversations/{address_of('conversation', 'c4')}").status_code == 200
    assert ben.get(f"/conversations/{address_of('conversation', 'c1')}").status_code == 404
    assert ben.get("/api/find?q=zanzibar").json()["results"] == []
    page = ben.get(f"/api/rooms/{address_of('room', 'war-room')}").json()
    assert [one["title"] for one in page["conversations"]] == ["From now on everybody may read."]


def test_an_answer_said_in_the_closed_room_is_not_carried_into_an_open_conversation(
    archives: Archives, without_meaning: None
) -> None:
    """Mail knows its parents only: an answer came first, into a closed list; what it answers comes when the list is open."""
    archives.bring(
        rooms=[closed_room("war-room", "ana")],
        messages=[said("answer", "war-room", "ana", "Zanzibar is the answer.", minutes=9, context="question")],
    )
    readers = everybody_signed_up()
    opened_by_ana(readers)
    archives.bring(
        rooms=[open_room("war-room")],
        messages=[
            said("root", "war-room", "ben", "It begins here.", minutes=1),
            said("question", "war-room", "ben", "What is the question?", minutes=2, context="root"),
        ],
    )
    for client in readers.who_do_not_belong():
        assert client.get("/api/find?q=zanzibar").json()["results"] == []
    ben = reading_as(readers.ben)
    page = ben.get(f"/api/conversations/{address_of('conversation', 'root')}").json()
    assert [message["author"] for message in page["messages"]] == ["Ben Okafor", "Ben Okafor"]
    assert page["last_said_at"].startswith("2026-03-02T09:02")
    assert b"Zanzibar" in whole(reading_as(readers.ana).get("/find?q=zanzibar"))


def test_words_that_were_edited_away_or_deleted_are_gone_from_titles_too(
    archives: Archives, without_meaning: None
) -> None:
    archives.bring(
        rooms=[open_room("help")],
        messages=[
            said("e1", "help", "ana", "The key is swordfish."),
            said("d1", "help", "ana", "Call it marlin.", minutes=1),
            said("d2", "help", "ben", "Rather not.", minutes=2, context="d1"),
        ],
    )
    ben = reading_as(everybody_signed_up().ben)
    archives.bring(
        rooms=[open_room("help")],
        messages=[said("e1", "help", "ana", "The key is gone.", edited=True), RemovedRecord("d1")],
    )
    asked = addresses(
        rooms=[address_of("room", "help")],
        conversations=[address_of("conversation", one) for one in ("e1", "d1")],
        questions=["lantern", "key", "rather"],
    )
    for address, answer in answers(ben, asked).items():
        assert b"swordfish" not in answer, address
        assert b"marlin" not in answer, address
    for word in ("swordfish", "marlin"):
        assert ben.get("/api/find", {"q": word}).json()["results"] == []


def test_ones_own_words_name_no_room_as_it_is_called_after_one_left(archives: Archives, without_meaning: None) -> None:
    archives.bring(
        rooms=[closed_room("war-room", "ana", "ben")],
        messages=[said("c1", "war-room", "ana", "Secret title."), said("c2", "war-room", "ben", "Mine.", context="c1")],
    )
    readers = everybody_signed_up()
    opened_by_ana(readers)
    archives.bring(
        rooms=[replace(closed_room("war-room", "ana"), name="zanzibar-takeover", url="https://acme.example/zanzibar")]
    )
    taken = b"".join(own_words(viewer(readers.ben)))
    assert b"Mine." in taken
    assert b"anzibar" not in taken
    assert b"Secret title" not in taken


def test_an_unlinked_account_takes_its_reading_along(archives: Archives, without_meaning: None) -> None:
    the_open_part(archives)
    the_closed_part(archives)
    readers = everybody_signed_up()
    opened_by_ana(readers)
    ana = reading_as(readers.ana)
    assert ana.get("/api/find?q=zanzibar").json()["results"]
    unlink_account(viewer(readers.ana), account_id=account_id("ana"))
    assert ana.get("/api/find?q=zanzibar").json()["results"] == []
    assert ana.get(f"/conversations/{address_of('conversation', 'o1')}").status_code == 404


def test_a_deactivated_account_reads_nothing(archives: Archives, without_meaning: None) -> None:
    the_open_part(archives)
    the_closed_part(archives)
    readers = everybody_signed_up()
    opened_by_ana(readers)
    archives.bring(people=[replace(ANA, is_deactivated=True), *PEOPLE[1:]], rooms=[open_room("help", "gus")])
    ana = reading_as(readers.ana)
    assert ana.get("/api/rooms").json() == {"rooms": []}
    assert ana.get("/api/find?q=invoice").json()["results"] == []


def test_somebody_inactive_is_nobody(archives: Archives, without_meaning: None) -> None:
    the_open_part(archives)
    readers = everybody_signed_up()
    ana = reading_as(readers.ana)
    readers.ana.is_active = False
    readers.ana.save()
    assert ana.get("/api/rooms").json() == {"rooms": []}
    assert whole(ana.get("/things/")) == whole(Client().get("/things/"))

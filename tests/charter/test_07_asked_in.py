"""Promise 7, as far as archives go: what may come in, and who opens what is sealed."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from tests.charter.world import (
    ANA,
    BEN,
    PEOPLE,
    Archives,
    account_id,
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

from alongside.audiences.queries import NotThere
from alongside.conversations.actions.rooms import open_room as open_sealed_room
from alongside.conversations.models import Message, Room
from alongside.kit.refused import Refused
from alongside.people.actions import link_account, link_for_try_out, mark_as_try_out
from alongside.people.models import Account, Person
from alongside.people.queries import links_offered_to
from alongside.search.followers import catch_up_words, rebuild_words
from alongside.search.rules import Scope, plainly
from alongside.search.serving import index_folder, indexes

pytestmark = pytest.mark.django_db(transaction=True)

SLACK_USERS = [
    {"id": "U00000001", "name": "ana", "profile": {"real_name": "Ana", "email": "ana@acme.example"}},
    {"id": "U00000002", "name": "ben", "profile": {"real_name": "Ben", "email": "ben@acme.example"}},
    {
        "id": "U00000003",
        "name": "gus",
        "is_restricted": True,
        "profile": {"real_name": "Gus", "email": "gus@else.example"},
    },
]


def slack_message(user: str, text: str, ts: str) -> dict[str, str]:
    return {"type": "message", "user": user, "text": text, "ts": ts}


@pytest.fixture
def slack_export(tmp_path: Path) -> Path:
    """With direct messages of two and of several, as an export of everything has them."""
    path = tmp_path / "slack.zip"
    direct = {"members": ["U00000001", "U00000002"], "created": 1}
    files = {
        "users.json": SLACK_USERS,
        "channels.json": [
            {"id": "C00000001", "name": "general", "members": ["U00000001", "U00000002", "U00000003"], "created": 1}
        ],
        "groups.json": [{"id": "G00000001", "name": "board", "members": ["U00000001"], "created": 1}],
        "dms.json": [{"id": "D00000001", **direct}],
        "mpims.json": [{"id": "G00000002", "name": "mpdm-ana--ben--gus-1", **direct}],
        "general/2026-03-02.json": [slack_message("U00000001", "Hello zebra.", "1772442000.000100")],
        "board/2026-03-02.json": [slack_message("U00000001", "Secret giraffe.", "1772442001.000100")],
        "D00000001/2026-03-02.json": [slack_message("U00000002", "Private walrus.", "1772442002.000100")],
        "mpdm-ana--ben--gus-1/2026-03-02.json": [slack_message("U00000002", "Private ocelot.", "1772442003.000100")],
    }
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, json.dumps(content))
    return path


@pytest.mark.parametrize("is_try_out", [False, True])
def test_direct_messages_never_come_in(
    home: Path, slack_export: Path, without_meaning: None, *, is_try_out: bool
) -> None:
    report = bring(slack_export, is_try_out=is_try_out)
    assert set(Room.objects.values_list("name", flat=True)) == {"#general", "#board"}
    texts = " ".join(Message.objects.values_list("text", flat=True))
    assert "zebra" in texts
    assert "walrus" not in texts
    assert "ocelot" not in texts
    assert "direct messages are never brought in" in report.left_out
    stored = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"walrus" not in stored


def sealed(archives: Archives) -> int:
    archives.bring(
        rooms=[closed_room("board", "ana"), open_room("help", "gus")],
        messages=[said("c1", "board", "ana", "Secret giraffe."), said("o1", "help", "ana", "A zebra.")],
    )
    return Room.objects.get(source_id="board").audience_id


def indexed(word: str) -> list[int]:
    """Whatever any index holds with this word, whoever asks."""
    words = indexes().words
    assert words is not None
    everywhere = Scope(reads_all_open=True, audience_ids=frozenset(range(1000)))
    return [one.conversation_id for one in words.proposals(plainly(word), everywhere, 10)]


def test_a_sealed_room_is_read_by_nobody_and_in_no_index(archives: Archives, without_meaning: None) -> None:
    sealed(archives)
    readers = everybody_signed_up()
    for _ in range(2):
        assert indexed("giraffe") == []
        assert indexed("zebra") != []
        for client in (reading_as(readers.ana), *readers.who_do_not_belong()):
            assert client.get("/api/find?q=giraffe").json()["results"] == []
            assert client.get(f"/conversations/{address_of('conversation', 'c1')}").status_code == 404
            assert client.get(f"/rooms/{address_of('room', 'board')}").status_code == 404
            assert b"giraffe" not in whole(client.get("/things/take"))
        rebuild_words(index_folder())


def test_one_of_its_members_opens_it_to_its_members_alone(archives: Archives, without_meaning: None) -> None:
    audience_id = sealed(archives)
    readers = everybody_signed_up()
    ana = reading_as(readers.ana)
    assert b"board" in whole(ana.get("/things/"))
    for client in readers.who_do_not_belong():
        assert b"board" not in whole(client.get("/things/"))
    ana.post("/things/open-room", {"room": audience_id})
    catch_up_words()
    assert ana.get("/api/find?q=giraffe").json()["results"]
    for client in readers.who_do_not_belong():
        assert client.get("/api/find?q=giraffe").json()["results"] == []
        assert client.get(f"/conversations/{address_of('conversation', 'c1')}").status_code == 404


def test_nobody_else_opens_it_an_administrator_included(archives: Archives, without_meaning: None) -> None:
    """And to try says no more than to try to open a room that is not there."""
    audience_id = sealed(archives)
    readers = everybody_signed_up()
    for person in (readers.ben, readers.gus, readers.root):
        with pytest.raises(NotThere):
            open_sealed_room(viewer(person), audience_id=audience_id)
    for client in readers.who_do_not_belong():
        sent, missing = ({"room": number} for number in (audience_id, 999_999))
        assert whole(client.post("/things/open-room", sent)) == whole(client.post("/things/open-room", missing))
    assert indexed("giraffe") == []
    assert reading_as(readers.ana).get("/api/find?q=giraffe").json()["sealed_rooms"] == ["board"]


def test_an_open_room_that_closes_is_sealed_with_all_that_was_said(archives: Archives, without_meaning: None) -> None:
    archives.bring(rooms=[open_room("help")], messages=[said("o1", "help", "ana", "A zebra.")])
    readers = everybody_signed_up()
    archives.bring(rooms=[closed_room("help", "ana")])
    assert indexed("zebra") == []
    for client in (reading_as(readers.ana), *readers.who_do_not_belong()):
        assert client.get(f"/conversations/{address_of('conversation', 'o1')}").status_code == 404


def test_an_address_only_offers_a_link(archives: Archives, without_meaning: None) -> None:
    from alongside.people.actions import make_person

    sealed(archives)
    ana = make_person(None, email="ANA@acme.example", name="Ana", is_full_member=False)
    ben = make_person(None, email="ben@acme.example", name="Ben", is_full_member=False)
    assert viewer(ana).account_ids == ()
    assert reading_as(ana).get("/api/rooms").json() == {"rooms": []}
    assert [one.account_id for one in links_offered_to(viewer(ana))] == [account_id("ana")]
    with pytest.raises(Refused):
        link_account(viewer(ben), account_id=account_id("ana"))
    reading_as(ben).post("/choices/answer-offer", {"account": account_id("ana"), "answer": "me"})
    assert Account.objects.get(source_id="ana").person is None
    reading_as(ana).post("/choices/answer-offer", {"account": account_id("ana"), "answer": "me"})
    assert Account.objects.get(source_id="ana").person == ana


def test_an_address_never_offers_a_deactivated_account(archives: Archives, without_meaning: None) -> None:
    """Addresses are given anew: whoever has Ana's now is not the Ana who left."""
    archives.bring(
        people=[replace(ANA, is_deactivated=True), BEN],
        rooms=[closed_room("board", "ana")],
        messages=[said("c1", "board", "ana", "Secret giraffe.")],
    )
    new_ana = signed_up(ANA)
    assert links_offered_to(viewer(new_ana)) == []
    with pytest.raises(Refused):
        link_account(viewer(new_ana), account_id=account_id("ana"))
    assert viewer(new_ana).account_ids == ()
    assert Client().post("/choices/answer-offer", {"account": account_id("ana"), "answer": "me"}).status_code == 403


def test_an_account_that_somebody_has_is_not_offered_to_another(archives: Archives, without_meaning: None) -> None:
    sealed(archives)
    readers = everybody_signed_up()
    other = Person.objects.create(email="Ana@Acme.example", name="Other")
    assert links_offered_to(viewer(other)) == []
    with pytest.raises(Refused):
        link_account(viewer(other), account_id=account_id("ana"))
    assert Account.objects.get(source_id="ana").person == readers.ana


def test_in_a_try_out_a_closed_room_is_open_to_its_members_at_once(archives: Archives, without_meaning: None) -> None:
    mark_as_try_out(None)
    archives.bring(
        rooms=[closed_room("board", "ana")], messages=[said("c1", "board", "ana", "Secret giraffe.")], is_try_out=True
    )
    link_for_try_out(None)
    for name, number in (("ana", 1), ("ben", 0), ("gus", 0)):
        client = Client()
        client.post("/be", {"person": Account.objects.get(source_id=name).person_id})
        assert len(client.get("/api/find?q=giraffe").json()["results"]) == number
    nobody = Client()
    nobody.post("/be", {"person": "nobody"})
    assert nobody.get("/api/find?q=giraffe").json()["results"] == []


def test_who_was_left_out_stays_out_in_a_later_archive(archives: Archives, without_meaning: None) -> None:
    """Ana was taken off the members: a later archive that still has her words does not bring her reading back."""
    sealed(archives)
    readers = everybody_signed_up()
    archives.bring(rooms=[closed_room("board")], people=PEOPLE)
    with pytest.raises(NotThere):
        open_sealed_room(viewer(readers.ana), audience_id=Room.objects.get(source_id="board").audience_id)

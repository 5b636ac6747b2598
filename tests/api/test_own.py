"""What is one's own by the API: questions one asks and wonders about, thanks, one's name, what one said and unsays."""

import pytest
from django.test import Client
from tests.api.test_notes import keeping, sent, sentence
from tests.notes.test_naming import choose, with_everything
from tests.notes.world import World

from alongside.conversations.models import Helped, Message, Wondering
from alongside.conversations.rules import anchor_of
from alongside.notes.actions.remarking import renew_feed
from alongside.notes.models import Remark, Weave
from alongside.notes.rules import Naming, Readers
from alongside.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(acme: World) -> Message:
    return acme.say(acme.room("hotline", is_open=True), "ana", "What do you say to an angry caller?")


def answers(acme: World, asked: Message, *texts: str) -> list[Message]:
    return [acme.say(asked.room, "ben", text, context=asked.source_id) for text in texts]


def place(message: Message) -> dict[str, str]:
    return {"message": anchor_of(message.said_at)}


def titles(acme: World, name: str) -> list[str]:
    listed = sent(acme.token(name), "GET", "/api/questions").json()
    return [one["title"] for one in listed["questions"]]


def test_the_asker_says_which_answers_helped_and_the_question_waits_no_more(acme: World, asked: Message) -> None:
    older = acme.say(asked.room, "cleo", "Which form is it for a refund?")
    assert titles(acme, "ben") == [asked.text, older.text]
    said, address = answers(acme, asked, "Breathe.", "Wait."), f"/api/conversations/{asked.conversation.public_id}"
    body = {"messages": [place(one) for one in said], "sentence": "It was quiet."}
    assert sent(acme.token("ana"), "POST", f"{address}/helped", body).json() == {
        "asks": True, "is_answered": True, "is_yours": True, "you_wonder": False,
    }  # fmt: skip
    assert set(Helped.objects.values_list("message_id", "is_answer")) == {(one.pk, True) for one in said}
    assert titles(acme, "ben") == [older.text]


def test_that_it_helped_somebody_else_leaves_the_question_open(acme: World, asked: Message) -> None:
    said = answers(acme, asked, "Breathe.")
    address = f"/api/conversations/{asked.conversation.public_id}/helped"
    state = sent(acme.token("cleo"), "POST", address, {"messages": [place(said[0])]}).json()
    assert (state["is_answered"], state["is_yours"]) == (False, False)
    sentence(sent(acme.token("cleo"), "POST", address, {"messages": [{"message": "m1"}]}), 400)
    sentence(sent(acme.token("cleo"), "POST", address, {"messages": []}), 400)


def test_that_it_helped_is_taken_back_by_who_said_it(acme: World, asked: Message) -> None:
    said = answers(acme, asked, "Breathe.")
    address, body = f"/api/conversations/{asked.conversation.public_id}/helped", {"messages": [place(said[0])]}
    assert sent(acme.token("ana"), "POST", address, body).json()["is_answered"] is True
    assert sent(acme.token("ben"), "POST", f"{address}/take-back", body).json()["is_answered"] is True
    assert sent(acme.token("ana"), "POST", f"{address}/take-back", body).json()["is_answered"] is False
    assert not Helped.objects.exists()


def test_its_asker_alone_says_whether_it_asks(acme: World, asked: Message) -> None:
    address = f"/api/conversations/{asked.conversation.public_id}/question"
    sentence(sent(acme.token("ben"), "PUT", address, {"asks": False}), 409)
    assert sent(acme.token("ben"), "GET", address).json()["asks"] is True
    assert sent(acme.token("ana"), "PUT", address, {"asks": False}).json()["asks"] is False
    assert titles(acme, "ben") == []


def test_who_wonders_is_known_to_nobody_else_and_told_once(acme: World, asked: Message) -> None:
    address = f"/api/conversations/{asked.conversation.public_id}"
    token = acme.token("cleo")
    for method in ("POST", "DELETE", "POST"):
        assert sent(token, method, f"{address}/wonder").status_code == 204
        assert Wondering.objects.exists() is (method == "POST")
    assert [sent(acme.token(one), "GET", f"{address}/question").json()["you_wonder"] for one in ("cleo", "ana")] == [
        True, False,
    ]  # fmt: skip
    assert sent(token, "POST", "/api/questions/answered").json() == {"answered": []}
    (said,) = answers(acme, asked, "Breathe.")
    sent(acme.token("ana"), "POST", f"{address}/helped", {"messages": [place(said)]})
    (told,) = sent(token, "POST", "/api/questions/answered").json()["answered"]
    assert told["title"] == asked.text
    assert sent(token, "POST", "/api/questions/answered").json() == {"answered": []}


def test_a_closed_question_is_not_there(acme: World) -> None:
    closed = acme.say(acme.room("leads", "ana"), "ana", "How much do we raise the price?")
    token = acme.token("ben")
    assert titles(acme, "ben") == []
    for method, address, body in (
        ("GET", "question", None),
        ("PUT", "question", {"asks": True}),
        ("POST", "helped", {"messages": [place(closed)]}),
        ("POST", "wonder", None),
        ("DELETE", "wonder", None),
    ):
        hidden = sent(token, method, f"/api/conversations/{closed.conversation.public_id}/{address}", body)
        missing = sent(token, method, f"/api/conversations/zzzzzzzzzzzz/{address}", body)
        assert (hidden.status_code, hidden.content) == (404, missing.content)
    assert not Wondering.objects.exists()
    assert not Helped.objects.exists()


@pytest.mark.parametrize(("readers", "who"), [("same", "ana ben"), ("me", "ana"), ("organisation", "ana ben cleo")])
def test_who_reads_a_note_is_chosen_by_who_keeps_it(acme: World, readers: str, who: str) -> None:
    said = acme.say(acme.room("leads", "ana", "ben"), "ben", "Wait a breath.")
    note = sent(acme.token("ana"), "POST", "/api/notes", keeping(said, readers=readers)).json()
    reads = [
        one
        for one in ("ana", "ben", "cleo")
        if sent(acme.token(one), "GET", note["page"].replace("/", "/api/", 1)).status_code == 200
    ]
    assert reads == who.split()


def test_who_is_named_in_what_is_told_is_asked(acme: World) -> None:
    body = {"sentence": "The kettle trips the fuse.", "named": ["Ben", "nobody@nowhere.example"]}
    note = sent(acme.token("ana"), "POST", "/api/notes/tell", body).json()
    assert note["credited"] == []
    (waits,) = sent(acme.token("ben"), "GET", "/api/asked").json()["asked"]
    assert sent(acme.token("ben"), "POST", f"/api/asked/name/{waits['number']}", {"is_yes": True}).status_code == 204
    (thanks,) = sent(acme.token("ben"), "GET", "/api/thanks").json()["thanks"]
    assert (thanks["title"], thanks["is_on_my_page"]) == ("The kettle trips the fuse.", False)
    address = f"/api/thanks/{thanks['number']}"
    assert sent(acme.token("cleo"), "PUT", address, {"is_on_my_page": True}).status_code == 404
    assert sent(acme.token("ben"), "PUT", address, {"is_on_my_page": True}).status_code == 204
    assert sent(acme.token("ben"), "GET", "/api/thanks").json()["thanks"][0]["is_on_my_page"] is True
    assert sent(acme.token("cleo"), "GET", "/api/thanks").json() == {"thanks": []}


def test_what_one_said_of_a_note_is_unsaid_and_a_link_unmade_by_oneself_alone(acme: World) -> None:
    token = acme.token("ana")
    ids = [sent(token, "POST", "/api/notes/tell", {"sentence": one}).json()["id"] for one in ("One", "Other")]
    sent(token, "POST", f"/api/notes/{ids[0]}/remarks", {"kind": "helped"})
    for name, left in (("ben", 1), ("ana", 0)):
        back = sent(acme.token(name), "POST", f"/api/notes/{ids[0]}/remarks/take-back", {"kind": "helped"})
        assert (back.status_code, Remark.objects.count()) == (204, left)
    ends = {side: {"kind": "note", "id": one} for side, one in zip(("left", "right"), ids, strict=True)}
    sent(token, "POST", "/api/weaves", {**ends, "why": "Both"})
    numbers = [
        sent(acme.token(one), "GET", f"/api/notes/{ids[0]}").json()["woven"][0]["number"] for one in ("ana", "ben")
    ]
    assert numbers == [Weave.objects.get().pk, None]
    for name, status in (("ben", 404), ("ana", 204), ("ana", 404)):
        assert sent(acme.token(name), "DELETE", f"/api/weaves/{numbers[0]}").status_code == status
    assert sent(token, "DELETE", "/api/weaves/x").status_code == 404


def test_how_one_is_named_is_read_and_chosen_by_oneself(acme: World) -> None:
    token, address = acme.token("ben"), "/api/name-in-notes"
    assert sent(token, "GET", address).json() == {"naming": "as in the tool", "name": ""}
    chosen = {"naming": "another name", "name": "Robin"}
    assert sent(token, "PUT", address, chosen).json() == chosen
    assert sent(acme.token("ana"), "GET", address).json()["name"] == ""
    sentence(sent(token, "PUT", address, {"naming": "another name"}), 409)
    sentence(sent(token, "PUT", address, {"naming": "the boss"}), 400)
    assert sent(token, "PUT", address, {"naming": "a colleague"}).json() == {"naming": "a colleague", "name": ""}


def test_a_chosen_name_is_on_every_surface_and_the_other_on_none(acme: World) -> None:
    note = with_everything(acme, Readers.ORGANISATION)
    choose(acme, "ben", Naming.ANOTHER, "Robin")
    secret, token = renew_feed(acme.viewer("cleo")), acme.token("cleo")
    headers = {"Authorization": f"Bearer {token}"}
    client = Client()
    client.force_login(Person.objects.get(email="cleo@acme.example"))
    pages = [f"/notes/{note.public_id}", f"/notes/{note.public_id}/history", f"/notes/{note.public_id}/edit", "/notes/"]
    texts = [client.get(one).content.decode() for one in pages]
    texts += [Client().get(f"/feeds/{secret}/notes.{one}").content.decode() for one in ("atom", "json")]
    texts += [
        client.get(f"/api/notes/{note.public_id}{one}", headers=headers).content.decode() for one in ("", "/revisions")
    ]
    assert [text for text in texts if "Ben" in text] == []
    assert ["Robin" in text for text in texts] == [True, True, True, False, True, True, True, True]

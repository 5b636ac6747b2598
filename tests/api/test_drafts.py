"""What somebody is writing, by the API: theirs alone, and there again when they come back."""

import pytest
from tests.api.test_notes import sent, sentence
from tests.notes.world import World, content

from alongside.conversations.models import Message
from alongside.notes.actions import keeping
from alongside.notes.models import Draft
from alongside.notes.rules import Readers

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(acme: World) -> Message:
    """Among Ana and Ben."""
    return acme.say(acme.room("leads", "ana", "ben"), "ana", "What do you say to an angry caller?")


def test_a_draft_of_a_new_note_is_kept_for_its_writer_alone_until_it_is_thrown_away(
    acme: World, asked: Message
) -> None:
    address = f"/api/conversations/{asked.conversation.public_id}/my-draft"
    ana, ben, cleo = (acme.token(name) for name in ("ana", "ben", "cleo"))
    sentence(sent(ana, "GET", address), 404)
    for title in ("", "Angry callers"):
        kept = sent(ana, "PUT", address, {"content": {"title": title, "why": "It calms."}, "beside": ["k3v9x2m7qp4d"]})
        assert sent(ana, "GET", address).json() == kept.json()
        assert (kept.json()["content"]["title"], kept.json()["beside"]) == (title, ["k3v9x2m7qp4d"])
    sentence(sent(ben, "GET", address), 404)
    hidden, missing = sent(cleo, "GET", address), sent(cleo, "GET", "/api/conversations/zzzzzzzzzzzz/my-draft")
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    assert sent(cleo, "PUT", address, {"content": {}}).content == missing.content
    assert sent(ben, "DELETE", address).status_code == 204
    assert sent(ana, "GET", address).status_code == 200
    assert sent(ana, "DELETE", address).status_code == 204
    assert not Draft.objects.exists()


def test_a_draft_of_a_change_goes_when_the_change_is_made(acme: World, asked: Message) -> None:
    note = keeping.keep(
        acme.viewer("ana"), conversation_ids=[asked.conversation_id], content=content(title="Callers"), passages=[],
        credited=[], readers=Readers.SAME,
    )  # fmt: skip
    address, ben = f"/api/notes/{note.public_id}", acme.token("ben")
    words = {"title": "Callers", "why": "It calms."}
    assert sent(ben, "PUT", f"{address}/my-draft", {"content": words, "based_on": 1}).json()["based_on"] == 1
    sentence(sent(acme.token("cleo"), "PUT", f"{address}/my-draft", {"content": words, "based_on": 1}), 404)
    sentence(sent(ben, "PUT", f"{address}/my-draft", {"content": words}), 400)
    sentence(sent(acme.token("ana"), "GET", f"{address}/my-draft"), 404)
    assert sent(ben, "PUT", address, {"content": words, "based_on": 1}).status_code == 200
    sentence(sent(ben, "GET", f"{address}/my-draft"), 404)
    sent(ben, "PUT", f"{address}/my-draft", {"content": words, "based_on": 2})
    assert sent(ben, "DELETE", f"{address}/my-draft").status_code == 204
    assert not Draft.objects.exists()

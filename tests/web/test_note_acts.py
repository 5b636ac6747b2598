"""What is done with notes and questions on pages, as a browser without JavaScript sends it."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.home import a_home
from tests.notes.world import World

from alongside.conversations.asking import said_to_help
from alongside.conversations.models import Conversation, Helped, Message
from alongside.conversations.rules import anchor_of
from alongside.notes.models import Draft, Note, Passage, Source
from alongside.notes.queries import readable_notes
from alongside.people.models import Person
from alongside.search.followers import catch_up_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.STATIC_ROOT = a_home(settings, tmp_path / "home") / "static"
    settings.STATIC_ROOT.mkdir()
    world = World()
    for name in ("ana", "ben", "cleo"):
        world.sign_up(name)
    return world


def browser(name: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(email=f"{name}@acme.example"))
    return client


def read(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    text: str = answer.content.decode()
    return text


def keep_page(message: Message) -> str:
    return f"/conversations/{message.conversation.public_id}/keep"


def ticked(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)" checked', page)


# “This helped me”, of a message


def test_that_a_message_helped_is_said_in_one_act_and_with_a_sentence_if_one_likes(world: World) -> None:
    room = world.room("help", is_open=True)
    asked = world.say(room, "ana", "What do you say to an angry caller?")
    answer = world.say(room, "ben", "Breathe.", context=asked.source_id)
    address, anchor = f"/conversations/{asked.conversation.public_id}", anchor_of(answer.said_at)
    page = read(browser("cleo").get(address))
    assert f'name="sentence-{anchor}"' in page
    for sentence, words in (("", []), ("It was quiet.", ["It was quiet."])):
        sent = {
            "message": anchor,
            f"sentence-{anchor}": sentence,
            f"sentence-{anchor_of(asked.said_at)}": "",
            "page": 1,
        }
        done = browser("cleo").post(f"{address}/helped", sent)
        assert done["Location"] == f"{address}?page=1#{anchor}"
        said = said_to_help(world.viewer("ben"), asked.conversation_id)[answer.pk][1]
        assert [one.sentence for one in said] == words
    assert "It was quiet." in read(browser("ben").get(f"{address}/around"))
    assert Helped.objects.count() == 1
    assert browser("cleo").post(f"{address}/helped", {"message": "m0"}).status_code == 404


def test_that_a_message_helped_is_taken_back_by_who_said_it_alone(world: World) -> None:
    asked = world.say(world.room("help", is_open=True), "ana", "What do you say to an angry caller?")
    answer = world.say(asked.room, "ben", "Breathe.", context=asked.source_id)
    address, anchor = f"/conversations/{asked.conversation.public_id}", anchor_of(answer.said_at)
    for name, sentence in (("cleo", ""), ("ana", "It was quiet.")):
        browser(name).post(f"{address}/helped", {"message": anchor, f"sentence-{anchor}": sentence})
    seen = {name: read(browser(name).get(f"{address}/around")).count("Take it back") for name in ("ana", "ben", "cleo")}
    assert seen == {"ana": 1, "ben": 0, "cleo": 1}
    browser("ben").post(f"{address}/helped", {"message": anchor, "act": "take-back"})
    assert Helped.objects.count() == 2
    done = browser("cleo").post(f"{address}/helped", {"message": anchor, "act": "take-back"}, follow=True)
    assert "Taken back." in read(done)
    browser("cleo").post(f"{address}/helped", {"message": anchor, "act": "take-back"})
    assert [row.sentence for row in Helped.objects.all()] == ["It was quiet."]
    assert "Take it back" not in read(browser("cleo").get(f"{address}/around"))


# One note from several conversations


@pytest.fixture
def both(world: World) -> tuple[Message, Message]:
    """One in the open, one among the leads; both read by Ana."""
    first = world.say(world.room("help", is_open=True), "ana", "How do we calm an angry caller?")
    world.say(first.room, "ben", "Name the feeling first, then wait for a breath.", context=first.source_id)
    world.say(first.room, "ana", "Thanks, that worked.", context=first.source_id)
    second = world.say(world.room("leads", "ana", "ben"), "ben", "Why does waiting calm an angry caller?")
    world.say(second.room, "ben", "Because silence gives them room, try counting to three.", context=second.source_id)
    return first, second


@pytest.mark.parametrize("by", ["address", "page", "id"])
def test_another_conversation_is_added_by_its_address_and_what_was_typed_stays(
    world: World, both: tuple[Message, Message], by: str
) -> None:
    first, second = both
    identity = second.conversation.public_id
    another = {"address": f"https://here.example/conversations/{identity}?page=1#m1", "page": f"/conversations/{identity}/keep",
               "id": identity}[by]  # fmt: skip
    ana = browser("ana")
    done = ana.post(
        keep_page(first), {"act": "add", "another": another, "title": "On angry callers", "why": "It calms."}
    )
    page = read(ana.get(done["Location"]))
    assert ticked(page, "beside") == [identity]
    for words in ("On angry callers", "It calms.", "Name the feeling first", "Because silence gives them room"):
        assert words in page
    assert "Everybody who may read all of these" in page
    form = {"title": "On angry callers", "beside": identity, "passage": ticked(page, "passage"), "audience": "same"}
    read(ana.post(keep_page(first), form, follow=True))
    note = Note.objects.get()
    assert set(Source.objects.values_list("conversation_id", flat=True)) == {
        first.conversation_id,
        second.conversation_id,
    }
    assert {row.message.room_id for row in Passage.objects.select_related("message") if row.message} == {
        first.room_id, second.room_id,
    }  # fmt: skip
    assert [name for name in ("ana", "ben", "cleo") if readable_notes(world.viewer(name)).exists()] == ["ana", "ben"]
    assert not Draft.objects.exists()
    assert read(browser("ben").get(f"/notes/{note.public_id}"))


def test_another_conversation_is_found_by_words_and_chosen(world: World, both: tuple[Message, Message]) -> None:
    first, second = both
    catch_up_words()
    ana = browser("ana")
    page = read(ana.post(keep_page(first), {"act": "save", "another": "silence counting", "title": "Mine"}))
    assert not Note.objects.exists(), "nothing is saved while that field is filled"
    assert 'value="Mine"' in page
    (choice,) = re.findall(r'name="add" value="([^"]+)"', page)
    assert choice == second.conversation.public_id
    page = read(ana.post(keep_page(first), {"add": choice, "title": "Mine"}, follow=True))
    assert ticked(page, "beside") == [choice]
    assert 'value="Mine"' in page


def test_a_conversation_that_one_may_not_read_is_added_like_one_that_is_not_there(
    world: World, both: tuple[Message, Message]
) -> None:
    first, second = both
    # Given by us: an address by chance is words too, and may find by them what one may read.
    Conversation.objects.filter(id=second.conversation_id).update(public_id="zzzzzzzzzzyy")
    catch_up_words()
    cleo = browser("cleo")
    answers = []
    for identity in ("zzzzzzzzzzyy", "zzzzzzzzzzzz"):
        page = read(cleo.post(keep_page(first), {"act": "add", "another": identity, "title": "Mine"}))
        answers.append(page.replace(identity, "ID"))
        page = read(cleo.post(keep_page(first), {"act": "draft", "beside": identity, "title": "Mine"}, follow=True))
        answers.append(page)
    # Tokens of forms, and the minute in which a draft was kept, are another each time.
    marks = [re.sub(r'value="[^"]{60,}"|\b\d\d:\d\d\b', "", one) for one in answers]
    assert (marks[0], marks[1]) == (marks[2], marks[3])
    assert "silence" not in "".join(answers)


def test_who_reads_one_of_them_no_more_goes_on_with_the_others(world: World, both: tuple[Message, Message]) -> None:
    first, second = both
    ana = browser("ana")
    ana.post(keep_page(first), {"act": "add", "another": second.conversation.public_id, "title": "Mine"})
    world.members(second.room, "ben")
    page = read(ana.get(keep_page(first)))
    assert "silence" not in page
    assert 'value="Mine"' in page


def test_a_passage_removed_while_one_wrote_stays_out_and_the_rest_is_kept(
    world: World, both: tuple[Message, Message]
) -> None:
    first, _second = both
    answer = Message.objects.get(text__startswith="Name the feeling")
    ana = browser("ana")
    passages = ticked(read(ana.get(keep_page(first))), "passage")
    assert any(f":{answer.pk}:" in one for one in passages)
    world.delete(answer)
    read(ana.post(keep_page(first), {"title": "Mine", "passage": passages}, follow=True))
    assert Note.objects.exists()
    assert not Passage.objects.filter(message=answer.pk).exists()


def test_keeping_leaves_the_draft_of_another_conversation_alone(world: World, both: tuple[Message, Message]) -> None:
    first, second = both
    ana = browser("ana")
    ana.post(keep_page(second), {"act": "draft", "title": "Another note"})
    ana.post(keep_page(first), {"title": "Mine", "beside": second.conversation.public_id})
    assert Note.objects.exists()
    assert 'value="Another note"' in read(ana.get(keep_page(second)))

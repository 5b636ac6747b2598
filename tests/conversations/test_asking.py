"""Questions on real rows: which wait, who says so, and who would like to know too."""

import pytest
from tests.notes.world import World

from alongside.audiences.queries import NotThere
from alongside.conversations.actions.questions import (
    say_it_helped,
    say_whether_it_asks,
    stop_wondering,
    take_answers_told,
    wonder,
)
from alongside.conversations.asking import (
    answered_that_i_wondered,
    open_question_rows,
    open_questions,
    question_state,
    said_to_help,
)
from alongside.conversations.models import Helped, Message, Wondering
from alongside.journal.models import Line
from alongside.kit.refused import Refused
from alongside.people.rules import NOBODY, Viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = World()
    for name in ("ana", "ben", "cleo", "gus"):
        world.sign_up(name)
    return world


@pytest.fixture
def asked(world: World) -> Message:
    """In the open, by Ana, answered twice by Ben; told in the room of the leads, something that asks nothing."""
    first = world.say(world.room("help", is_open=True), "ana", "Who has the key of the printer room?")
    for text in ("Cleo has.", "Ask at the desk."):
        world.say(first.room, "ben", text, context=first.source_id)
    world.say(world.room("leads", "ana", "ben"), "ben", "The key is lost.")
    return first


def answers(message: Message) -> list[Message]:
    return list(Message.objects.filter(conversation=message.conversation_id).order_by("said_at")[1:])


def titles(viewer: Viewer) -> list[str]:
    return [one.title for one in open_questions(viewer)[0]]


def test_the_question_that_waits_longest_stands_first_and_each_sees_theirs(world: World, asked: Message) -> None:
    later = world.say(asked.room, "cleo", "Does anybody have a ladder?")
    closed = world.say(world.room("leads", "ana", "ben"), "ana", "How much do we raise the price?")
    assert titles(world.viewer("ana")) == [asked.text, later.text, closed.text]
    assert titles(world.viewer("cleo")) == [asked.text, later.text]
    assert titles(world.viewer("gus")) == titles(NOBODY) == []
    assert open_question_rows(world.viewer("ana"), room_ids=[closed.room_id]) == [closed.conversation_id]
    assert open_question_rows(world.viewer("cleo"), room_ids=[closed.room_id]) == []
    first, has_more = open_questions(world.viewer("ana"), size=2)
    assert ([one.is_mine for one in first], has_more) == ([True, False], True)


def test_one_or_several_answers_help_and_then_it_waits_no_more(world: World, asked: Message) -> None:
    for one in answers(asked):
        say_it_helped(world.viewer("ana"), message_id=one.pk)
    assert list(Helped.objects.values_list("is_answer", "sentence")) == [(True, ""), (True, "")]
    assert titles(world.viewer("ben")) == []
    assert question_state(world.viewer("ben"), asked.conversation_id).is_answered
    assert Line.objects.filter(ids=[asked.conversation_id]).exists()


def test_that_it_helped_somebody_else_answers_nothing_and_names_nobody_who_said_no_word(
    world: World, asked: Message
) -> None:
    (answer, _) = answers(asked)
    for name, sentence in (("ben", ""), ("cleo", "I found it there.")):
        say_it_helped(world.viewer(name), message_id=answer.pk, sentence=sentence)
    assert titles(world.viewer("ben")) == [asked.text]
    ((is_answer, words),) = said_to_help(world.viewer("ana"), asked.conversation_id).values()
    assert (is_answer, [(one.name, one.sentence) for one in words]) == (False, [("Cleo", "I found it there.")])


def test_nobody_says_of_what_they_do_not_read_that_it_helped(world: World, asked: Message) -> None:
    closed = Message.objects.get(text="The key is lost.")
    for name, message in (("cleo", closed), ("gus", asked)):
        with pytest.raises(NotThere):
            say_it_helped(world.viewer(name), message_id=message.pk)
    with pytest.raises(Refused):
        say_it_helped(NOBODY, message_id=asked.pk)


def test_its_asker_knows_better_than_the_rule_whether_it_asks_and_nobody_else_does(
    world: World, asked: Message
) -> None:
    told = Message.objects.get(text="The key is lost.")
    for public_id in (asked.conversation.public_id, told.conversation.public_id):
        with pytest.raises((Refused, NotThere)):
            say_whether_it_asks(world.viewer("cleo"), public_id=public_id, asks=True)
    say_whether_it_asks(world.viewer("ana"), public_id=asked.conversation.public_id, asks=False)
    say_whether_it_asks(world.viewer("ben"), public_id=told.conversation.public_id, asks=True)
    assert titles(world.viewer("ana")) == ["The key is lost."]


def test_who_would_like_to_know_too_is_told_once_and_nothing_is_kept_of_it(world: World, asked: Message) -> None:
    ana, cleo = world.viewer("ana"), world.viewer("cleo")
    wonder(cleo, public_id=asked.conversation.public_id)
    wonder(cleo, public_id=asked.conversation.public_id)
    assert Wondering.objects.count() == 1
    assert [one.is_wondering for name in ("cleo", "ana") for one in open_questions(world.viewer(name))[0]] == [
        True,
        False,
    ]
    assert not question_state(ana, asked.conversation_id).is_wondering
    assert answered_that_i_wondered(cleo) == []
    say_it_helped(ana, message_id=answers(asked)[0].pk)
    told = answered_that_i_wondered(cleo)
    assert [(row, title) for row, _, title in told] == [(asked.conversation_id, asked.text)]
    assert answered_that_i_wondered(world.viewer("ben")) == []
    take_answers_told(cleo, conversation_ids=[asked.conversation_id])
    assert answered_that_i_wondered(cleo) == []
    assert not Wondering.objects.exists()


def test_who_left_the_room_is_told_nothing_of_it(world: World) -> None:
    leads = world.room("leads", "ana", "ben", "cleo")
    closed = world.say(leads, "ana", "How much do we raise the price?")
    answer = world.say(leads, "ben", "By two pounds.", context=closed.source_id)
    wonder(world.viewer("cleo"), public_id=closed.conversation.public_id)
    world.members(leads, "ana", "ben")
    say_it_helped(world.viewer("ana"), message_id=answer.pk)
    assert answered_that_i_wondered(world.viewer("cleo")) == []


def test_one_wonders_about_what_one_reads_and_stops_as_easily(world: World, asked: Message) -> None:
    with pytest.raises(NotThere):
        wonder(world.viewer("gus"), public_id=asked.conversation.public_id)
    with pytest.raises(Refused):
        wonder(NOBODY, public_id=asked.conversation.public_id)
    wonder(world.viewer("cleo"), public_id=asked.conversation.public_id)
    stop_wondering(world.viewer("ben"), public_id=asked.conversation.public_id)
    assert Wondering.objects.exists()
    stop_wondering(world.viewer("cleo"), public_id=asked.conversation.public_id)
    assert not Wondering.objects.exists()

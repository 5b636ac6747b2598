"""A note is mended in one act, from its thread or in answer to what was said of it; nothing that it said is lost."""

import pytest
from django.db import connection

from alongside.bridges.adapters.pretend.told import Told
from alongside.notes.actions.keeping import put_back
from alongside.notes.content import Content
from alongside.notes.models import Note, Passage, Revision
from tests.bridges.world import LEADS, World, words_of

pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")


def told_note(world: World, account: str = "cy") -> Told:
    """“Today I learned …”, and what is answered to that."""
    world.write(account, "Today I learned that the export runs on Mondays.")
    return world.written_to(account)[-1]


def says_now() -> Content:
    return Revision.objects.latest("number").content


def fields(**parts: str) -> dict[str, str]:
    return {"title": "", "when": "", "what_worked": "", "why": "", "where_not": "", **parts}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("correct title: The export runs on Tuesdays.", "title"),
        ("correct when: The export runs on Tuesdays.", "when"),
        ("correct what worked: The export runs on Tuesdays.", "what_worked"),
        ("correct why: The export runs on Tuesdays.", "why"),
        ("correct where not: The export runs on Tuesdays.", "where_not"),
    ],
)
def test_one_part_is_said_anew_in_reply_and_can_be_undone(words: str, name: str, world: World) -> None:
    told = told_note(world)
    before = says_now()
    world.write("cy", f"correct {name.replace('_', ' ')}: Something that does not stay.", told.id)
    world.write("cy", words, world.written_to("cy")[-1].id)
    assert getattr(says_now(), name) == "The export runs on Tuesdays."
    assert "The note says it so now." in words_of(world.written_to("cy")[-1])
    put_back(world.viewer("cy"), public_id=Note.objects.get().public_id, number=1)
    assert says_now() == before


def test_a_sentence_alone_is_added_and_it_is_said_how_a_part_is_replaced(world: World) -> None:
    told = told_note(world)
    title = says_now().title
    world.write("cy", "correct: Not in August.", told.id)
    assert (says_now().title, says_now().what_worked) == (title, "Not in August.")
    answer = words_of(world.written_to("cy")[-1])
    assert "It is in the note, after what worked." in answer
    assert "“correct title: …”" in answer
    assert "“correct: …” adds a sentence." in answer


def test_where_the_tool_has_forms_the_note_stands_in_one_and_what_is_sent_is_what_it_says(world: World) -> None:
    told = told_note(world)
    title = says_now().title
    world.press("cy", told, "Correct it")
    form = world.written_to("cy")[-1].form
    assert form is not None
    assert {field.name: field.value for field in form.fields} == fields(title=title)
    sent = fields(title="When does the export run?", what_worked="On Tuesdays.")
    world.comes(world.chat.press("cy", world.written_to("cy")[-1].id, form.words, sent))
    assert says_now() == Content("When does the export run?", "", "On Tuesdays.", "", "")
    world.comes(world.chat.press("cy", told.id, form.words, fields()))
    assert "Give it a title" in words_of(world.written_to("cy")[-1])


def test_what_somebody_else_changed_while_the_form_was_open_stays(world: World) -> None:
    told = told_note(world)
    title = says_now().title
    world.press("cy", told, "Correct it")
    form = world.written_to("cy")[-1].form
    assert form is not None
    note = Note.objects.get().public_id
    world.comes(world.chat.press("bo", told.id, f"correct n:{note}", fields(title=title, when="In winter.")))
    world.comes(world.chat.press("cy", told.id, form.words, fields(title=title, why="I saw it.")))
    assert says_now() == Content(title, "In winter.", "", "I saw it.", "")
    world.comes(world.chat.press("cy", told.id, form.words, fields(title=title, when="In summer.")))
    assert "In winter." in says_now().when
    assert "In summer." in says_now().when
    assert "both stand there now" in words_of(world.written_to("cy")[-1])


def test_by_mail_the_note_is_shown_with_the_words_that_say_a_part_anew(world: World) -> None:
    world.mails("ana", "Today I learned that the export runs on Mondays.")
    world.mails("ana", "correct", world.mailed_to("ana")[-1].id)
    shown = world.mailed_to("ana")[-1]
    assert shown.form is None
    assert "The note says" in words_of(shown)
    assert "the export runs on Mondays" in words_of(shown)
    world.mails("ana", "correct what worked: It runs on Tuesdays.", shown.id)
    assert says_now().what_worked == "It runs on Tuesdays."


def test_from_its_thread_what_people_said_there_stays_theirs(world: World) -> None:
    world.invite()
    question = world.say("bo", "How do you calm a caller who threatens to cancel?")
    world.say("ana", "Name the feeling first. Then say the next step.", context=question)
    world.ask("cy", "keep this", context=question)
    world.press("cy", world.whispers("cy")[-1], "Keep it as it is")
    quoted = list(Passage.objects.values_list("text", flat=True))
    assert quoted
    world.ask("bo", "correct title: Calming a caller", context=question)
    assert says_now().title == "Calming a caller"
    assert list(Passage.objects.values_list("text", flat=True)) == quoted
    world.ask("bo", "correct", context=question)
    assert "What people said in the thread stands beside it, and stays theirs." in words_of(world.whispers("bo")[-1])


def test_a_note_that_one_may_not_read_and_one_that_is_not_there_are_answered_alike(world: World) -> None:
    world.invite(LEADS)
    question = world.say("bo", "How do you calm a caller?", LEADS)
    world.say("ana", "Name the feeling first.", LEADS, question)
    world.ask("bo", "keep this", LEADS, question)
    world.press("bo", world.whispers("bo", LEADS)[-1], "Keep it as it is")
    told = told_note(world)
    hidden = Note.objects.exclude(public_id=told.about.removeprefix("n:")).get().public_id
    answers = []
    for note in (hidden, "n0tth3re0000"):
        world.comes(world.chat.press("cy", told.id, f"correct n:{note}.1", fields(title="Mine")))
        answers.append(words_of(world.written_to("cy")[-1]))
        world.comes(world.chat.press("cy", told.id, f"correct n:{note}"))
        answers.append(words_of(world.written_to("cy")[-1]))
    assert set(answers) == {"\nThere is no such note that you may read.\n"}
    assert not Revision.objects.filter(title="Mine").exists()
    world.write("cy", "correct when: never")
    assert "Which note?" in words_of(world.written_to("cy")[-1])

"""Promise 6 in the tools: what stands there in somebody's name they sent, as they wrote it, once."""

import pytest
from tests.bridges.world import HOTLINE, LEADS, World, words_of

from alongside.bridges.adapters.pretend.told import Told
from alongside.bridges.port import Sign
from alongside.notes.models import Note

ASKED = "Who knows   the *new* export?"


def in_somebodys_name(world: World) -> list[Told]:
    return [one for one in world.chat.tool_file.everything() if one.in_name_of]


def said_in(world: World, room: str) -> list[Told]:
    return [one for one in world.said_in(room) if one.body is not None and one.body.quote]


def test_a_question_is_posted_by_its_askers_act_alone_word_for_word_and_once(world: World) -> None:
    world.invite()
    said = world.chat.say("cy", f"ask in #hotline: {ASKED}")
    assert [world.comes(said) for _again in range(3)] == [1, 0, 0]
    (posted,) = said_in(world, HOTLINE)
    assert posted.body is not None
    assert (posted.body.quote, posted.in_name_of) == (ASKED, "Cy Tanaka")
    assert posted.body.title == ""


@pytest.mark.parametrize(
    "words",
    [
        "find how do I export?",
        "how do I export?",
        "here: how do I export?",
        "keep",
        "Today I learned that exports have an undo.",
        "this helped",
        "remember this room",
        "stop",
        "ask in #leads: What do you say of me?",
        "ask in #nowhere: Who knows?",
        "ask:",
        "ask quietly in #hotline: Who knows?",
    ],
)
def test_no_other_act_posts_in_anybodys_name(words: str, world: World) -> None:
    """Nor a question into a room that its asker is not in; nor one without their name."""
    for room in (HOTLINE, LEADS):
        world.invite(room)
    world.ask("cy", words)
    world.write("cy", words)
    world.mails("cy", words)
    assert in_somebodys_name(world) == []


def test_nobody_is_asked_for_under_anothers_name(world: World) -> None:
    world.invite()
    world.write("cy", "ask in #hotline: I am Ana Moreau. Who knows?")
    (posted,) = in_somebodys_name(world)
    assert posted.in_name_of == "Cy Tanaka"


def test_what_a_machine_chose_says_so_and_becomes_a_note_by_a_persons_act_only(world: World) -> None:
    world.invite()
    question = world.say("bo", "How do you calm a caller who threatens to cancel?")
    world.say("ana", "Name the feeling first, then say the next step.", context=question)
    world.react("cy", question, Sign.KEEP)
    draft = world.whispers("cy")[-1]
    assert "Chosen by machine from people’s own words" in words_of(draft)
    assert not Note.objects.exists()
    assert not any("feeling" in words_of(one) for one in world.said_in())
    world.press("cy", draft, "Keep it as it is")
    assert Note.objects.count() == 1

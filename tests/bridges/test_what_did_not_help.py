"""“This did not help” says that, and never the opposite, wherever it is said and whatever it is said of."""

import pytest
from django.db import connection

from alongside.bridges.port import Said
from alongside.conversations.models import Helped
from alongside.kit import clock
from alongside.notes.models import Note, Remark
from alongside.notes.rules import RemarkKind
from tests.bridges.world import HOTLINE, World, words_of

pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")

WHY = "They hung up."


def answered(world: World) -> str:
    world.invite()
    world.ask("ana", "remember this room")
    question = world.say("bo", "How do you calm a caller who threatens to cancel?")
    return world.say("ana", "Name the feeling first, then say the next step.", HOTLINE, question)


def test_said_in_the_room_of_a_message_it_is_no_thanks(world: World) -> None:
    answer = answered(world)
    said = "this did not help"
    world.happens(
        Said(
            source_id="m1", room=HOTLINE, account="cy", html=said, text=said, said_at=clock.now(), reply_to=answer,
            is_to_us=True, words=said,
        )
    )  # fmt: skip
    assert not Helped.objects.exists()
    assert "Say it in the conversation itself" in words_of(world.whispers("cy")[-1])


def test_said_of_a_note_it_stands_there_with_its_reason_and_is_answered_so(world: World) -> None:
    world.write("ana", "Today I learned how to calm a caller.")
    note = Note.objects.get().public_id
    world.write("cy", f"did not help n:{note} {WHY}")
    assert [(one.kind, one.sentence) for one in Remark.objects.all()] == [(RemarkKind.DID_NOT.value, WHY)]
    assert "It says now that it did not help" in words_of(world.written_to("cy")[-1])
    world.write("cy", f"did not help n:{note}")
    assert "why it did not help" in words_of(world.written_to("cy")[-1])
    assert Remark.objects.count() == 1


def test_of_several_one_is_asked_which_and_the_press_says_that_it_did_not(world: World) -> None:
    for what in ("wants to cancel", "has cancelled"):
        world.write("ana", f"Today I learned how to calm a caller who {what}.")
    first, second = Note.objects.order_by("id").values_list("public_id", flat=True)
    world.write("cy", f"did not help n:{first} n:{second} {WHY}")
    asked = world.written_to("cy")[-1]
    assert "Which one did not help?" in words_of(asked)
    world.press("cy", asked, "2. did not help")
    (remark,) = Remark.objects.all()
    assert (remark.note.public_id, remark.kind, remark.sentence) == (second, RemarkKind.DID_NOT.value, WHY)

"""Under one id stand the words of one account: another that says something under it changes nothing."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from alongside.bridges.port import Said
from alongside.conversations.models import Message
from alongside.notes.models import Revision
from tests.bridges.test_acts import remembered
from tests.bridges.test_rooms import ANSWER, answered
from tests.bridges.world import HOTLINE, World

pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def under(source_id: str, account: str, text: str, edited_at: datetime | None = None) -> Said:
    """Something said under the id of a message that is here already."""
    here = Message.objects.get(source_id=source_id)
    return Said(
        source_id=source_id,
        room=HOTLINE,
        account=account,
        html=f"<p>{text}</p>",
        text=text,
        said_at=here.said_at,
        context=here.conversation.source_id,
        edited_at=edited_at,
    )


@pytest.mark.parametrize("edited_at", [None, LATER], ids=["said", "edited"])
def test_another_account_puts_no_words_into_the_mouth_of_who_said_it(world: World, edited_at: datetime | None) -> None:
    _question, answer = remembered(world)
    world.happens(under(answer, "cy", "Shout back.", edited_at))
    assert "Shout back" not in Message.objects.get(source_id=answer).text
    assert ANSWER in answered(world, "cy")


def test_what_its_author_says_anew_beside_it_is_heard(world: World) -> None:
    _question, answer = remembered(world)
    by_author, by_another = under(answer, "ana", "Breathe out.", LATER), under(answer, "cy", "Shout back.", LATER)
    world.happens(by_another, by_author, by_another)
    assert Message.objects.get(source_id=answer).text == "Breathe out."


def test_another_account_changes_no_title_of_a_note(world: World) -> None:
    question, _answer = remembered(world)
    world.ask("ana", "keep", HOTLINE, question)
    world.press("ana", world.whispers("ana")[-1], "Keep it as it is")
    before = Revision.objects.get().title
    world.happens(under(question, "cy", "How do you shout?", LATER))
    assert Revision.objects.get().title == before


def test_nobody_is_told_of_what_another_account_said_under_a_known_id(world: World) -> None:
    world.invite()
    world.write("cy", "ask in #hotline: Who knows the new export?")
    thread = world.said_in()[-1].id
    reply = world.say("bo", "I do.", HOTLINE, thread)
    told = len(world.written_to("cy"))
    world.happens(under(reply, "ana", "Nobody does."))
    assert len(world.written_to("cy")) == told

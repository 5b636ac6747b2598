"""Asked without a name, it says truly who can still learn whose question it was."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from alongside.bridges.adapters.pretend import parse
from alongside.bridges.port import Reach
from tests.bridges.world import HOTLINE, World, words_of

# Only PostgreSQL needs the tables emptied: SQLite rolls back.
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")

QUESTION = "ask quietly in #hotline: What is a dunning letter?"


def joined(world: World, account: str) -> None:
    """Their chat and their mail are one person."""
    world.mails(account, "join accounts")
    code = words_of(world.mailed_to(account)[-1]).split("code ")[1].split()[0]
    world.write(account, f"code {code}")


def test_said_aloud_in_a_room_it_is_not_posted_because_everybody_there_has_read_whose_it_is(world: World) -> None:
    world.invite()
    before = len(world.said_in())
    world.ask("cy", "ask quietly: What is a dunning letter?")
    assert len(world.said_in()) == before
    told = words_of(world.whispers("cy")[-1])
    assert "Nothing was posted: you wrote it in #hotline, where everybody reads it with your name." in told
    assert "write it to me alone: “ask quietly in #hotline: …”" in told


def test_a_command_in_the_room_shows_it_to_nobody_there_and_is_posted_without_a_name(world: World) -> None:
    world.invite()
    moment = datetime.now(UTC)
    world.comes(parse.commanded("cy", "ask quietly: What is a dunning letter?", room=HOTLINE, moment=moment))
    assert "Somebody asks, without their name:" in words_of(world.said_in()[-1])
    assert "without your name" in words_of(world.whispers("cy")[-1])


def test_in_a_room_of_ones_own_nobody_else_has_read_it(world: World) -> None:
    world.invite()
    world.room("G-own", "forwarded by Cy", Reach.MEMBERS, ["cy"])
    world.invite("G-own", by="cy")
    world.ask("cy", QUESTION, "G-own")
    assert "Somebody asks, without their name:" in words_of(world.said_in()[-1])


def test_asked_by_mail_it_names_those_who_can_read_the_mailbox(world: World) -> None:
    world.invite()
    joined(world, "ana")
    world.mails("ana", QUESTION)
    world.work()
    assert "Somebody asks, without their name:" in words_of(world.said_in()[-1])
    truth = words_of(world.mailed_to("ana")[-1])
    assert "the administrators of Acme mail, as far as they can read what you write to me" in truth
    assert (
        "whoever can compare when you wrote with when it was posted, such as the administrators of Acme chat" in truth
    )


def test_an_answer_without_a_name_said_aloud_in_a_room_is_not_passed_on(world: World) -> None:
    world.invite()
    world.write("cy", QUESTION)
    thread = world.said_in()[-1].id
    world.say("bo", "A reminder to pay.", context=thread)
    before = len(world.said_in())
    world.ask("cy", "answer: And who sends it?", context=thread)
    assert len(world.said_in()) == before
    told = words_of(world.whispers("cy")[-1])
    assert "Nothing was posted" in told
    assert "write “answer: …” to me alone" in told

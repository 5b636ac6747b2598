"""Promise 7 in the tools: it is where a member asked it in, says so there, and takes in no more than it was asked to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.bridges.world import HOTLINE, LEADS, World, words_of

from alongside.bridges.models import Arrival, Followed, Presence
from alongside.bridges.port import PutOut
from alongside.conversations.models import Conversation, Message


def stored() -> str:
    """Every row of every table, the inbox and the outbox included."""
    rows: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += [str([bytes(one) if isinstance(one, memoryview) else one for one in row]) for row in cursor]
    return "\n".join(rows)


def test_before_anybody_asked_it_in_nothing_of_a_room_is_written_down(world: World) -> None:
    for room in (HOTLINE, LEADS):
        world.say("bo", "xylophonquark", room)
    assert "xylophonquark" not in stored()


def test_it_says_in_the_room_that_it_is_there_what_it_takes_in_and_how_to_end_it(world: World) -> None:
    world.invite(LEADS)
    (hello,) = world.said_in(LEADS)
    for part in ("Ana Moreau asked me in", "only what mentions me and threads that somebody keeps", "removing me"):
        assert part in words_of(hello)


def test_asked_in_it_takes_in_what_is_kept_and_nothing_else(world: World) -> None:
    world.invite()
    world.say("bo", "xylophonquark at large")
    question = world.say("bo", "How do you calm a caller?")
    world.ask("cy", "keep this", context=question)
    world.say("ana", "Name the feeling first.", context=question)
    world.say("ana", "xylophonquark again")
    assert [row.text for row in Message.objects.order_by("said_at")] == [
        "How do you calm a caller?",
        "Name the feeling first.",
    ]
    assert "xylophonquark" not in stored()


def test_what_is_written_to_it_is_an_act_and_no_message_and_goes_once_it_is_answered(world: World) -> None:
    world.invite()
    world.ask("ana", "remember this room")
    for say in (world.ask, world.write, world.mails):
        say("cy", "where is the xylophonquark?")
    assert "xylophonquark" not in stored()


@pytest.mark.parametrize("who", ["cy", "dee"])
def test_nobody_but_its_members_makes_it_remember_or_stop(who: str, world: World) -> None:
    world.invite(LEADS)
    world.ask(who, "remember this room", LEADS)
    world.say("bo", "xylophonquark", LEADS)
    assert "xylophonquark" not in stored()
    world.ask("ana", "remember this room", LEADS)
    for words in ("stop", "forget this room"):
        world.ask(who, words, LEADS)
    world.say("bo", "This it remembers.", LEADS)
    assert [row.text for row in Message.objects.all()] == ["This it remembers."]


def test_stopping_offers_to_forget_and_forgetting_leaves_nothing_of_the_room(world: World) -> None:
    world.invite()
    world.ask("ana", "remember this room")
    world.say("bo", "xylophonquark")
    world.ask("bo", "stop")
    assert "[Forget what was said there]" in words_of(world.whispers("bo")[-1])
    world.press("bo", world.whispers("bo")[-1], "Forget what was said there")
    assert "xylophonquark" not in stored()


@dataclass(frozen=True)
class Listening:
    """What Alongside may take in of a room, as somebody would say it who watches the room."""

    is_there: bool = False
    remembers: bool = False

    def after(self, step: str) -> "Listening":
        match step:
            case "invite":
                return replace(self, is_there=True) if self.is_there else Listening(is_there=True)
            case "put out":
                return Listening()
            case "remember":
                return replace(self, remembers=True)
            case "stop":
                return replace(self, remembers=False)
        return self

    @property
    def takes_in(self) -> bool:
        return self.is_there and self.remembers


steps = st.lists(st.sampled_from(["invite", "put out", "remember", "stop", "say"]), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_whatever_happens_it_takes_in_what_its_members_asked_it_to(*, steps: Iterable[str], world: World) -> None:
    for model in (Followed, Presence, Message, Conversation, Arrival):
        model.objects.all().delete()
    listening, expected = Listening(), []
    for number, step in enumerate(steps):
        match step:
            case "invite":
                world.invite()
            case "put out":
                world.happens(PutOut(room=HOTLINE))
            case "remember":
                world.ask("bo", "remember this room")
            case "stop":
                world.ask("ana", "stop")
            case "say":
                world.say("bo", f"word{number}")
                expected += [f"word{number}"] if listening.takes_in else []
        listening = listening.after(step)
    assert [row.text for row in Message.objects.order_by("id")] == expected

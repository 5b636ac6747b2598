"""Promise 7 in the tools: it is where a member asked it in, says so there, and takes in no more than it was asked to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.bridges.world import HOTLINE, LEADS, PEOPLE, World, words_of

from alongside.bridges.actions.flowing import let_flow
from alongside.bridges.adapters.pretend.told import Told
from alongside.bridges.models import Arrival, Followed, Presence
from alongside.bridges.port import AccountSeen, PutOut, Reach, Sign
from alongside.conversations.models import Conversation, Message, Room
from alongside.people.models import Account

# On PostgreSQL the journal waits for every transaction that is open: a test in one would find nothing.
on_both = pytest.mark.django_db(transaction=connection.vendor == "postgresql")


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


def says_everywhere(world: World) -> None:
    """Cy's words wherever a tool's words can be: in two rooms, asked by name and quietly, kept, thanked for, told."""
    for room in (HOTLINE, LEADS):
        world.invite(room)
        world.ask("ana", "remember this room", room)
    world.room(LEADS, "leads", Reach.MEMBERS, ["ana", "bo", "cy"])
    begun = world.say("cy", "Why does the quixotryfold smoke?")
    answer = world.say("bo", "Pull the walrus plug.", context=begun)
    world.say("cy", "Never say zephyrmantle.", LEADS)
    world.react("cy", answer, Sign.HELPED)
    world.ask("bo", "keep this", context=begun)
    world.press("bo", world.whispers("bo")[-1], "Keep it as it is")
    world.ask("cy", "keep this", context=begun)
    world.write("cy", "ask in #hotline: Who saw the wobblegnarl?")
    world.write("cy", "ask quietly in #hotline: Who hid the thistlequorn?")
    world.write("cy", "today I learned that mumblefizz helps")
    account, hotline = Account.objects.get(source_id="cy"), Room.objects.get(source_id=HOTLINE)
    let_flow(None, address="https://cy.example/feed", title="A blog", account_id=account.pk, room_id=hotline.pk)


PLANTED = ("quixotryfold", "zephyrmantle", "wobblegnarl", "thistlequorn", "mumblefizz")


def found_by(world: World, word: str) -> list[str]:
    """Who is answered with something that has this word in it."""
    found = []
    for who in PEOPLE:
        world.write(who, f"find {word}")
        answers = world.written_to(who)
        if answers and answers[-1].body is not None and answers[-1].body.items:
            found.append(who)
    return found


@on_both
def test_who_pauses_in_a_tool_is_found_by_nobody_now_and_with_what_they_say_later(world: World) -> None:
    says_everywhere(world)
    assert found_by(world, "quixotryfold") == ["ana", "bo", "cy"]
    assert found_by(world, "zephyrmantle") == ["ana", "bo", "cy"]
    world.write("cy", "pause")
    world.say("cy", "Later it is drizzlehark.")
    for word in (*PLANTED[:3], "drizzlehark"):
        assert found_by(world, word) == [], word
    assert "walrus" in words_of(answer_to(world, "ana", "find walrus")), "what others said stays"
    world.write("cy", "go on")
    assert found_by(world, "drizzlehark") == ["ana", "bo", "cy"]
    assert found_by(world, "zephyrmantle") == ["ana", "bo", "cy"]


def answer_to(world: World, who: str, words: str) -> Told:
    world.write(who, words)
    return world.written_to(who)[-1]


@on_both
def test_who_is_forgotten_in_a_tool_is_in_no_table_and_comes_back_by_nothing(world: World) -> None:
    says_everywhere(world)
    held = stored()
    for words in (*PLANTED, "Cy Tanaka", "https://cy.example/feed"):
        assert words in held, "otherwise this says nothing"
    before = words_of(answer_to(world, "cy", "forget me"))
    world.press("cy", world.written_to("cy")[-1], "Forget me, for good")
    after = words_of(world.written_to("cy")[-1])
    for text in (before, after):
        for what in ("Letters", "Backups", "Logs of the database", "others quoted", "the tool in which you said it"):
            assert what in text
    world.say("cy", "And drizzlehark again.")
    world.joins("cy", LEADS)
    world.write("cy", "tell: oakenplover helps")
    world.happens(AccountSeen(source_id="cy", name="Cy Tanaka", handle="cy"))
    world.room(LEADS, "leads", Reach.MEMBERS, ["ana", "bo", "cy"])
    held = stored()
    for words in (*PLANTED, "drizzlehark", "oakenplover", "Cy Tanaka"):
        # Their mailbox is another account, which they joined to nothing: it is forgotten from there.
        assert words not in held.replace(address_of_mailbox("Cy Tanaka"), ""), words
    assert "walrus" in words_of(answer_to(world, "ana", "find walrus"))


def address_of_mailbox(name: str) -> str:
    (row,) = [line for line in stored().splitlines() if "cy@acme.example" in line and name in line]
    return row


@on_both
@pytest.mark.parametrize("who", ["ana", "dee"])
def test_nobody_pauses_or_forgets_anybody_else_in_a_tool(who: str, world: World) -> None:
    says_everywhere(world)
    for words in ("pause", "yes, forget me", "forget me now", "forget Cy Tanaka"):
        world.write(who, words)
        world.ask(who, words)
    assert Account.objects.filter(source_id="cy", is_paused=False).exists()
    assert "zephyrmantle" in stored()
    assert found_by(world, "zephyrmantle")

"""What somebody chooses for themselves, by chat and by mail alone."""

import pytest
from django.db import connection
from django.test import Client

from alongside.audiences.models import Hearer
from alongside.conversations.models import Message
from alongside.letters.models import Delivery
from alongside.notes.models import Note
from alongside.people.models import Account, Person
from tests.bridges.test_acts import remembered
from tests.bridges.world import HOTLINE, World, words_of

# On PostgreSQL the journal waits for every transaction that is open: a test in one would find nothing.
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
QUESTION = "how do I calm a caller who wants to cancel?"


def last(world: World, account: str) -> str:
    return words_of(world.written_to(account)[-1])


def test_paused_my_words_are_found_by_nobody_and_going_on_brings_them_back(world: World) -> None:
    remembered(world)
    world.write("ana", "pause")
    assert "left out of what is found" in last(world, "ana")
    world.write("cy", QUESTION)
    assert "Name the feeling" not in last(world, "cy")
    world.write("ana", "go on")
    world.write("cy", QUESTION)
    assert "Name the feeling first" in last(world, "cy")


def test_forgotten_from_a_tool_nothing_is_left_and_nothing_comes_back(world: World) -> None:
    question, answer = remembered(world)
    world.write("ana", "forget me")
    asked = world.written_to("ana")[-1]
    assert "Backups and copies made before" in words_of(asked)
    assert Message.objects.count() == 2
    world.press("ana", asked, "Forget me, for good")
    assert "You are forgotten" in last(world, "ana")
    assert [row.source_id for row in Message.objects.all()] == [question]
    assert not Account.objects.filter(source_id="ana").exists()
    assert not Delivery.objects.exists()
    world.say("ana", "This does not come in any more.", context=question)
    world.joins("ana", HOTLINE)
    world.write("ana", QUESTION)
    assert Message.objects.count() == 1
    assert not Account.objects.filter(source_id="ana").exists()
    assert answer


def test_two_accounts_become_one_person_by_a_code_and_part_again(world: World) -> None:
    remembered(world, "G-leads")
    world.mails("ana", QUESTION)
    assert "Nothing that you may read" in words_of(world.mailed_to("ana")[-1])
    world.write("ana", "join accounts")
    code = last(world, "ana").split("code ")[1].split()[0]
    world.mails("cy", "code WRNG-CODE")
    assert "This code joins nothing" in words_of(world.mailed_to("cy")[-1])
    world.mails("ana", f"code {code}")
    assert "one person now" in words_of(world.mailed_to("ana")[-1])
    world.mails("ana", QUESTION)
    assert "Name the feeling first" in words_of(world.mailed_to("ana")[-1])
    world.mails("cy", f"code {code}")
    assert "This code joins nothing" in words_of(world.mailed_to("cy")[-1])
    world.mails("ana", "part")
    world.mails("ana", QUESTION)
    assert "Nothing that you may read" in words_of(world.mailed_to("ana")[-1])
    assert Person.objects.count() <= 1
    world.write("cy", "part")
    assert "joined to no other" in last(world, "cy")


def test_what_is_known_of_me_is_told_to_me_and_what_waits_for_my_yes(world: World) -> None:
    remembered(world)
    world.write("ana", "what do you know of me?")
    known = last(world, "ana")
    assert "What I know of you" in known
    assert "Acme chat" in known
    assert "nor what you read" in known
    world.write("ana", "yes p:999")
    assert "Nothing of yours waits" in last(world, "ana")


def test_my_things_are_taken_along_by_a_link_that_is_mine_alone_and_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered(world)
    world.write("ana", "take my things")
    body = world.written_to("ana")[-1].body
    assert body is not None
    path = body.items[0].link
    taken = b"".join(Client().get(path).streaming_content).decode()  # type: ignore[attr-defined]
    assert "Name the feeling first" in taken
    assert "How do you calm a caller who threatens" not in taken
    assert Client().get(path[:-2] + "zz").status_code == 404
    from datetime import timedelta

    from alongside.kit import clock

    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert Client().get(path).status_code == 404


def test_a_note_is_kept_by_an_account_that_nobody_linked(world: World) -> None:
    world.write("cy", "Today I learned that the export has an undo.")
    note = Note.objects.get()
    assert note.account is not None
    assert note.account.source_id == "cy"
    assert Hearer.objects.filter(audience=note.audience).count() == 0

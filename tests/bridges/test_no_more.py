"""What comes by itself comes no more, by a word in reply, a press, or one POST; for who says it, and for nobody else."""

import re

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from alongside.bridges.actions.flowing import flow_on, let_flow
from alongside.bridges.adapters.pretend.told import Told
from alongside.bridges.models import Flow, Followed
from alongside.bridges.stopping import PURPOSE, address_to_stop
from alongside.conversations.models import Conversation, Message, Room
from alongside.conversations.rules import Said
from alongside.kit import clock
from alongside.kit.sealing import sealing_in
from alongside.notes.actions.said import take_in_said
from alongside.people.actions.leaving_out import forget
from alongside.people.models import Account
from tests.bridges.world import HOTLINE, LEADS, WITH_DEE, World, words_of

# On PostgreSQL the journal waits for every transaction that is open: a test in one would find nothing.
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")


@pytest.fixture
def thread(world: World) -> str:
    """Cy asked it through Alongside, Ana kept it as a note, Bo has answered."""
    world.invite()
    world.write("cy", "ask in #hotline: Who knows the new export?")
    thread = world.said_in()[-1].id
    world.ask("ana", "keep this", context=thread)
    world.press("ana", world.whispers("ana")[-1], "Keep it as it is")
    world.say("bo", "I do.", context=thread)
    assert "Bo Lindgren answered" in words_of(world.written_to("cy")[-1])
    assert "Bo Lindgren said more" in words_of(world.written_to("ana")[-1])
    return thread


def told(world: World, *, when: str, thread: str) -> list[str]:
    """Who is told by itself of something that Bo says there now."""
    before = {who: len(world.written_to(who)) for who in ("ana", "bo", "cy", "dee")}
    world.say("bo", when, context=thread)
    return [who for who, number in before.items() if len(world.written_to(who)) > number]


@pytest.mark.parametrize("words", ["no more of this", "No more.", "stop telling me", "stop"])
def test_said_in_reply_it_ends_that_thread_for_who_says_it(words: str, world: World, thread: str) -> None:
    assert told(world, when="One.", thread=thread) == ["ana", "cy"]
    world.write("cy", words, world.written_to("cy")[-1].id)
    assert "Nothing more of this thread" in words_of(world.written_to("cy")[-1])
    assert told(world, when="Two.", thread=thread) == ["ana"]


@pytest.mark.parametrize("who", ["ana", "cy"])
def test_a_press_does_it_too(who: str, world: World, thread: str) -> None:
    world.press(who, world.written_to(who)[-1], "No more of this")
    assert who not in told(world, when="One.", thread=thread)


def test_said_alone_it_ends_every_thread_of_theirs_until_they_ask_again(world: World, thread: str) -> None:
    world.write("cy", "no more of this")
    assert told(world, when="One.", thread=thread) == ["ana"]
    world.write("cy", "ask in #hotline: And who knows the old one?")
    assert told(world, when="I do too.", thread=world.said_in()[-1].id) == ["cy"]


def test_a_thread_that_nobody_asked_or_kept_any_more_is_not_followed(world: World, thread: str) -> None:
    for who in ("ana", "cy"):
        world.write(who, "no more of this")
    assert not Followed.objects.exists()
    world.say("bo", "xylophonquark", context=thread)
    assert not Message.objects.filter(text__contains="xylophonquark").exists()


@pytest.mark.parametrize("who", ["bo", "dee"])
def test_nobody_ends_it_for_anybody_else_nor_learns_whether_it_is_there(who: str, world: World, thread: str) -> None:
    public_id = Conversation.objects.get().public_id
    for said in ("no more of this", f"no more of this c:{public_id}", "no more of this c:zzzzzzzzzzzz"):
        world.write(who, said)
    there, missing = world.written_to(who)[-2:]
    assert words_of(there) == words_of(missing)
    assert told(world, when="One.", thread=thread) == ["ana", "cy"]


def a_blog_is_told(world: World) -> bool:
    """Whether what is new in Ana's blog is told in the room."""
    account, feed = Account.objects.get(source_id="ana"), Room.objects.get(source_id="https://ana.example/feed")
    number = len(world.said_in())
    post = Said(
        source_id=f"post {number} {clock.now()}", room_id=feed.pk, author_id=account.pk, html="<p>Hives</p>",
        text="Hives", said_at=clock.now(), context="1", url="https://ana.example/1",
    )  # fmt: skip
    take_in_said(None, said=[post], audiences={feed.pk: feed.audience_id}, brought_by=None)
    flow_on(None, said=[post])
    world.work()
    return len(world.said_in()) > number


def test_in_a_room_its_members_end_the_blogs_that_are_told_there(world: World) -> None:
    for room in (HOTLINE, LEADS, WITH_DEE):
        world.invite(room)
    account, hotline = Account.objects.get(source_id="ana"), Room.objects.get(source_id=HOTLINE)
    let_flow(None, address="https://ana.example/feed", title="Ana’s blog", account_id=account.pk, room_id=hotline.pk)
    assert a_blog_is_told(world)
    world.ask("dee", "no more of this")
    world.ask("cy", "no more of this", WITH_DEE)
    assert a_blog_is_told(world), "not for a guest who is not in it, and not from another room"
    world.ask("bo", "no more of this")
    assert not a_blog_is_told(world)
    assert Flow.objects.get().account == account, "it is followed and found as before"


# ---------------------------------------------------------------- by its address


def address(world: World, who: str) -> str:
    """What a mail program is given with what was told to them."""
    row = Followed.objects.get()
    made = address_to_stop(Account.objects.get(connection=world.bridge.connection_id, source_id=who).pk, f"f:{row.pk}")
    found = re.fullmatch(r"https://alongside\.example(/stop/[a-z2-7]+)", made)
    assert found, made
    return found[1]


@pytest.fixture
def based(settings: Settings) -> None:
    settings.BASE_URL = "https://alongside.example"


def test_one_post_ends_it_and_looking_does_not(world: World, thread: str, based: None) -> None:
    stop, program = address(world, "cy"), Client(enforce_csrf_checks=True)
    page = program.get(stop)
    assert (page.status_code, b"Tell me nothing more of this" in page.content) == (200, True)
    assert told(world, when="One.", thread=thread) == ["ana", "cy"]
    for _twice in range(2):
        done = program.post(stop, {"List-Unsubscribe": "One-Click"})
        assert (done.status_code, b"Nothing more of this comes to you" in done.content) == (200, True)
    assert told(world, when="Two.", thread=thread) == ["ana"]


def test_an_address_that_was_never_made_or_is_over_ends_nothing(world: World, thread: str, based: None) -> None:
    stop, row = address(world, "cy"), Followed.objects.get()
    cy = Account.objects.get(connection=world.bridge.connection_id, source_id="cy")
    other_purpose = sealing_in(world.folder / "home").token(f"{cy.pk} f:{row.pk}", f"another than {PURPOSE}")
    missing = Client().post("/stop/abc").content
    for forged in (f"/stop/{other_purpose}", f"{stop}a", stop[:-1], "/stop/" + "a" * 60, f"/stop/{cy.pk} f:{row.pk}"):
        answer = Client().post(forged)
        assert answer.status_code == 404
        assert answer.content == missing
    assert told(world, when="One.", thread=thread) == ["ana", "cy"]
    forget(world.viewer("cy"))
    assert Client().post(stop).content == missing
    assert told(world, when="Two.", thread=thread) == ["ana"]


def test_the_address_of_one_ends_nothing_of_another(world: World, thread: str, based: None) -> None:
    assert Client().post(address(world, "bo")).status_code == 200
    assert told(world, when="One.", thread=thread) == ["ana", "cy"]


def test_where_pages_have_no_address_the_words_do_it(world: World, thread: str) -> None:
    assert address_to_stop(1, "f:1") == "no more of this"


def test_what_comes_by_itself_says_how_it_ends_in_every_tool(world: World, thread: str) -> None:
    def is_said(one: Told) -> bool:
        return "“no more of this” in reply" in words_of(one)

    assert all(is_said(world.written_to(who)[-1]) for who in ("ana", "cy"))

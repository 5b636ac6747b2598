"""Who reads what was said, over time: rooms that close, open, lose members or move; and what was kept from them."""

from pathlib import Path

import pytest
from django.db import connection

from alongside.audiences.queries import NotThere, readable_by, sealed_of
from alongside.bridges.port import AccountSeen, Moved, Reach, Renumbered
from alongside.conversations.actions.rooms import open_room
from alongside.conversations.models import Conversation, Message, Room
from alongside.conversations.queries import room_page
from alongside.notes.models import Note
from alongside.notes.queries import note_view
from alongside.people.models import Connection
from alongside.search.queries import find
from tests.bridges.test_acts import remembered
from tests.bridges.test_rooms import ANSWER, NOTHING, QUESTION, answered
from tests.bridges.test_rooms_and_archives import brought, people, read_by, said_in
from tests.bridges.world import HOTLINE, LEADS, World, words_of

pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
CELLAR = "The zither stands in the cellar."
KEPT = {"title": "Secret zither place", "what_worked": "The secret word is xylophone"}


def notes_read_by(world: World, account: str) -> str:
    viewer = world.viewer(account)
    return "\n".join(repr(note_view(viewer, one.public_id)) for one in readable_by(viewer, Note.objects.all()))


def kept(world: World, room: str, thread: str) -> None:
    world.ask("ana", "keep", room, thread)
    world.press("ana", world.whispers("ana", room)[-1], "Keep it as it is", KEPT)


def moved(world: World, *source_ids: str, to: str, room: str) -> None:
    world.happens(Moved(room=room, source_ids=source_ids, to_room=to, to_context=source_ids[0]))


@pytest.fixture
def sealed(world: World, tmp_path: Path) -> int:
    """The audience of a closed room that an archive brought; Cy was in it then, and is not when its tool tells of it."""
    Connection.objects.filter(pk=world.bridge.connection_id).update(key="urn:x:acme")
    brought(tmp_path, [*people("ana", "bo", "cy"), *said_in("G-old", ["ana", "bo", "cy"], CELLAR)])
    audience_id = Room.objects.get(source_id="G-old").audience_id
    world.room("G-old", "old", Reach.MEMBERS, ["ana", "bo"])
    world.invite("G-old")
    return audience_id


# Who left


def test_a_sealed_room_that_is_opened_is_not_read_by_who_was_in_it_once(world: World, sealed: int) -> None:
    del sealed
    world.ask("ana", "open this room", "G-old")
    assert "cellar" in read_by(world, "bo")
    assert "cellar" not in read_by(world, "cy")


def test_who_was_in_a_sealed_room_once_cannot_open_it(world: World, sealed: int) -> None:
    assert sealed not in sealed_of(world.viewer("cy"))
    assert sealed in sealed_of(world.viewer("ana"))
    with pytest.raises(NotThere):
        open_room(world.viewer("cy"), audience_id=sealed)


def test_a_guest_who_leaves_a_room_that_opened_leaves_what_was_said_when_it_was_closed(world: World) -> None:
    world.room(LEADS, "leads", Reach.MEMBERS, ["ana", "bo", "dee"])
    remembered(world, LEADS)
    world.room(LEADS, "leads", Reach.ORGANISATION, ["ana", "bo", "dee"])
    assert ANSWER in answered(world, "dee")
    world.leaves("dee", LEADS)
    assert NOTHING in answered(world, "dee")
    assert ANSWER in answered(world, "bo")


def test_who_left_while_nobody_could_know_it_has_left_also_where_the_room_is_open_now(world: World) -> None:
    world.room(LEADS, "leads", Reach.MEMBERS, ["ana", "bo", "dee"])
    remembered(world, LEADS)
    world.put_out(LEADS)
    world.room(LEADS, "leads", Reach.ORGANISATION, ["ana", "bo"])
    world.invite(LEADS)
    assert NOTHING in answered(world, "dee")
    assert ANSWER in answered(world, "bo")


# What was kept


@pytest.mark.parametrize("how", ["left", "put out", "unknown"])
def test_a_note_of_which_nothing_else_is_left_follows_who_is_in_its_room(world: World, how: str) -> None:
    def seen(*members: str) -> None:
        world.room("G-fresh", "fresh", Reach.MEMBERS, list(members), hides_earlier=True)

    seen("ana", "bo")
    world.invite("G-fresh")
    world.ask("ana", "remember this room", "G-fresh")
    thread = world.say("ana", "Where is the zither?", "G-fresh")
    world.say("bo", CELLAR, "G-fresh", thread)
    kept(world, "G-fresh", thread)
    seen("ana", "bo", "cy")
    for source_id in list(Message.objects.filter(room__source_id="G-fresh").values_list("source_id", flat=True)):
        world.deletes(source_id, "G-fresh")
    assert "xylophone" in notes_read_by(world, "bo")
    assert "xylophone" not in notes_read_by(world, "cy")
    if how == "left":
        world.leaves("bo", "G-fresh")
    elif how == "put out":
        world.put_out("G-fresh")
    else:
        world.room("G-fresh", "fresh", Reach.MEMBERS, None, hides_earlier=True)
    assert "xylophone" not in notes_read_by(world, "bo")


def test_a_note_of_a_room_that_was_forgotten_follows_who_is_in_it(world: World) -> None:
    thread, _answer = remembered(world, LEADS)
    kept(world, LEADS, thread)
    world.room(LEADS, "leads", Reach.ORGANISATION, ["ana", "bo", "cy"])
    world.ask("ana", "forget this room", LEADS)
    world.room(LEADS, "leads", Reach.MEMBERS, ["ana", "cy"])
    assert "xylophone" not in notes_read_by(world, "bo")


# Moves


def test_a_thread_that_moves_out_of_a_closed_room_shows_not_even_its_title(world: World) -> None:
    thread, answer = remembered(world, LEADS)
    world.invite()
    moved(world, thread, answer, to=HOTLINE, room=LEADS)
    world.ask("ana", "remember this room")
    world.say("bo", "A quokka walks in.", HOTLINE, thread)
    page = repr(room_page(world.viewer("cy"), Room.objects.get(source_id=HOTLINE).public_id))
    titles = {one.title for one in find(world.viewer("cy"), "who threatens to cancel?").results}
    assert "threaten" not in page
    assert not any("threaten" in title for title in titles)
    assert ANSWER in answered(world, "bo")


def test_part_of_a_closed_thread_that_moves_into_an_open_one_stands_apart(world: World) -> None:
    _thread, answer = remembered(world, LEADS)
    world.invite()
    world.ask("ana", "remember this room")
    open_thread = world.say("cy", "Where do the refunds go?")
    world.happens(Moved(room=LEADS, source_ids=(answer,), to_room=HOTLINE, to_context=open_thread))
    assert ANSWER not in read_by(world, "cy")
    assert ANSWER in read_by(world, "bo")
    assert Conversation.objects.filter(room__source_id=HOTLINE).count() == 2


def test_a_thread_that_moves_from_one_closed_room_into_another_is_read_by_who_is_in_both(world: World) -> None:
    thread, answer = remembered(world, LEADS)
    world.room("G-second", "second", Reach.MEMBERS, ["ana", "cy"])
    world.invite("G-second")
    moved(world, thread, answer, to="G-second", room=LEADS)
    assert ANSWER in answered(world, "ana")
    for account in ("bo", "cy"):
        assert NOTHING in answered(world, account)


def test_a_note_goes_with_its_thread_into_a_closed_room(world: World) -> None:
    thread, answer = remembered(world)
    kept(world, HOTLINE, thread)
    assert "xylophone" in notes_read_by(world, "cy")
    world.invite(LEADS)
    moved(world, thread, answer, to=LEADS, room=HOTLINE)
    assert "xylophone" not in notes_read_by(world, "cy")
    assert "xylophone" in notes_read_by(world, "bo")
    found = find(world.viewer("bo"), "xylophone").results
    assert [one.kind for one in found if "zither" in one.title] == ["note"]


def test_what_was_moved_is_left_by_who_leaves_the_room_in_which_it_was_said(world: World) -> None:
    world.room("G-fresh", "fresh", Reach.MEMBERS, ["ana", "dee"], hides_earlier=True)
    world.invite("G-fresh")
    world.invite()
    world.ask("ana", "remember this room", "G-fresh")
    said = world.say("ana", CELLAR, "G-fresh")
    world.room("G-fresh", "fresh", Reach.MEMBERS, ["ana", "dee", "bo"], hides_earlier=True)
    moved(world, said, to=HOTLINE, room="G-fresh")
    assert "cellar" in read_by(world, "dee")
    world.leaves("dee", "G-fresh")
    assert "cellar" not in read_by(world, "dee")


def test_an_archive_that_calls_a_room_as_before_is_of_the_same_room(world: World, tmp_path: Path) -> None:
    Connection.objects.filter(pk=world.bridge.connection_id).update(key="urn:x:acme")
    remembered(world, LEADS)
    world.happens(Renumbered(room=LEADS, to_room="G-new"))
    brought(tmp_path, [*people("ana", "bo", "cy"), *said_in(LEADS, None, CELLAR)])
    assert "cellar" not in read_by(world, "cy")
    assert "cellar" in read_by(world, "bo")
    assert not Room.objects.filter(source_id=LEADS).exists()
    assert Message.objects.filter(source_id="G-new-old-1").exists()


# Acts of who is not there


def test_a_member_who_becomes_a_guest_is_somebody_who_hears_and_nothing_is_said_there_any_more(world: World) -> None:
    remembered(world)
    world.ask("ana", f"here: {QUESTION}")
    before = len(world.said_in())
    world.happens(AccountSeen(source_id="bo", name="Bo Lindgren", handle="bo", is_guest=True))
    world.ask("ana", f"here: {QUESTION}")
    assert len(world.said_in()) == before
    world.room(HOTLINE, "hotline", Reach.ORGANISATION, ["ana", "cy"])
    world.ask("ana", f"here: {QUESTION}")
    assert len(world.said_in()) == before + 1, "they are in it no more"


def test_whoever_asks_for_all_in_a_room_that_they_are_not_in_learns_nothing_of_it(world: World) -> None:
    remembered(world, LEADS)
    before = len(world.said_in(LEADS))
    answers = []
    for question in (QUESTION, "zyzzogeton wherefore quixotry?"):
        world.ask("cy", f"here: {question}", LEADS)
        answers.append(words_of(world.whispers("cy", LEADS)[-1]))
    assert len(world.said_in(LEADS)) == before
    assert answers[0] == answers[1]
    assert "leads" not in answers[0]


def test_nobody_makes_it_take_in_a_thread_of_a_room_that_they_or_it_are_not_in(world: World) -> None:
    world.invite(LEADS)
    world.invite()
    closed = world.say("ana", "Who knows the zither secret?", LEADS)
    thread = world.say("ana", "Who knows the lute secret?")
    world.ask("cy", "keep", LEADS, closed)
    assert not Message.objects.exists()
    world.put_out(HOTLINE)
    world.ask("ana", "keep", HOTLINE, thread)
    assert not Message.objects.exists()

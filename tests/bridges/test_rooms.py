"""Rooms as their tools change them: who reads what was said follows, and nothing is read by who may not."""

import pytest
from django.db import connection

from alongside.audiences.queries import readable_by
from alongside.bridges.actions.intake import take_in
from alongside.bridges.models import Arrival, Followed
from alongside.bridges.port import AccountSeen, Arrived, Batch, CannotHear, Moved, Reach, Renumbered, RoomSeen
from alongside.conversations.models import Conversation, Message, Room
from alongside.letters.models import Delivery
from alongside.notes.models import Revision
from alongside.search.queries import find
from tests.bridges.test_acts import remembered
from tests.bridges.world import HOTLINE, LEADS, WITH_DEE, World, words_of

pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
QUESTION = "how do you calm a caller who threatens to cancel?"
ANSWER = "Name the feeling first"
NOTHING = "Nothing that you may read answers this yet"


def answered(world: World, account: str, question: str = QUESTION) -> str:
    """Asked by chat; and nothing else that reads gives more."""
    world.write(account, question)
    said = words_of(world.written_to(account)[-1])
    viewer = world.viewer(account)
    found = find(viewer, question)
    readable = {row.text for row in readable_by(viewer, Message.objects.all())}
    assert {one.title for one in found.results} <= {
        row.title for row in readable_by(viewer, Conversation.objects.all())
    } | {row.title for row in Revision.objects.all()}
    if question == QUESTION and NOTHING in said:
        assert not any(ANSWER in text for text in readable)
    return said


# Closing and opening


def test_a_room_that_closes_is_read_by_its_members_alone_also_what_was_said_before(world: World) -> None:
    remembered(world)
    assert ANSWER in answered(world, "cy")
    world.room(HOTLINE, "hotline", Reach.MEMBERS, ["ana", "bo"])
    missing = answered(world, "cy")
    assert NOTHING in missing
    world.write("cy", "zyzzogeton wherefore quixotry?")
    assert words_of(world.written_to("cy")[-1]) == missing
    assert NOTHING in answered(world, "dee")
    assert ANSWER in answered(world, "bo")


def test_a_room_that_opens_is_open_from_then_on_and_what_was_said_before_stays_its_members(world: World) -> None:
    remembered(world, LEADS)
    world.room(LEADS, "leads", Reach.ORGANISATION, ["ana", "bo", "cy"])
    assert NOTHING in answered(world, "cy")
    assert ANSWER in answered(world, "bo")
    world.say("ana", "The zither stands in the cellar.", LEADS)
    assert "zither" in answered(world, "cy", "where does the zither stand?")
    assert "zither" not in answered(world, "dee", "where does the zither stand?")


def test_what_is_said_in_an_old_thread_of_a_room_that_opened_tells_nobody_more(world: World) -> None:
    question, _answer = remembered(world, LEADS)
    world.room(LEADS, "leads", Reach.ORGANISATION, ["ana", "bo", "cy"])
    world.say("bo", "The quokka agrees.", LEADS, question)
    for account in ("cy", "dee"):
        assert ANSWER not in answered(world, account)
        assert "threatens" not in answered(world, account, "what does the quokka say?")


# Members


def test_when_members_cannot_be_known_any_more_nobody_reads_it_until_they_are(world: World) -> None:
    remembered(world, LEADS)
    world.room(LEADS, "leads", Reach.MEMBERS, None)
    for account in ("ana", "bo", "cy"):
        assert NOTHING in answered(world, account)
    world.joins("cy", LEADS)  # one who came is no list of who is there
    assert NOTHING in answered(world, "cy")
    world.room(LEADS, "leads", Reach.MEMBERS, ["ana", "bo"])
    assert ANSWER in answered(world, "bo")
    assert NOTHING in answered(world, "cy")


def test_who_is_on_the_list_no_more_reads_nothing_though_nobody_said_that_they_left(world: World) -> None:
    remembered(world, LEADS)
    world.room(LEADS, "leads", Reach.MEMBERS, ["ana", "cy"])
    assert NOTHING in answered(world, "bo")
    assert ANSWER in answered(world, "cy")


def test_where_earlier_talk_is_hidden_newcomers_and_who_comes_back_read_from_then_on(world: World) -> None:
    def seen(*members: str) -> None:
        world.room("G-fresh", "fresh", Reach.MEMBERS, list(members), hides_earlier=True)

    seen("ana", "bo")
    world.invite("G-fresh")
    world.ask("ana", "remember this room", "G-fresh")
    world.say("ana", "The zither stands in the cellar.", "G-fresh")
    seen("ana", "bo", "cy")  # as it is told at a start, when nobody heard the joining
    world.say("ana", "The zither moved to the attic.", "G-fresh")
    said = answered(world, "cy", "where does the zither stand?")
    assert ("attic" in said, "cellar" in said) == (True, False)
    world.leaves("bo", "G-fresh")
    assert "zither" not in answered(world, "bo", "where does the zither stand?")
    world.say("ana", "The zither is in the garden now.", "G-fresh")
    world.joins("bo", "G-fresh")
    world.say("ana", "And the zither is wet.", "G-fresh")
    said = answered(world, "bo", "where does the zither stand?")
    assert "wet" in said
    assert "garden" not in said
    assert "cellar" in answered(world, "ana", "does the zither stand in the cellar?")


def test_a_guest_who_comes_into_an_open_room_is_seen_and_from_then_on_nothing_is_said_there(world: World) -> None:
    remembered(world)
    world.ask("ana", f"here: {QUESTION}")
    before = len(world.said_in())
    assert ANSWER in words_of(world.said_in()[-1])
    world.joins("dee", HOTLINE)
    world.ask("ana", f"here: {QUESTION}")
    assert len(world.said_in()) == before
    assert ANSWER in answered(world, "dee"), "a guest reads the rooms that they are in"
    world.leaves("dee", HOTLINE)
    assert NOTHING in answered(world, "dee")


def test_put_out_of_a_closed_room_it_cannot_know_who_leaves_and_nobody_reads_it_until_it_can(world: World) -> None:
    remembered(world, LEADS)
    world.put_out(LEADS)
    for account in ("ana", "bo", "cy"):
        assert NOTHING in answered(world, account)
    world.joins("cy", LEADS)
    world.leaves("bo", LEADS)  # nobody tells it, and what is told all the same is no list of who is there
    assert NOTHING in answered(world, "cy")
    world.room(LEADS, "leads", Reach.MEMBERS, ["ana", "cy"])
    world.invite(LEADS)
    assert ANSWER in answered(world, "ana")
    assert ANSWER in answered(world, "cy")
    assert NOTHING in answered(world, "bo")


def test_put_out_of_an_open_room_it_does_not_know_its_guests_any_more(world: World) -> None:
    remembered(world, WITH_DEE)
    assert ANSWER in answered(world, "dee")
    world.put_out(WITH_DEE)
    assert NOTHING in answered(world, "dee")
    assert ANSWER in answered(world, "cy")


@pytest.mark.parametrize("lost", ["put out", "unknown"])
def test_where_earlier_talk_is_hidden_nobody_new_reads_it_because_members_were_unknown_for_a_while(
    world: World, lost: str
) -> None:
    def seen(*members: str) -> None:
        world.room("G-fresh", "fresh", Reach.MEMBERS, list(members), hides_earlier=True)

    seen("ana", "bo")
    world.invite("G-fresh")
    world.ask("ana", "remember this room", "G-fresh")
    world.say("ana", "The zither stands in the cellar.", "G-fresh")
    if lost == "put out":
        world.put_out("G-fresh")
    else:
        world.room("G-fresh", "fresh", Reach.MEMBERS, None, hides_earlier=True)
    assert "cellar" not in answered(world, "ana", "where does the zither stand?")
    seen("ana", "cy")
    assert "cellar" in answered(world, "ana", "where does the zither stand?")
    for account in ("bo", "cy"):
        assert "cellar" not in answered(world, account, "where does the zither stand?")


def test_who_comes_into_an_empty_room_that_hides_earlier_talk_reads_none_of_it(world: World) -> None:
    def seen(*members: str) -> None:
        world.room("G-fresh", "fresh", Reach.MEMBERS, list(members), hides_earlier=True)

    seen("ana")
    world.invite("G-fresh")
    world.ask("ana", "remember this room", "G-fresh")
    world.say("ana", "The zither stands in the cellar.", "G-fresh")
    world.leaves("ana", "G-fresh")
    world.joins("cy", "G-fresh")
    assert "cellar" not in answered(world, "cy", "where does the zither stand?")


# Moves, names


def moved(world: World, *source_ids: str, to: str, context: str = "", room: str = HOTLINE) -> None:
    world.happens(Moved(room=room, source_ids=source_ids, to_room=to, to_context=context or source_ids[0]))


def test_a_thread_that_moves_into_a_closed_room_is_read_by_its_members_alone(world: World) -> None:
    question, answer = remembered(world)
    world.invite(LEADS)
    moved(world, question, answer, to=LEADS)
    assert NOTHING in answered(world, "cy")
    said = answered(world, "bo")
    assert ANSWER in said
    assert "leads" in said
    assert not Conversation.objects.filter(room__source_id=HOTLINE).exists()


def test_a_thread_that_moves_out_of_a_closed_room_stays_its_members_until_they_open_it(world: World) -> None:
    question, answer = remembered(world, LEADS)
    world.invite()
    moved(world, question, answer, to=HOTLINE, room=LEADS)
    assert NOTHING in answered(world, "cy")
    assert ANSWER in answered(world, "ana")


def test_what_moves_where_nobody_asked_it_in_is_gone_here(world: World) -> None:
    question, answer = remembered(world)
    for to in (LEADS, "G-never-seen"):
        moved(world, answer, to=to, context="elsewhere")
        assert not Message.objects.filter(source_id=answer).exists()
        assert NOTHING in answered(world, "cy", "what to name first, the feeling?")
    moved(world, question, to="G-never-seen")
    assert not Conversation.objects.exists()
    assert not Arrival.objects.filter(state="new").exists()


def test_a_thread_that_was_kept_or_asked_in_is_followed_where_it_moves(world: World) -> None:
    world.invite()
    world.room("C-second", "second", Reach.ORGANISATION, ["ana", "bo", "cy"])
    world.invite("C-second")
    world.write("cy", "ask in #hotline: Who knows the new export?")
    thread = world.said_in()[-1].id
    moved(world, thread, to="C-second")
    told = len(world.written_to("cy"))
    reply = world.say("bo", "I do.", "C-second", thread)
    assert len(world.written_to("cy")) == told + 1
    assert "Bo Lindgren answered in #second" in words_of(world.written_to("cy")[-1])
    world.say("bo", "Not in the old place.", HOTLINE, thread)
    assert not Message.objects.filter(text="Not in the old place.").exists()
    moved(world, thread, to="C-second", room="C-second")
    assert Followed.objects.count() == 1
    moved(world, thread, reply, to=LEADS, room="C-second")
    assert not Followed.objects.exists()


def test_a_room_with_another_id_is_the_same_room_and_its_threads_go_on(world: World) -> None:
    question, answer = remembered(world, LEADS)
    world.ask("ana", "keep", LEADS, question)
    world.happens(Renumbered(room=LEADS, to_room="G-new"))
    assert Room.objects.filter(source_id="G-new").count() == 1
    assert not Room.objects.filter(source_id=LEADS).exists()
    assert ANSWER in answered(world, "bo")
    assert NOTHING in answered(world, "cy")
    world.say("bo", "The quokka agrees.", "G-new", question)
    assert Conversation.objects.count() == 1
    world.deletes(answer, "G-new")
    assert not Message.objects.filter(source_id=answer).exists()
    world.happens(Renumbered(room="G-never-seen", to_room="G-other"))
    assert not Room.objects.filter(source_id="G-other").exists()


def test_ids_of_what_was_said_follow_the_id_of_their_room(world: World) -> None:
    world.invite()
    world.ask("ana", "remember this room")
    thread = world.say("ana", "Who knows the new export?", context=f"{HOTLINE}:1")
    Message.objects.update(source_id=f"{HOTLINE}:1", url=f"https://chat.acme.example/archives/{HOTLINE}/p1")
    Conversation.objects.update(source_id=f"{HOTLINE}:1")
    world.ask("bo", "keep", HOTLINE, f"{HOTLINE}:1")
    assert Followed.objects.get().context == f"{HOTLINE}:1", thread
    before = world.chat.say("bo", "Said before.", room=HOTLINE)
    behind = world.chat.say("bo", "Right behind.", room="C-new")
    renumbered = Arrived(remote_id="renumbered", event=Renumbered(room=HOTLINE, to_room="C-new"))
    take_in(
        None,
        bridge_id=world.bridge.bridge_id,
        connection_id=world.bridge.connection_id,
        batch=Batch(arrived=(before, renumbered, behind)),
    )
    world.work()
    message = Message.objects.order_by("id").first()
    assert message is not None
    assert (message.source_id, message.url) == ("C-new:1", "https://chat.acme.example/archives/C-new/p1")
    assert Followed.objects.get().context == "C-new:1"
    assert set(Message.objects.values_list("text", flat=True)) >= {"Said before.", "Right behind."}
    assert Message.objects.exclude(room__source_id="C-new").count() == 0


def test_a_room_seen_by_its_new_id_before_it_is_told_whose_that_is_stays_the_old_one(world: World) -> None:
    remembered(world)
    here = Room.objects.get(source_id=HOTLINE).pk
    world.room("C-new", "hotline", Reach.ORGANISATION, ["ana", "bo", "cy"])
    world.happens(Renumbered(room=HOTLINE, to_room="C-new"))
    assert Room.objects.get(source_id="C-new").pk == here
    assert ANSWER in answered(world, "cy")


def test_two_rooms_in_which_something_was_said_are_never_made_one(world: World) -> None:
    remembered(world, LEADS)
    world.invite()
    world.ask("ana", "remember this room")
    world.say("bo", "The zither is in the attic.")
    world.happens(Renumbered(room=LEADS, to_room=HOTLINE))
    assert NOTHING in answered(world, "cy")
    assert NOTHING in answered(world, "bo"), "it is there no more, and cannot know who is"


def test_names_of_rooms_and_people_follow(world: World) -> None:
    remembered(world)
    world.room(HOTLINE, "calls", Reach.ORGANISATION, ["ana", "bo", "cy"])
    world.happens(AccountSeen(source_id="ana", name="Ana Sorensen", handle="ana"))
    said = answered(world, "cy")
    assert "#calls" in said
    assert "Ana Sorensen" in said
    assert "#hotline" not in said
    assert "Moreau" not in said
    world.write("cy", "ask in #hotline: Is it still called so?")
    assert "Nothing was posted" in words_of(world.written_to("cy")[-1])
    world.write("cy", "ask in #calls: Who is here?")
    assert world.said_in()[-1].in_name_of == "Cy Tanaka"


# Accounts that are switched off


def test_somebody_deactivated_reads_nothing_more_through_it_also_when_another_account_is_theirs(world: World) -> None:
    remembered(world, LEADS)
    world.write("bo", "join accounts")
    code = words_of(world.written_to("bo")[-1]).split("code ")[1].split()[0]
    world.mails("bo", f"code {code}")
    world.mails("bo", QUESTION)
    assert ANSWER in words_of(world.mailed_to("bo")[-1])
    world.happens(AccountSeen(source_id="bo", name="Bo Lindgren", handle="bo", is_deactivated=True))
    before = len(world.written_to("bo"))
    world.write("bo", QUESTION)
    assert len(world.written_to("bo")) == before
    world.mails("bo", QUESTION)
    assert NOTHING in words_of(world.mailed_to("bo")[-1])
    world.mails("bo", f"code {code}")
    assert ANSWER not in "".join(words_of(one) for one in world.mailed_to("bo")[-2:])
    world.happens(AccountSeen(source_id="bo", name="Bo Lindgren", handle="bo"))
    world.mails("bo", QUESTION)
    assert ANSWER in words_of(world.mailed_to("bo")[-1])


# Ending


def test_put_out_of_a_room_it_hears_nothing_of_it_and_follows_no_thread_there(world: World) -> None:
    world.invite()
    world.write("cy", "ask in #hotline: Who knows the new export?")
    thread = world.said_in()[-1].id
    told = len(world.written_to("cy"))
    world.put_out(HOTLINE)
    world.say("bo", "I do.", context=thread)
    assert len(world.written_to("cy")) == told
    assert not Message.objects.filter(text="I do.").exists()
    assert not any(b"I do." in bytes(row.body) for row in Arrival.objects.all())
    world.write("cy", "ask in #hotline: Are you still there?")
    assert "Nothing was posted" in words_of(world.written_to("cy")[-1])
    world.invite()
    world.say("bo", "Not remembered, since nobody asked again.")
    assert not Message.objects.filter(text__contains="Not remembered").exists()


def test_stopping_offers_to_forget_and_only_a_member_may_take_it_up(world: World) -> None:
    remembered(world)
    world.ask("ana", "stop")
    offer = world.whispers("ana")[-1]
    assert "[Forget what was said there]" in words_of(offer)
    world.ask("dee", "forget this room")
    assert "Only somebody who is in this room" in words_of(world.whispers("dee")[-1])
    assert ANSWER in answered(world, "cy")
    world.press("ana", offer, "Forget what was said there")
    assert NOTHING in answered(world, "cy")
    assert not Message.objects.exists()


def test_a_room_that_cannot_be_heard_any_more_is_told_so_once_and_left(world: World) -> None:
    remembered(world)
    for _start in range(2):
        world.happens(CannotHear(room=HOTLINE, name="hotline", is_in=True))
    said = [words_of(one) for one in world.said_in() if "so I leave it now" in words_of(one)]
    assert len(said) == 1
    world.say("bo", "It does not hear this.")
    assert not Message.objects.filter(text__contains="does not hear").exists()
    assert ANSWER in answered(world, "cy"), "what was taken in stays its readers'"


def test_who_asked_it_into_a_room_that_it_cannot_hear_is_told_alone_and_a_stranger_gets_no_account_by_that(
    world: World,
) -> None:
    world.happens(CannotHear(room="!secret", name="Secrets", by="ana"))
    told = words_of(world.written_to("ana")[-1])
    assert "I am not in “Secrets”, because it is encrypted" in told
    assert "You asked me in" in told
    assert not Room.objects.filter(source_id="!secret").exists()
    assert not Delivery.objects.exists()


def test_a_room_told_of_without_end_is_one_room(world: World) -> None:
    seen = RoomSeen(source_id=WITH_DEE, name="with-dee", reach=Reach.ORGANISATION, members=("ana", "dee"))
    rooms, audiences = Room.objects.count(), Room.objects.get(source_id=WITH_DEE).audience_id
    for _start in range(3):
        world.happens(seen)
    assert (Room.objects.count(), Room.objects.get(source_id=WITH_DEE).audience_id) == (rooms, audiences)

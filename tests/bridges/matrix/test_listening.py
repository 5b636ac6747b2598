"""What is heard, of a real homeserver."""

import pytest
from msgspec import structs

from alongside.bridges.adapters.matrix import gaps, listening
from alongside.bridges.port import (
    AccountSeen,
    Body,
    Deleted,
    InvitedIn,
    Joined,
    Left,
    Post,
    PutOut,
    Reach,
    Reacted,
    RoomSeen,
    Said,
    Sign,
)
from tests.bridges.matrix.harness import MatrixHarness
from tests.bridges.matrix.inbox import Inbox


def in_both(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    for room in (house.open_room, house.closed_room):
        house.invite_us(room, by=house.ana)
    inbox.until(lambda: len(inbox.of(InvitedIn)) == 2)


def test_alongside_comes_in_when_a_member_asks_and_hears_who_is_there(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    house.invite_us(house.closed_room, by=house.bo)
    assert inbox.until(lambda: inbox.of(InvitedIn)) == [InvitedIn(room=house.closed_room, by=house.bo)]
    seen = inbox.of(RoomSeen)[-1]
    assert (seen.source_id, seen.name, seen.reach) == (house.closed_room, "Leads", Reach.MEMBERS)
    assert seen.members == (house.ana, house.bo)
    assert not seen.has_strangers
    assert {one.source_id: one.name for one in inbox.of(AccountSeen)} == {house.ana: "Ana", house.bo: "Bo"}
    assert not any(house.cy in repr(one) for one in inbox.events)


def test_who_is_a_member_is_told_before_anything_that_was_said(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    house.invite_us(house.closed_room, by=house.ana)
    house.mention(house.bo, house.closed_room, "right after the invitation")
    inbox.said("right after the invitation")
    kinds = [type(one) for one in inbox.events]
    assert kinds.index(AccountSeen) < kinds.index(RoomSeen) < kinds.index(InvitedIn) < kinds.index(Said)


def test_what_was_said_before_alongside_came_in_is_not_told(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    for number in range(130):  # more than a sync holds
        house.say(house.ana, house.closed_room, f"before {number}")
    house.invite_us(house.closed_room, by=house.ana)
    inbox.until(lambda: inbox.of(InvitedIn))
    house.say(house.ana, house.closed_room, "after it")
    inbox.said("after it")
    assert [one.text for one in inbox.of(Said)] == ["after it"]


def test_an_open_room_of_the_house_with_a_guest_of_a_bridge_has_a_stranger(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    seen = {one.source_id: one for one in inbox.of(RoomSeen)}
    assert seen[house.open_room].reach is Reach.ORGANISATION
    assert seen[house.open_room].has_strangers
    assert not seen[house.closed_room].has_strangers
    assert {one.source_id for one in inbox.of(AccountSeen) if one.is_guest} == {house.dee}
    house.leave(house.dee, house.open_room)
    inbox.until(lambda: Left(room=house.open_room, account=house.dee) in inbox.events)
    inbox.until(lambda: not [one for one in inbox.of(RoomSeen) if one.source_id == house.open_room][-1].has_strangers)


def test_a_guest_of_the_homeserver_is_a_stranger_too(house: MatrixHarness, inbox: Inbox) -> None:
    room = house.as_(house.ana).make_room(preset="public_chat", name="Lobby")
    house.as_(house.ana).state(room, "m.room.guest_access", {"guest_access": "can_join"})
    inbox.start()
    house.as_(house.ana).invite(room, house.us.account)
    inbox.until(lambda: inbox.of(InvitedIn))
    assert not inbox.of(RoomSeen)[-1].has_strangers
    guest = house.synapse.guest()
    guest.join(room)
    inbox.until(lambda: Joined(room=room, account=guest.account) in inbox.events)
    inbox.until(lambda: inbox.of(RoomSeen)[-1].has_strangers)
    assert [one.is_guest for one in inbox.of(AccountSeen) if one.source_id == guest.account] == [True]
    guest.close()


def test_a_message_is_told_with_its_thread_its_sender_and_where_it_was_said(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    asked = house.say(house.ana, house.open_room, "How do we do refunds?")
    house.say(house.bo, house.open_room, "In the blue form.", asked.context)
    said, answer = inbox.said("How do we do refunds"), inbox.said("In the blue form")
    assert (said.account, said.room, said.context) == (house.ana, house.open_room, asked.source_id)
    assert not said.is_to_us
    assert asked.source_id in said.url
    assert (answer.context, answer.reply_to) == (asked.source_id, "")


def test_a_chain_of_replies_is_one_thread(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    ana, bo = house.as_(house.ana), house.as_(house.bo)
    first = ana.say(house.open_room, "first")
    second = bo.reply(house.open_room, first, "> <@ana:lindenhof.example> first\n\nsecond")
    ana.reply(house.open_room, second, "third")
    said = inbox.said("third")
    assert (said.context, said.reply_to) == (first, second)
    assert inbox.said("second").text == "second"


def test_a_reply_to_what_was_said_before_a_restart_still_finds_its_thread(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    first = house.as_(house.ana).say(house.open_room, "the first of all")
    second = house.as_(house.bo).reply(house.open_room, first, "the second")
    inbox.said("the second")
    inbox.stop()
    inbox.start()
    house.as_(house.ana).reply(house.open_room, second, "the third")
    assert inbox.said("the third").context == first


def test_a_mention_is_to_us_however_it_is_written(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    ana = house.as_(house.ana)
    ana.say(house.open_room, "Alongside: one of them")
    ana.say(house.open_room, f"@alongside-{house.mark} two of them")
    ana.say(house.open_room, "tell us", **{"m.mentions": {"user_ids": [house.us.account]}})
    ana.say(house.open_room, "alongside us stands a tree")
    assert inbox.said("stands a tree").is_to_us is False
    words = [one.words for one in inbox.of(Said) if one.is_to_us]
    assert words == ["one of them", "two of them", "tell us"]


def test_an_edit_is_the_same_message_with_new_words(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    asked = house.say(house.ana, house.open_room, "teh refund")
    said = inbox.said("teh refund")
    house.edit(house.ana, house.open_room, asked.source_id, "the refund")
    edited = inbox.said("the refund")
    assert (edited.source_id, edited.context, edited.said_at) == (said.source_id, said.context, said.said_at)
    assert edited.edited_at is not None
    assert said.edited_at is None


def test_nobody_edits_the_words_of_somebody_else(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    asked = house.say(house.ana, house.open_room, "my own words")
    house.edit(house.bo, house.open_room, asked.source_id, "put into her mouth")
    house.say(house.bo, house.open_room, "and then")
    inbox.said("and then")
    assert not any("put into her mouth" in one.text for one in inbox.of(Said))


def test_an_edit_that_is_taken_away_leaves_what_was_said_before_it(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    ana = house.as_(house.ana)
    first = ana.say(house.open_room, "as it was")
    edit = ana.edit(house.open_room, first, "with a secret")
    inbox.said("with a secret")
    inbox.stop()  # a homeserver empties what is redacted: what it was must be known after a restart too
    inbox.start()
    ana.redact(house.open_room, edit)
    newest = inbox.until(
        lambda: [one for one in inbox.of(Said) if one.source_id == first and one.text == "as it was"][1:]
    )
    assert newest[0].edited_at is not None


def test_what_is_redacted_is_gone(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    asked = house.say(house.ana, house.closed_room, "not for long")
    inbox.said("not for long")
    house.delete(house.ana, house.closed_room, asked.source_id)
    assert inbox.until(lambda: inbox.of(Deleted)) == [Deleted(room=house.closed_room, source_id=asked.source_id)]


@pytest.mark.parametrize(("key", "sign"), [("🙏", Sign.HELPED), ("🙏🏽", Sign.HELPED), ("📌", Sign.KEEP)])
def test_a_reaction_with_a_meaning_is_told_and_taken_back(
    house: MatrixHarness, inbox: Inbox, key: str, sign: Sign
) -> None:
    in_both(house, inbox)
    asked, bo = house.say(house.ana, house.open_room, "good words"), house.as_(house.bo)
    bo.react(house.open_room, asked.source_id, "🎉")
    reaction = bo.react(house.open_room, asked.source_id, key)
    told = Reacted(room=house.open_room, source_id=asked.source_id, account=house.bo, sign=sign)
    assert [structs.replace(one, at=None) for one in inbox.until(lambda: inbox.of(Reacted))] == [told]
    inbox.stop()
    inbox.start()
    bo.redact(house.open_room, reaction)
    back = inbox.until(lambda: inbox.of(Reacted)[1:])[0]
    assert (back.source_id, back.account, back.sign, back.is_taken_back) == (asked.source_id, house.bo, sign, True)


def test_who_comes_and_goes_is_told(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    house.join(house.cy, house.closed_room)
    inbox.until(lambda: Joined(room=house.closed_room, account=house.cy) in inbox.events)
    house.leave(house.cy, house.closed_room)
    inbox.until(lambda: Left(room=house.closed_room, account=house.cy) in inbox.events)
    assert len([one for one in inbox.of(RoomSeen) if one.source_id == house.closed_room]) == 1


def test_new_names_of_rooms_and_people_are_told(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    house.rename_room(house.closed_room, "Leads and friends")
    house.rename(house.bo, "Bodil")
    assert inbox.until(lambda: [one for one in inbox.of(RoomSeen) if one.name == "Leads and friends"])
    assert inbox.until(lambda: [one for one in inbox.of(AccountSeen) if one.name == "Bodil"])[0].source_id == house.bo
    assert not [one for one in inbox.of(Joined) if one.account == house.bo]


def test_a_room_that_is_closed_to_newcomers_is_told_as_closed_from_then_on(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    house.as_(house.ana).state(house.open_room, "m.room.join_rules", {"join_rule": "invite"})
    inbox.until(lambda: inbox.of(RoomSeen)[-1].reach is Reach.MEMBERS)
    house.as_(house.ana).state(house.open_room, "m.room.history_visibility", {"history_visibility": "joined"})
    inbox.until(lambda: inbox.of(RoomSeen)[-1].hides_earlier)


def test_put_out_of_a_room_it_hears_nothing_more(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    house.put_us_out(house.closed_room, by=house.ana)
    assert inbox.until(lambda: inbox.of(PutOut)) == [PutOut(room=house.closed_room)]
    house.say(house.ana, house.closed_room, "among ourselves")
    house.say(house.ana, house.open_room, "to all")
    inbox.said("to all")
    assert not any("among ourselves" in one.text for one in inbox.of(Said))
    house.invite_us(house.closed_room, by=house.bo)
    inbox.until(lambda: len(inbox.of(InvitedIn)) == 3)


def test_put_out_while_nobody_listened_it_is_told_at_the_next_start(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    inbox.stop()
    house.put_us_out(house.closed_room, by=house.ana)
    inbox.start()
    assert inbox.until(lambda: inbox.of(PutOut)) == [PutOut(room=house.closed_room)]


def test_deactivated_accounts_are_told(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    house.leave(house.cy, house.open_room)
    house.deactivate(house.bo)
    gone = inbox.until(lambda: [one for one in inbox.of(AccountSeen) if one.is_deactivated])
    assert [(one.source_id, one.name) for one in gone] == [(house.bo, "Bo")]


def test_a_room_replaced_by_another_is_left_behind_and_who_is_in_it_still_followed(
    house: MatrixHarness, inbox: Inbox
) -> None:
    in_both(house, inbox)
    house.as_(house.ana).state(house.closed_room, "m.room.tombstone", {"body": "moved", "replacement_room": "!x"})
    assert inbox.until(lambda: inbox.of(PutOut)) == [PutOut(room=house.closed_room)]
    after = inbox.until(lambda: inbox.events[inbox.events.index(PutOut(room=house.closed_room)) + 1 :])
    assert [(one.source_id, one.members) for one in after] == [(house.closed_room, (house.ana, house.bo))]
    house.leave(house.bo, house.closed_room)
    assert inbox.until(lambda: inbox.of(Left)) == [Left(room=house.closed_room, account=house.bo)]
    inbox.stop()
    inbox.start()
    seen = inbox.until(lambda: [one for one in inbox.of(RoomSeen) if one.members == (house.ana,)])
    assert seen[-1].source_id == house.closed_room
    assert len(inbox.of(InvitedIn)) == 2, "a start does not make it news"


def test_what_is_written_to_alongside_alone_is_to_us_and_in_no_room(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    house.say_to_us(house.cy, "what do you know of refunds?")
    said = inbox.said("refunds")
    assert (said.room, said.is_to_us, said.words) == ("", True, "what do you know of refunds?")
    assert said.context is None
    assert inbox.of(InvitedIn) == []
    assert inbox.of(RoomSeen) == []
    assert [one.source_id for one in inbox.of(AccountSeen)] == [house.cy]


def test_a_room_for_two_that_a_third_comes_into_is_a_room(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    house.say_to_us(house.ana, "only between us")
    inbox.said("only between us")
    room = house.for_two(house.ana)
    house.as_(house.ana).invite(room, house.bo)
    house.as_(house.bo).join(room)
    assert inbox.until(lambda: inbox.of(InvitedIn)) == [InvitedIn(room=room, by=house.ana)]
    house.say(house.bo, room, "now there are three")
    said = inbox.said("now there are three")
    assert (said.room, said.is_to_us) == (room, False)


def test_a_room_that_a_space_may_join_is_read_by_the_space(house: MatrixHarness, inbox: Inbox) -> None:
    ana = house.as_(house.ana)
    space = ana.make_room(
        house.us.account, house.cy, preset="private_chat", name="Desk", creation_content={"type": "m.space"}
    )
    house.as_(house.cy).join(space)
    allow = {"join_rule": "restricted", "allow": [{"type": "m.room_membership", "room_id": space}]}
    state = [{"type": "m.room.join_rules", "state_key": "", "content": allow}]
    inbox.start()
    room = ana.make_room(house.us.account, preset="private_chat", name="Desk talk", initial_state=state)
    inbox.until(lambda: inbox.of(InvitedIn))
    assert [one.room for one in inbox.of(InvitedIn)] == [room]  # a space is no room
    inbox.until(lambda: inbox.of(RoomSeen)[-1].members == (house.ana, house.cy))
    assert inbox.of(RoomSeen)[-1].reach is Reach.MEMBERS
    house.as_(house.ana).invite(space, house.bo)
    house.as_(house.bo).join(space)
    inbox.until(lambda: inbox.of(RoomSeen)[-1].members == (house.ana, house.bo, house.cy))
    house.as_(house.cy).leave(space)
    inbox.until(lambda: inbox.of(RoomSeen)[-1].members == (house.ana, house.bo))
    house.put_us_out(space, by=house.ana)  # then nobody knows any more who is in it
    inbox.until(lambda: inbox.of(RoomSeen)[-1].members == (house.ana,))
    assert inbox.of(PutOut) == []


def test_what_alongside_says_is_not_read_back(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    inbox.send(Post(key="1", room=house.open_room, body=Body(lines=("I am here.",))))
    house.say(house.bo, house.open_room, "so you are")
    inbox.said("so you are")
    assert not any("I am here" in one.text for one in inbox.of(Said))


def test_what_a_machine_says_is_never_to_us(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    house.as_(house.bo).send(house.open_room, {"msgtype": "m.notice", "body": "Alongside: the build is broken"})
    assert inbox.said("the build is broken").is_to_us is False


def test_all_of_a_long_silence_is_heard_in_its_order(
    house: MatrixHarness, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred messages, where a sync holds ten, and a page nine: none is lost, none comes twice."""
    monkeypatch.setattr(listening, "FILTER", listening.FILTER.replace(f'"limit": {listening.TIMELINE}', '"limit": 10'))
    monkeypatch.setattr(gaps, "PAGE", 9)
    in_both(house, inbox)
    house.say(house.ana, house.closed_room, "here before")
    inbox.said("here before")
    inbox.stop()
    for number in range(100):
        house.say(house.bo, house.closed_room, f"missed {number}")
        if number == 50:
            house.join(house.cy, house.closed_room)
    inbox.start()
    inbox.said("missed 99")
    missed = [one.text for one in inbox.of(Said) if one.text.startswith("missed")]
    assert missed == [f"missed {number}" for number in range(100)]
    place = [index for index, one in enumerate(inbox.events) if isinstance(one, Joined) or "missed 51" in repr(one)]
    assert len(place) == 2
    assert isinstance(inbox.events[place[0]], Joined)
    assert inbox.of(RoomSeen)[-1].members in (
        (house.ana, house.bo, house.cy),
        (house.ana, house.bo, house.cy, house.dee),
    )


def test_a_start_tells_every_room_and_its_members_anew(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    inbox.stop()
    inbox.events.clear()
    inbox.start()
    inbox.until(lambda: len(inbox.of(RoomSeen)) == 2)
    assert {one.source_id: one.members for one in inbox.of(RoomSeen)} == {
        house.open_room: tuple(sorted((house.ana, house.bo, house.cy, house.dee))),
        house.closed_room: (house.ana, house.bo),
    }
    assert inbox.of(InvitedIn) == []


def test_asked_in_while_nobody_listened_it_comes_at_the_next_start(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    inbox.until(lambda: inbox.cursor)
    inbox.stop()
    house.invite_us(house.closed_room, by=house.ana)
    inbox.start()
    assert inbox.until(lambda: inbox.of(InvitedIn)) == [InvitedIn(room=house.closed_room, by=house.ana)]


def test_a_cursor_that_the_homeserver_does_not_know_begins_anew(house: MatrixHarness, inbox: Inbox) -> None:
    in_both(house, inbox)
    inbox.stop()
    inbox.cursor = "of another server"
    inbox.start()
    inbox.until(lambda: inbox.cursor != "of another server")
    house.say(house.ana, house.open_room, "heard again")
    inbox.said("heard again")


def test_what_was_said_between_the_invitation_and_the_coming_is_heard(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    inbox.until(lambda: inbox.cursor)
    inbox.stop()
    house.say(house.bo, house.closed_room, "before the invitation")
    house.invite_us(house.closed_room, by=house.ana)
    house.mention(house.ana, house.closed_room, "while you are not here yet")
    inbox.start()
    inbox.said("while you are not here yet")
    assert [one.words for one in inbox.of(Said)] == ["while you are not here yet"]
    kinds = [type(one) for one in inbox.events]
    assert kinds.index(InvitedIn) < kinds.index(Said)

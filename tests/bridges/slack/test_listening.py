"""What Alongside hears of a workspace over Socket Mode, in order and out of it."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from alongside.bridges.adapters.slack import Slack, sockets
from alongside.bridges.port import (
    AccountSeen,
    Body,
    Commanded,
    Deleted,
    InvitedIn,
    Joined,
    Left,
    Permanent,
    Post,
    PutOut,
    Reach,
    Reacted,
    Renumbered,
    RoomSeen,
    Said,
    Sign,
    Temporary,
)
from tests.bridges.slack import shapes
from tests.bridges.slack.harness import SlackHarness
from tests.bridges.slack.hearing import Hearing, Knows
from tests.bridges.slack.verbs import Verbs

ANA, BO, CY, DEE = SlackHarness.ana, SlackHarness.bo, SlackHarness.cy, SlackHarness.dee
HOTLINE, LEADS = SlackHarness.open_room, SlackHarness.closed_room


@pytest.fixture
def inside(slack: Verbs, hearing: Hearing) -> Hearing:
    """Invited into both rooms, and it knows who is there."""
    slack.invite_us(HOTLINE, ANA)
    slack.invite_us(LEADS, ANA)
    for room in (HOTLINE, LEADS):
        hearing.the(RoomSeen, lambda seen, room=room: seen.source_id == room and seen.members is not None)  # type: ignore[misc]
    return hearing


@pytest.fixture
def knowing(tool: SlackHarness) -> Iterator[Hearing]:
    """A start in a workspace in whose rooms it was before."""
    for room in (HOTLINE, LEADS):
        tool.slack.members[room].append(shapes.BOT)
    made = Hearing(tool.settings(), Knows([HOTLINE, LEADS]))
    made.until(tool.slack.is_connected)
    yield made
    made.close()


# ---------------------------------------------------------------- the start


def test_at_the_start_it_tells_everybody_page_by_page_with_guests_and_the_deactivated(
    tool: SlackHarness, slack: Verbs
) -> None:
    slack.person("U0GONEGO1", "Gone Since", "gone", deleted=True)
    slack.person("U0BOTTER1", "Jira", "jira", is_bot=True)
    hearing = Hearing(tool.settings())
    hearing.the(AccountSeen, lambda seen: seen.source_id == "U0GONEGO1")
    people = {seen.source_id: seen for seen in hearing.of(AccountSeen)}
    hearing.close()
    assert people[ANA].name == "Ana Moreau"
    assert not people[ANA].is_guest
    assert people[DEE].is_guest
    assert people["U0GONEGO1"].is_deactivated
    assert "U0BOTTER1" not in people
    assert shapes.BOT not in people
    assert sum(method == "users.list" for method, _ in slack.asked) > 1


def test_at_the_start_it_tells_the_members_of_its_rooms_and_of_no_others(knowing: Hearing) -> None:
    leads = knowing.the(RoomSeen, lambda seen: seen.source_id == LEADS)
    hotline = knowing.the(RoomSeen, lambda seen: seen.source_id == HOTLINE)
    assert set(leads.members or ()) == {ANA, BO}
    assert leads.reach is Reach.MEMBERS
    assert set(hotline.members or ()) == {ANA, BO, CY, DEE}
    assert hotline.reach is Reach.ORGANISATION
    assert hotline.name == "#hotline"
    assert hotline.url == f"https://tarnbrook.slack.com/archives/{HOTLINE}"
    assert not knowing.of(InvitedIn)


def test_a_room_from_which_it_was_removed_while_it_was_away_is_told_before_anything_else(tool: SlackHarness) -> None:
    hearing = Hearing(tool.settings(), Knows([LEADS]))
    hearing.the(PutOut, lambda out: out.room == LEADS)
    assert isinstance(hearing.arrived[0].event, PutOut)
    hearing.close()


def test_a_room_into_which_it_was_invited_while_it_was_away_is_told(tool: SlackHarness) -> None:
    tool.slack.members[HOTLINE].append(shapes.BOT)
    hearing = Hearing(tool.settings())
    assert hearing.the(InvitedIn).room == HOTLINE
    hearing.close()


# ---------------------------------------------------------------- what is said


def test_what_is_said_in_its_rooms_comes_with_thread_link_and_names(slack: Verbs, inside: Hearing) -> None:
    first = slack.say(ANA, HOTLINE, f"Does <@{BO}> know how *this* works in <#{LEADS}>? <https://example.org|here>")
    second = slack.say(BO, HOTLINE, "Yes: name the feeling first.", first)
    answer = inside.the(Said, lambda said: said.source_id == f"{HOTLINE}:{second}")
    question = inside.the(Said, lambda said: said.source_id == f"{HOTLINE}:{first}")
    assert question.text == "Does @Bo Lindgren know how this works in #(private channel)? here"
    assert "<strong>this</strong>" in question.html
    assert question.mentions == (BO,)
    assert question.context == question.source_id
    assert not question.is_to_us
    assert answer.context == question.source_id == answer.reply_to
    assert answer.url.startswith(f"https://tarnbrook.slack.com/archives/{HOTLINE}/p{second.replace('.', '')}")


def test_a_mention_is_to_us_and_comes_once_though_slack_tells_it_twice(slack: Verbs, inside: Hearing) -> None:
    slack.say(ANA, HOTLINE, f"<@{shapes.BOT}> how do you calm a caller?")
    said = inside.the(Said)
    inside.settle()
    assert said.is_to_us
    assert said.words == "how do you calm a caller?"
    assert len(inside.of(Said)) == 1
    assert sum(event["event"]["type"] in {"message", "app_mention"} for event in slack.sent if "event" in event) == 2


def test_what_is_written_to_it_alone_has_no_room(slack: Verbs, inside: Hearing) -> None:
    slack.say_to_us(CY, "what do you know of me?")
    said = inside.the(Said)
    assert (said.room, said.is_to_us, said.words) == ("", True, "what do you know of me?")


def test_nothing_of_conversations_between_people_and_nothing_that_programs_say_comes(
    slack: Verbs, inside: Hearing
) -> None:
    slack.say("U0BOTTER1", HOTLINE, "Build failed", bot_id="B0JIRA001", subtype="bot_message")
    slack.say(ANA, HOTLINE, "", subtype="channel_topic")
    slack.now(
        lambda: slack.emit(
            {
                "type": "message",
                "channel": "G0MPIM001",
                "channel_type": "mpim",
                "user": ANA,
                "text": "psst",
                "ts": "1700000000.000100",
            }
        )
    )
    slack.now(
        lambda: slack.emit(
            {
                "type": "app_mention",
                "channel": "G0MPIM001",
                "user": ANA,
                "text": f"<@{shapes.BOT}> psst",
                "ts": "1700000000.000100",
            }
        )
    )
    inside.send(Post(key="k", room=HOTLINE, body=Body(lines=("of ours",))))
    slack.say(ANA, HOTLINE, "and this does")
    inside.the(Said, lambda said: said.text == "and this does")
    inside.settle()
    assert [said.text for said in inside.of(Said)] == ["and this does"]


def test_edits_and_deletions_follow_and_a_preview_is_no_edit(slack: Verbs, inside: Hearing) -> None:
    stamp = slack.say(ANA, HOTLINE, "frist")
    slack.edit(HOTLINE, stamp, "first")
    edited = inside.the(Said, lambda said: said.edited_at is not None)
    assert (edited.source_id, edited.text) == (f"{HOTLINE}:{stamp}", "first")
    slack.preview(HOTLINE, stamp)
    slack.delete(HOTLINE, stamp)
    assert inside.the(Deleted) == Deleted(room=HOTLINE, source_id=f"{HOTLINE}:{stamp}")
    assert len(inside.of(Said)) == 2


def test_whoever_is_not_known_yet_is_told_before_their_words(slack: Verbs, inside: Hearing) -> None:
    slack.now(lambda: slack.person("U0NEWNEW1", "New Here", "new"))
    slack.now(lambda: slack.members[HOTLINE].append("U0NEWNEW1"))
    slack.say("U0NEWNEW1", HOTLINE, "hello")
    inside.the(Said)
    kinds = [
        one.event
        for one in inside.arrived
        if isinstance(one.event, Said) or getattr(one.event, "source_id", "") == "U0NEWNEW1"
    ]
    assert isinstance(kinds[0], AccountSeen)
    assert kinds[0].name == "New Here"


def test_somebody_of_another_workspace_is_a_guest(slack: Verbs, inside: Hearing) -> None:
    slack.now(lambda: slack.person("U0OTHERS1", "Of Others", "others", team_id="T0OTHERS1", is_stranger=True))
    slack.join("U0OTHERS1", HOTLINE)
    assert inside.the(AccountSeen, lambda seen: seen.source_id == "U0OTHERS1").is_guest


# ---------------------------------------------------------------- who is where


def test_invited_by_whom_then_its_members(slack: Verbs, hearing: Hearing) -> None:
    slack.invite_us(LEADS, BO)
    assert hearing.the(InvitedIn) == InvitedIn(room=LEADS, by=BO)
    seen = hearing.the(RoomSeen)
    assert set(seen.members or ()) == {ANA, BO}
    hearing.settle()
    assert len(hearing.of(InvitedIn)) == 1


def test_joining_leaving_renaming_and_being_put_out_are_followed(slack: Verbs, inside: Hearing) -> None:
    slack.join(CY, LEADS)
    inside.the(Joined, lambda joined: joined == Joined(room=LEADS, account=CY))
    slack.leave(BO, LEADS)
    inside.the(Left, lambda left: left == Left(room=LEADS, account=BO))
    slack.rename_room(LEADS, "leaders")
    renamed = inside.the(RoomSeen, lambda seen: seen.name == "#leaders")
    assert set(renamed.members or ()) == {ANA, CY}
    slack.put_us_out(LEADS)
    inside.the(PutOut, lambda out: out.room == LEADS)


def test_a_joining_overtaken_by_a_leaving_lets_nobody_in(slack: Verbs, inside: Hearing) -> None:
    slack.hold()
    slack.join(CY, LEADS)
    slack.leave(CY, LEADS)
    slack.release(is_reversed=True)
    inside.the(Left, lambda left: left.account == CY)
    slack.say(ANA, LEADS, "after it")
    inside.the(Said)
    inside.settle()
    assert not inside.of(Joined)
    assert not any(CY in (seen.members or ()) for seen in inside.of(RoomSeen) if seen.source_id == LEADS)


def test_a_joining_that_comes_late_is_looked_up_instead_of_believed(slack: Verbs, inside: Hearing) -> None:
    old = f"{time.time() - 600:.6f}"
    slack.now(
        lambda: slack.emit(
            {"type": "member_joined_channel", "user": CY, "channel": LEADS, "channel_type": "G", "event_ts": old}
        )
    )
    slack.say(ANA, LEADS, "after it")
    inside.the(Said)
    inside.settle()
    assert not inside.of(Joined)
    assert sum(method == "conversations.members" for method, given in slack.asked if given.get("channel") == LEADS) > 1


def test_a_room_made_private_is_closed_at_once_and_then_known_again(slack: Verbs, inside: Hearing) -> None:
    slack.make_private(HOTLINE, ANA)
    closed = inside.the(
        RoomSeen, lambda seen: seen.source_id == HOTLINE and seen.reach is Reach.MEMBERS and bool(seen.members)
    )
    assert set(closed.members or ()) == {ANA, BO, CY, DEE}
    of_hotline = [seen for seen in inside.of(RoomSeen) if seen.source_id == HOTLINE]
    first = next(seen for seen in of_hotline if seen.reach is Reach.MEMBERS)
    assert first.members is None


def test_a_room_shared_with_another_workspace_has_strangers_at_once(slack: Verbs, inside: Hearing) -> None:
    slack.share(HOTLINE, "T0OTHERS1")
    inside.the(RoomSeen, lambda seen: seen.source_id == HOTLINE and seen.has_strangers)


def test_that_it_is_shared_is_believed_from_any_event(slack: Verbs, inside: Hearing) -> None:
    slack.now(lambda: slack.channels[HOTLINE].update(is_ext_shared=True, is_shared=True))
    slack.say(ANA, HOTLINE, "hello to others")
    inside.the(Said)
    shared = inside.the(RoomSeen, lambda seen: seen.source_id == HOTLINE and seen.has_strangers)
    events = [one.event for one in inside.arrived]
    assert events.index(shared) < events.index(inside.of(Said)[0])


def test_an_archived_room_is_left(slack: Verbs, inside: Hearing) -> None:
    slack.archive(HOTLINE, ANA)
    inside.the(PutOut, lambda out: out.room == HOTLINE)


def test_when_a_member_becomes_a_guest_rooms_are_told_anew_so_that_it_is_known_where_they_hear(
    slack: Verbs, inside: Hearing
) -> None:
    before = len([one for one in inside.of(RoomSeen) if one.source_id == HOTLINE])
    slack.change_person(BO, is_restricted=True)
    inside.the(AccountSeen, lambda seen: seen.source_id == BO and seen.is_guest)
    inside.until(lambda: len([one for one in inside.of(RoomSeen) if one.source_id == HOTLINE]) > before)
    events = [one.event for one in inside.arrived]
    guest = next(
        number
        for number, one in enumerate(events)
        if isinstance(one, AccountSeen) and one.is_guest and one.source_id == BO
    )
    assert any(isinstance(one, RoomSeen) and one.source_id == HOTLINE for one in events[guest:])


def test_who_was_in_an_archived_private_room_still_reads_it_as_in_slack_also_after_a_start(
    tool: SlackHarness, slack: Verbs, inside: Hearing
) -> None:
    slack.archive(LEADS, ANA)
    inside.the(PutOut, lambda out: out.room == LEADS)
    told = [one for one in (event.event for event in inside.arrived) if getattr(one, "source_id", "") == LEADS]
    inside.until(lambda: isinstance(inside.arrived[-1].event, RoomSeen), "its members, after that it was left")
    seen = inside.the(RoomSeen)
    assert (seen.source_id, set(seen.members or ())) == (LEADS, {ANA, BO}), told
    again = Hearing(tool.settings(), Knows([LEADS]))
    seen = again.the(RoomSeen, lambda one: one.source_id == LEADS)
    assert set(seen.members or ()) == {ANA, BO}
    assert [one.room for one in again.of(PutOut)] == [LEADS]
    assert LEADS not in [one.room for one in again.of(InvitedIn)]
    again.close()


def test_a_room_with_another_id_is_told_as_the_same_and_looked_at(slack: Verbs, inside: Hearing) -> None:
    slack.change_id(LEADS, "C0LEADS99")
    assert inside.the(Renumbered) == Renumbered(room=LEADS, to_room="C0LEADS99")
    seen = inside.the(RoomSeen, lambda one: one.source_id == "C0LEADS99")
    assert set(seen.members or ()) == {ANA, BO}
    stamp = slack.say(BO, "C0LEADS99", "It goes on.")
    assert inside.the(Said, lambda said: said.source_id == f"C0LEADS99:{stamp}").room == "C0LEADS99"
    assert not [out for out in inside.of(PutOut) if out.room in {LEADS, "C0LEADS99"}]
    assert "C0LEADS99" not in [one.room for one in inside.of(InvitedIn)]


def test_people_who_come_change_their_name_or_are_deactivated_are_followed(slack: Verbs, inside: Hearing) -> None:
    slack.hire("U0NEWNEW1", "New Here", "new")
    inside.the(AccountSeen, lambda seen: seen.name == "New Here")
    slack.change_person(ANA, "Ana Moreau-Lind")
    inside.the(AccountSeen, lambda seen: seen.name == "Ana Moreau-Lind")
    slack.change_person(BO, deleted=True)
    assert inside.the(AccountSeen, lambda seen: seen.source_id == BO and seen.is_deactivated)


# ---------------------------------------------------------------- acts


def test_a_command_comes_with_its_words_its_room_and_a_way_to_answer(slack: Verbs, inside: Hearing) -> None:
    slack.command(CY, HOTLINE, "how do you calm a caller?")
    commanded = inside.the(Commanded)
    assert (commanded.account, commanded.words, commanded.room) == (CY, "how do you calm a caller?", HOTLINE)
    assert commanded.reply.startswith(slack.origin)
    assert commanded.trigger
    slack.command(CY, HOTLINE, "")
    inside.the(Commanded, lambda one: one.words == "help")


def test_keep_this_in_the_menu_of_a_message_says_which_and_its_thread(slack: Verbs, inside: Hearing) -> None:
    first = slack.say(ANA, HOTLINE, "How?")
    second = slack.say(BO, HOTLINE, "So.", first)
    slack.choose_keep(CY, HOTLINE, second)
    kept = inside.the(Commanded)
    assert (kept.words, kept.message, kept.context) == ("keep", f"{HOTLINE}:{second}", f"{HOTLINE}:{first}")
    assert kept.trigger


def test_of_a_message_between_people_not_even_its_place_comes(slack: Verbs, inside: Hearing) -> None:
    channel, stamp = slack.say_to_us(ANA, "between us")
    slack.choose_keep(ANA, channel, stamp)
    kept = inside.the(Commanded)
    assert (kept.room, kept.message, kept.context) == ("", "", "")


def test_reactions_with_a_meaning_come_and_others_do_not(slack: Verbs, inside: Hearing) -> None:
    stamp = slack.say(ANA, HOTLINE, "Name the feeling first.")
    slack.react(BO, HOTLINE, stamp, "tada")
    slack.react(ANA, HOTLINE, stamp, "white_check_mark")  # "done", of one's own
    slack.react(BO, HOTLINE, stamp, "white_check_mark")
    slack.react(BO, HOTLINE, stamp, "keep")
    slack.react(BO, HOTLINE, stamp, "white_check_mark", is_taken_back=True)
    inside.the(Reacted, lambda one: one.is_taken_back)
    came = [(one.account, one.sign, one.is_taken_back) for one in inside.of(Reacted)]
    assert came == [(BO, Sign.HELPED, False), (BO, Sign.KEEP, False), (BO, Sign.HELPED, True)]


def test_a_reaction_to_or_an_answer_under_our_post_brings_back_what_it_is_about(slack: Verbs, inside: Hearing) -> None:
    sent = inside.send(Post(key="k1", room=HOTLINE, about="c:abc n:def", body=Body(lines=("It is there.",))))
    stamp = sent.remote_id.partition(":")[2]
    slack.react(BO, HOTLINE, stamp, "white_check_mark")
    assert inside.the(Reacted).about == "c:abc n:def"
    slack.say(CY, HOTLINE, f"<@{shapes.BOT}> this helped", stamp)
    assert inside.the(Said).about == "c:abc n:def"


def test_a_word_after_our_direct_answer_is_about_it(slack: Verbs, inside: Hearing) -> None:
    slack.say_to_us(BO, "how?")
    inside.the(Said)
    inside.send(Post(key="k1", account=BO, about="c:abc", body=Body(lines=("So.",))))
    slack.say_to_us(BO, "this helped")
    assert inside.the(Said, lambda said: said.words == "this helped").about == "c:abc"


@pytest.mark.parametrize("is_copied", [False, True])
def test_what_others_wrote_into_the_metadata_is_about_nothing(slack: Verbs, inside: Hearing, is_copied: bool) -> None:  # noqa: FBT001
    """Not even what another program copied from a post of ours, seal and all."""
    about = inside.known.seal("c:stolen") if is_copied else "c:stolen"
    forged = {"event_type": "alongside", "event_payload": {"about": about}}
    stamp = slack.say(CY, HOTLINE, "look at me", metadata=forged, bot_id="B0OTHERS1")
    slack.say(BO, HOTLINE, f"<@{shapes.BOT}> this helped", stamp)
    assert not inside.the(Said).about


def test_the_home_is_shown_with_what_it_never_does_and_its_buttons_work(slack: Verbs, inside: Hearing) -> None:
    slack.open_home(CY)
    inside.until(lambda: slack.homes.get(CY))
    assert "What I never do" in shapes.words_of(slack.homes[CY]["blocks"])
    slack.press_home(CY, "Forget me")
    assert inside.the(Commanded).words == "forget me"


# ---------------------------------------------------------------- never lost, never twice


def test_slack_hears_that_it_arrived_only_once_it_is_in_the_inbox(slack: Verbs, inside: Hearing) -> None:
    inside.until(lambda: slack.unacknowledged() == 0)
    inside.may_go_on.clear()
    slack.say(ANA, HOTLINE, "while the inbox is slow")
    inside.settle()
    assert slack.unacknowledged() == 1
    inside.may_go_on.set()
    inside.the(Said)
    inside.until(lambda: slack.unacknowledged() == 0)


def test_what_was_not_acknowledged_when_the_process_died_comes_again(
    tool: SlackHarness, slack: Verbs, inside: Hearing
) -> None:
    inside.may_go_on.clear()
    slack.say(ANA, HOTLINE, "in the moment of death")
    inside.settle()
    inside.close()
    again = Hearing(tool.settings(), Knows([HOTLINE, LEADS]))
    assert again.the(Said).text == "in the moment of death"
    again.until(lambda: slack.unacknowledged() == 0)
    again.close()


def test_what_slack_delivers_twice_is_taken_in_once(slack: Verbs, inside: Hearing) -> None:
    slack.say(ANA, HOTLINE, "once")
    inside.the(Said)
    slack.repeat_last()
    slack.command(ANA, HOTLINE, "help")
    slack.repeat_last()
    inside.the(Commanded)
    inside.settle()
    assert len(inside.of(Said)) == len(inside.of(Commanded)) == 1


def test_a_line_that_slack_renews_loses_nothing(slack: Verbs, inside: Hearing) -> None:
    slack.renew()
    slack.say(ANA, HOTLINE, "over the new line")
    inside.the(Said)
    assert inside.error is None


def test_a_line_that_breaks_is_opened_again_without_asking_for_everything(
    slack: Verbs, inside: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_HELD", 0.0)
    lists = sum(method == "users.list" for method, _ in slack.asked)
    slack.cut()
    slack.say(ANA, HOTLINE, "after it broke")
    inside.the(Said)
    assert inside.error is None
    assert sum(method == "users.list" for method, _ in slack.asked) == lists


def test_a_line_that_does_not_hold_is_told_as_temporary(slack: Verbs, inside: Hearing) -> None:
    slack.cut()
    inside.until(lambda: inside.error)
    assert isinstance(inside.error, Temporary)


def test_a_rate_limit_in_the_middle_of_a_list_is_waited_out(tool: SlackHarness) -> None:
    tool.slack.limit_once("users.list", 0.2)
    tool.slack.limit_once("conversations.members", 0.2)
    tool.slack.members[LEADS].append(shapes.BOT)
    hearing = Hearing(tool.settings(), Knows([LEADS]))
    assert set(hearing.the(RoomSeen).members or ()) == {ANA, BO}
    hearing.close()


def test_a_missing_scope_is_named(tool: SlackHarness) -> None:
    tool.slack.scopes.discard("groups:read")
    hearing = Hearing(tool.settings())
    hearing.until(lambda: hearing.error)
    assert isinstance(hearing.error, Permanent)
    assert "groups:read" in str(hearing.error)
    assert "OAuth & Permissions" in str(hearing.error)
    hearing.close()


def test_a_revoked_token_ends_the_connection_in_a_sentence_without_the_token(
    tool: SlackHarness, inside: Hearing
) -> None:
    tool.slack.revoke()
    inside.until(lambda: inside.error)
    assert isinstance(inside.error, Permanent)
    assert inside.error.is_of_connection
    again = Hearing(tool.settings())
    again.until(lambda: again.error)
    assert isinstance(again.error, Permanent)
    assert again.error.is_of_connection
    assert not any(secret in str(again.error) for secret in tool.settings().values())
    again.close()


def test_socket_mode_that_was_turned_off_is_said(tool: SlackHarness, inside: Hearing) -> None:
    tool.slack.renew("link_disabled")
    inside.until(lambda: inside.error)
    assert isinstance(inside.error, Permanent)
    assert "Socket Mode" in str(inside.error)


def test_closed_in_the_middle_of_a_batch_nothing_of_it_goes_on(tool: SlackHarness) -> None:
    """As the core closes it: whoever took the batch is gone, and asks for no more."""

    async def takes_one_and_goes() -> set[str]:
        adapter = Slack(tool.settings(), Knows())
        batches = adapter.listen("")
        await anext(batches)
        await adapter.close()
        await asyncio.sleep(0.05)
        return {task.get_coro().__qualname__ for task in asyncio.all_tasks() if task is not asyncio.current_task()}  # type: ignore[union-attr]

    assert asyncio.run(takes_one_and_goes()) == set()

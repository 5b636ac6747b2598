"""What Alongside says, as people in Slack see it."""

import pytest

from alongside.bridges.port import (
    Body,
    Button,
    Commanded,
    Field,
    Form,
    Item,
    Permanent,
    Post,
    Said,
    Temporary,
)
from tests.bridges.slack import shapes
from tests.bridges.slack.harness import SlackHarness
from tests.bridges.slack.hearing import Hearing
from tests.bridges.slack.verbs import Verbs

ANA, BO, CY = SlackHarness.ana, SlackHarness.bo, SlackHarness.cy
HOTLINE, LEADS = SlackHarness.open_room, SlackHarness.closed_room

FOUND = Body(
    title="People have been here before",
    items=(
        Item(
            title="Name the feeling first",
            link="https://alongside.example/notes/abc",
            where="a note kept from #hotline",
            passage=(("Say the ", False), ("feeling", True), (" out loud.", False)),
            source="https://tarnbrook.slack.com/archives/C1/p1",
            source_name="#hotline",
        ),
    ),
    buttons=(Button(label="This helped", words="this helped", is_first=True),),
    foot=("Looked in 2 rooms that you may read.",),
)


@pytest.fixture
def inside(slack: Verbs, hearing: Hearing) -> Hearing:
    slack.invite_us(HOTLINE, ANA)
    hearing.until(lambda: shapes.BOT in slack.members[HOTLINE])
    return hearing


def whispered(tool: SlackHarness, account: str) -> list[str]:
    return [shown.text for shown in tool.seen_by(account) if shown.is_for_them_alone]


def test_a_whisper_is_seen_by_one_person_alone_with_sources_and_buttons(tool: SlackHarness, inside: Hearing) -> None:
    inside.send(Post(key="k", room=HOTLINE, whisper_to=CY, body=FOUND, about="n:abc"))
    shown = tool.seen_by(CY)[-1]
    assert shown.is_for_them_alone
    assert shown.room == HOTLINE
    assert "Name the feeling first" in shown.text
    assert "a note kept from #hotline · #hotline" in shown.text
    assert "Say the feeling out loud." in shown.text
    assert "Looked in 2 rooms that you may read." in shown.text
    assert shown.buttons == ("This helped",)
    assert shown.links == ("https://alongside.example/notes/abc", "https://tarnbrook.slack.com/archives/C1/p1")
    assert not tool.seen_by(ANA)
    tool.press(CY, "This helped")
    pressed = inside.the(Commanded)
    assert (pressed.account, pressed.words, pressed.about, pressed.room) == (CY, "this helped", "n:abc", HOTLINE)


def test_a_whisper_stands_in_a_thread_only_where_there_is_one(tool: SlackHarness, inside: Hearing) -> None:
    """Slack shows no whisper in the thread of a message that nobody answered."""
    alone = tool.mention(CY, HOTLINE, "how?")
    inside.send(Post(key="k1", room=HOTLINE, whisper_to=CY, context=alone.context, body=FOUND))
    assert tool.seen_by(CY)[-1].context == ""
    answer = tool.say(BO, HOTLINE, "so", alone.context)
    inside.the(Said, lambda said: said.source_id == answer.source_id)
    inside.send(Post(key="k2", room=HOTLINE, whisper_to=CY, context=alone.context, body=FOUND))
    assert tool.seen_by(CY)[-1].context == alone.context
    assert len(whispered(tool, CY)) == 2


def test_whether_it_is_a_thread_is_asked_where_it_was_not_heard(tool: SlackHarness, slack: Verbs) -> None:
    slack.members[HOTLINE].append(shapes.BOT)
    first = tool.say(ANA, HOTLINE, "how?")
    tool.say(BO, HOTLINE, "so", first.context)
    deaf = Hearing(tool.settings(), waits=False)
    deaf.send(Post(key="k", room=HOTLINE, whisper_to=CY, context=first.context, body=FOUND))
    assert tool.seen_by(CY)[-1].context == first.context
    deaf.close()


def test_who_is_not_in_the_room_is_written_to_alone_instead(tool: SlackHarness, inside: Hearing) -> None:
    tool.leave(CY, HOTLINE)
    inside.send(Post(key="k", room=HOTLINE, whisper_to=CY, body=FOUND))
    shown = tool.seen_by(CY)[-1]
    assert shown.is_for_them_alone
    assert shown.room == ""
    assert not tool.seen_by(ANA)


def test_to_one_person_alone_in_the_thread_in_which_they_wrote(tool: SlackHarness, inside: Hearing) -> None:
    asked = tool.say_to_us(CY, "how?")
    sent = inside.send(Post(key="k", account=CY, context=asked.context, body=FOUND))
    shown = tool.seen_by(CY)[-1]
    assert (shown.room, shown.is_for_them_alone, shown.context) == ("", True, asked.context)
    assert sent.remote_id == shown.source_id


def test_in_a_room_everybody_sees_who_asked_and_nothing_calls_the_whole_room(
    tool: SlackHarness, slack: Verbs, inside: Hearing
) -> None:
    quote = "<!channel> *how* do you <https://evil.example|calm> @here a caller?"
    post = Post(key="k", room=HOTLINE, in_name_of="Ana Moreau", in_name_of_account=ANA, body=Body(quote=quote))
    sent = inside.send(post)
    shown = tool.seen_by(BO)[-1]
    assert shown.text == f"Ana Moreau asks:\n{quote}"
    assert not shown.is_for_them_alone
    profile = f"https://tarnbrook.slack.com/team/{ANA}"  # a name can be anybody's
    assert shown.links == (profile, "https://evil.example|calm")  # as one sees it, so it leads
    assert (
        sent.url
        == f"https://tarnbrook.slack.com/archives/{HOTLINE}/p{sent.remote_id.partition(':')[2].replace('.', '')}"
    )
    given = next(given for method, given in reversed(slack.asked) if method == "chat.postMessage")
    assert "<!channel>" not in given["text"]
    assert "&lt;!channel&gt;" in given["text"]
    assert given["unfurl_links"] is given["unfurl_media"] is False


def test_our_own_posts_are_marked_and_never_come_back(slack: Verbs, inside: Hearing) -> None:
    inside.send(Post(key="k", room=HOTLINE, body=FOUND))
    assert slack.messages[HOTLINE][-1]["metadata"]["event_type"] == "alongside"
    inside.settle()
    assert not inside.of(Said)


def test_a_command_is_answered_where_it_was_also_where_we_are_not(tool: SlackHarness, inside: Hearing) -> None:
    tool.command(ANA, LEADS, "how?")
    commanded = inside.the(Commanded)
    post = Post(key="k", account=ANA, room=LEADS, reply=commanded.reply, body=FOUND)
    inside.send(post)
    shown = tool.seen_by(ANA)[-1]
    assert (shown.room, shown.is_for_them_alone) == (LEADS, True)
    tool.slack.expire_replies()
    inside.send(post)
    assert tool.seen_by(ANA)[-1].room == ""  # that place is gone: to her alone


def test_no_answer_goes_to_an_address_that_is_not_slacks(tool: SlackHarness, inside: Hearing) -> None:
    for address in ("https://evil.example/x", "http://169.254.169.254/latest", "https://slack.com.evil.example/", "x"):
        inside.send(Post(key=f"k{address}", account=CY, reply=address, body=FOUND))
        assert tool.seen_by(CY)[-1].room == ""


FORM = Form(
    title="Keep this",
    words="save c:abc",
    send="Keep it",
    fields=(Field(name="title", label="Title", value="How?"), Field(name="why", label="Why", value="", is_long=True)),
)


def test_a_form_opens_with_its_draft_and_comes_back_filled(tool: SlackHarness, inside: Hearing) -> None:
    asked = tool.say(ANA, HOTLINE, "how?")
    tool.slack.choose_keep(CY, HOTLINE, asked.source_id.partition(":")[2])
    kept = inside.the(Commanded)
    post = Post(
        key="k", room=HOTLINE, whisper_to=CY, context=kept.context, trigger=kept.trigger, form=FORM, about="c:abc",
        reply=kept.reply, body=FOUND,
    )  # fmt: skip
    inside.send(post)
    assert not tool.seen_by(CY)
    tool.slack.send_form(CY, why="because it works")
    sent = inside.the(Commanded, lambda one: bool(one.fields))
    assert (sent.account, sent.words, sent.about, sent.room) == (CY, "save c:abc", "c:abc", HOTLINE)
    assert sent.fields == {"title": "How?", "why": "because it works"}
    assert sent.context == kept.context
    assert sent.reply == kept.reply


def test_when_the_form_can_no_longer_be_opened_the_draft_itself_is_shown(tool: SlackHarness, inside: Hearing) -> None:
    tool.command(CY, HOTLINE, "keep")
    kept = inside.the(Commanded)
    tool.slack.expire_triggers()
    inside.send(Post(key="k", room=HOTLINE, whisper_to=CY, trigger=kept.trigger, form=FORM, body=Body()))
    shown = tool.seen_by(CY)[-1]
    assert "Title: How?" in shown.text
    assert "did not let the form open in time" in shown.text
    assert not tool.slack.views


def test_a_draft_too_long_for_a_form_is_shown_instead(tool: SlackHarness, inside: Hearing) -> None:
    tool.command(CY, HOTLINE, "keep")
    kept = inside.the(Commanded)
    long = Form(title="Keep this", words="save c:abc", fields=(Field(name="why", label="Why", value="x" * 3001),))
    inside.send(Post(key="k", whisper_to=CY, room=HOTLINE, trigger=kept.trigger, form=long, body=FOUND))
    assert "Name the feeling first" in tool.seen_by(CY)[-1].text


def test_the_longest_post_that_the_core_could_make_is_taken(tool: SlackHarness, inside: Hearing) -> None:
    body = Body(
        title="t" * 5000,
        lines=tuple("l" * 5000 for _ in range(10)),
        items=tuple(
            Item(title="i" * 500, link="https://example.org", passage=(("p" * 900, False),)) for _ in range(30)
        ),
        quote="q" * 4000,
        buttons=tuple(Button(label="b" * 200, words=f"find {number}") for number in range(40)),
        foot=("f" * 4000,),
    )
    inside.send(Post(key="k", room=HOTLINE, body=body))
    assert tool.seen_by(ANA)[-1].buttons


def test_a_button_that_slack_could_not_carry_is_not_shown(tool: SlackHarness, inside: Hearing) -> None:
    body = Body(lines=("x",), buttons=(Button(label="No", words="x" * 2000), Button(label="Yes", words="yes")))
    inside.send(Post(key="k", room=HOTLINE, body=body))
    assert tool.seen_by(ANA)[-1].buttons == ("Yes",)


def test_blocks_that_slack_refuses_are_said_in_words(tool: SlackHarness, slack: Verbs, inside: Hearing) -> None:
    slack.api.takes_blocks = False
    inside.send(Post(key="k", room=HOTLINE, body=FOUND))
    inside.send(Post(key="k", room=HOTLINE, whisper_to=CY, body=FOUND))
    assert "Name the feeling first" in tool.seen_by(ANA)[-1].text
    assert "Name the feeling first" in tool.seen_by(CY)[-1].text
    assert len(tool.seen_by(CY)) == 2


# ---------------------------------------------------------------- failing


def test_a_rate_limit_says_how_long_to_wait(slack: Verbs, inside: Hearing) -> None:
    slack.fail_sends(1, 17)
    with pytest.raises(Temporary) as failed:
        inside.send(Post(key="k", room=HOTLINE, body=FOUND))
    assert failed.value.retry_after == 17
    assert not failed.value.is_uncertain


def test_an_answer_that_never_came_is_uncertain_and_nothing_is_said_twice(
    tool: SlackHarness, slack: Verbs, inside: Hearing
) -> None:
    slack.swallow_answer()
    post = Post(key="k", room=HOTLINE, body=FOUND)
    with pytest.raises(Temporary) as failed:
        inside.send(post)
    assert failed.value.is_uncertain
    again = Post(key="k", room=HOTLINE, body=FOUND, may_be_second=True)
    sent = inside.send(again)
    assert len(tool.seen_by(ANA)) == 1
    assert sent.remote_id == tool.seen_by(ANA)[-1].source_id
    inside.send(Post(key="another", room=HOTLINE, body=FOUND, may_be_second=True))
    assert len(tool.seen_by(ANA)) == 2


def test_a_server_that_fails_is_temporary(slack: Verbs, inside: Hearing) -> None:
    slack.fail_sends(1, error="internal_error")
    with pytest.raises(Temporary):
        inside.send(Post(key="k", room=HOTLINE, body=FOUND))


def test_where_slack_cannot_be_reached_it_was_not_said(tool: SlackHarness) -> None:
    settings = {**tool.settings(), "address": "http://127.0.0.1:9/api/"}
    deaf = Hearing(settings, waits=False)
    with pytest.raises(Temporary) as failed:
        deaf.send(Post(key="k", room=HOTLINE, body=FOUND))
    assert not failed.value.is_uncertain
    deaf.close()


@pytest.mark.parametrize(
    ("scope", "post"),
    [
        ("chat:write", Post(key="k", room=HOTLINE, body=FOUND)),
        ("chat:write", Post(key="k", room=HOTLINE, whisper_to=CY, body=FOUND)),
        ("im:write", Post(key="k", account=CY, body=FOUND)),
    ],
)
def test_each_missing_scope_is_named(slack: Verbs, inside: Hearing, scope: str, post: Post) -> None:
    slack.scopes.discard(scope)
    with pytest.raises(Permanent) as failed:
        inside.send(post)
    assert scope in str(failed.value)
    assert not failed.value.is_of_connection


def test_what_cannot_be_in_a_room_is_of_that_post_alone(slack: Verbs, inside: Hearing) -> None:
    slack.archive(HOTLINE, ANA)
    for room in (HOTLINE, LEADS, "C0NOWHERE"):
        with pytest.raises(Permanent) as failed:
            inside.send(Post(key=room, room=room, body=FOUND))
        assert not failed.value.is_of_connection
        assert str(failed.value).startswith("Slack: ")


def test_no_error_and_no_log_holds_a_secret(
    tool: SlackHarness, slack: Verbs, inside: Hearing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    inside.send(Post(key="k", room=HOTLINE, body=FOUND))
    slack.revoke()
    with pytest.raises(Permanent) as failed:
        inside.send(Post(key="k2", room=HOTLINE, body=FOUND))
    assert failed.value.is_of_connection
    for secret in (*tool.settings().values(), "ticket-"):
        if secret != tool.settings()["address"]:
            assert secret not in str(failed.value)
            assert secret not in caplog.text


# ---------------------------------------------------------------- what was said before


def test_a_thread_is_told_whole_from_its_first_message_page_by_page_without_programs(
    tool: SlackHarness, slack: Verbs, inside: Hearing
) -> None:
    first = tool.say(ANA, HOTLINE, "how?")
    for number in range(7):
        tool.say(BO, HOTLINE, f"answer {number}", first.context)
    slack.say("U0BOTTER1", HOTLINE, "beep", first.context.partition(":")[2], bot_id="B0JIRA001")
    last = tool.say(CY, HOTLINE, "thanks", first.context)
    inside.send(Post(key="k", room=HOTLINE, context=first.context, body=FOUND))
    expected = ["how?", *(f"answer {number}" for number in range(7)), "thanks"]
    for context in (first.context, last.source_id):  # also by one of its answers
        said = inside.run(inside.adapter.thread(HOTLINE, context))
        assert [one.text for one in said] == expected
        assert {one.context for one in said} == {first.context}
    with pytest.raises(Permanent):
        inside.run(inside.adapter.thread(LEADS, f"{LEADS}:1700000000.000100"))

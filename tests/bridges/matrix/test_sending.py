"""What is said, as people on a real homeserver see it, and what they do with it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from alongside.bridges.adapters.matrix.render import MARK
from alongside.bridges.port import Body, InvitedIn, Item, Permanent, Post, Reacted, Sign, Temporary
from tests.bridges.matrix.harness import MatrixHarness
from tests.bridges.matrix.inbox import Inbox
from tests.bridges.matrix.proxy import Loop
from tests.bridges.matrix.synapse import SERVER


@pytest.fixture
def there(house: MatrixHarness, inbox: Inbox) -> Inbox:
    """Alongside in the open room."""
    inbox.start()
    house.invite_us(house.open_room, by=house.ana)
    inbox.until(lambda: inbox.of(InvitedIn))
    return inbox


def a_post(key: str, text: str = "Use the blue form.", **more: Any) -> Post:
    return Post(key=key, body=Body(lines=(text,)), **more)


def texts(house: MatrixHarness, account: str) -> list[str]:
    return [one.text for one in house.seen_by(account)]


def test_a_post_into_a_thread_stands_in_that_thread(house: MatrixHarness, there: Inbox) -> None:
    asked = house.say(house.ana, house.open_room, "Where is the form?")
    sent = there.send(a_post("1", room=house.open_room, context=asked.context))
    assert sent.context == asked.source_id
    shown = house.seen_by(house.cy)[0]
    assert (shown.source_id, shown.context, shown.room) == (sent.remote_id, asked.source_id, house.open_room)
    assert sent.remote_id in sent.url


def test_a_post_for_one_account_is_seen_by_nobody_else(house: MatrixHarness, there: Inbox) -> None:
    there.send(a_post("1", account=house.bo))
    assert [(one.text, one.is_for_them_alone) for one in house.seen_by(house.bo)] == [("Use the blue form.", True)]
    assert house.seen_by(house.ana) == []


def test_there_is_one_room_for_two_with_an_account_over_restarts(house: MatrixHarness, there: Inbox) -> None:
    there.send(a_post("1", "one", account=house.bo))
    there.send(a_post("2", "two", account=house.bo))
    there.stop()
    there.send(a_post("3", "three", account=house.bo))
    assert texts(house, house.bo) == ["one", "two", "three"]
    house.say_to_us(house.bo, "thank you")
    there.start()
    there.said("thank you")
    there.send(a_post("4", "four", account=house.bo))
    bo = house.as_(house.bo)
    assert len(bo.joined()) == 3  # both rooms of the house, and this one
    assert texts(house, house.bo) == ["one", "two", "three", "four"]


def test_the_answer_comes_where_somebody_wrote_to_us(house: MatrixHarness, there: Inbox) -> None:
    house.say_to_us(house.cy, "what about refunds?")
    there.said("what about refunds")
    there.send(a_post("1", account=house.cy, context=""))
    assert len(house.as_(house.cy).joined()) == 2
    assert texts(house, house.cy) == ["Use the blue form."]


def test_an_answer_to_a_thread_of_a_room_goes_to_one_alone_outside_of_it(house: MatrixHarness, there: Inbox) -> None:
    asked = house.say(house.bo, house.open_room, "Where is the form?")
    sent = there.send(a_post("1", account=house.bo, context=asked.context))
    assert sent.context == ""
    assert [one.context for one in house.seen_by(house.bo)] == [""]


def test_who_left_the_room_for_two_is_asked_in_once_more(house: MatrixHarness, there: Inbox) -> None:
    there.send(a_post("1", "one", account=house.bo))
    house.accept(house.bo)
    room = house.for_two(house.bo)
    house.as_(house.bo).leave(room)
    there.stop()
    there.send(a_post("2", "two", account=house.bo))
    house.accept(house.bo)
    assert room in house.as_(house.bo).joined()
    assert texts(house, house.bo) == ["one", "two"]


@pytest.mark.parametrize("is_in", [True, False])
def test_where_somebody_else_came_into_the_room_for_two_nothing_more_is_said_to_one_alone(
    house: MatrixHarness, there: Inbox, *, is_in: bool
) -> None:
    house.say_to_us(house.bo, "between us")
    there.said("between us")
    there.send(a_post("1", "one", account=house.bo))
    room = house.for_two(house.bo)
    house.as_(house.bo).invite(room, house.cy)
    if is_in:
        house.as_(house.cy).join(room)
    there.send(a_post("2", "two", account=house.bo))
    house.accept(house.cy)
    assert [one.text for one in house.seen_by(house.bo) if one.text == "two"] == ["two"]
    assert "two" not in texts(house, house.cy)


def test_two_posts_at_once_make_one_room_for_two(house: MatrixHarness, there: Inbox, loop: Loop) -> None:
    async def both() -> None:
        await asyncio.gather(*(there.adapter.send(a_post(str(number), account=house.bo)) for number in range(5)))

    loop.run(both())
    assert len(house.seen_by(house.bo)) == 5
    assert len(house.as_(house.bo).joined()) == 3


def test_html_of_others_is_shown_as_they_wrote_it_and_never_run(house: MatrixHarness, there: Inbox) -> None:
    item = Item(title="<script>alert(1)</script>", link="javascript:alert(1)", passage=(("<b>", True), (" & ", False)))
    there.send(Post(key="1", room=house.open_room, body=Body(title="<i>", items=(item,))))
    content = house.as_(house.ana).messages(house.open_room)[-1]["content"]
    assert "<script" not in content["formatted_body"]
    assert "javascript" not in content["formatted_body"]
    assert "&lt;script&gt;" in content["formatted_body"]
    assert content["m.mentions"] == {}
    assert content[MARK] is True


def test_what_somebody_asks_through_us_says_who(house: MatrixHarness, there: Inbox) -> None:
    body = Body(quote="Where is the form?")
    there.send(Post(key="1", room=house.open_room, body=body, in_name_of="Ana Moreau", in_name_of_account=house.ana))
    content = house.as_(house.bo).messages(house.open_room)[-1]["content"]
    assert content["body"] == "Ana Moreau asks:\n> Where is the form?"
    assert content["msgtype"] == "m.text"
    assert f'<a href="https://matrix.to/#/{house.ana}">Ana Moreau</a> asks:' in content["formatted_body"]


@pytest.mark.parametrize("is_alone", [True, False])
def test_what_a_post_was_about_comes_back_with_a_reaction_and_a_reply(
    house: MatrixHarness, there: Inbox, *, is_alone: bool
) -> None:
    to = {"account": house.ana} if is_alone else {"room": house.open_room}
    sent = there.send(a_post("1", about="c:0123456789ab", **to))
    room = house.for_two(house.ana) if is_alone else house.open_room
    there.stop()  # nobody remembers it but the homeserver
    there.start()
    ana = house.as_(house.ana)
    assert "0123456789ab" not in repr(ana.messages(room))
    ana.react(room, sent.remote_id, "🙏")
    ana.reply(room, sent.remote_id, "that was it")
    said, reacted = there.said("that was it"), there.until(lambda: there.of(Reacted))[0]
    assert (said.about, said.is_to_us, said.room) == ("c:0123456789ab", True, "" if is_alone else house.open_room)
    assert (reacted.about, reacted.sign, reacted.room) == ("c:0123456789ab", Sign.HELPED, said.room)


def test_a_reply_in_a_thread_that_began_with_us_is_about_that(house: MatrixHarness, there: Inbox) -> None:
    sent = there.send(a_post("1", room=house.open_room, about="n:abc"))
    house.say(house.bo, house.open_room, "among ourselves", sent.remote_id)
    said = there.said("among ourselves")
    assert (said.about, said.is_to_us, said.context) == ("n:abc", False, sent.remote_id)


def test_what_a_post_is_about_cannot_be_made_up_or_carried_over(house: MatrixHarness, there: Inbox) -> None:
    sent = there.send(a_post("1", room=house.open_room, about="n:abc"))
    ana, bo = house.as_(house.ana), house.as_(house.bo)
    sealed = ana.messages(house.open_room)[-1]["content"]["org.alongside.about"]
    copied = bo.say(house.open_room, "look-alike", **{"org.alongside.about": sealed, MARK: True})
    ana.react(house.open_room, copied, "🙏")
    ana.react(house.open_room, sent.remote_id, "🙏")
    there.until(lambda: len(there.of(Reacted)) == 2)
    assert [one.about for one in there.of(Reacted)] == ["", "n:abc"]
    assert there.said("look-alike").about == ""


def test_the_same_key_posts_once(house: MatrixHarness, there: Inbox) -> None:
    first, second = (there.send(a_post("1", room=house.open_room)) for _ in range(2))
    assert first == second
    assert len(house.seen_by(house.cy)) == 1


def test_a_post_whose_answer_was_lost_is_sent_again_and_stands_once(house: MatrixHarness, there: Inbox) -> None:
    for to in ({"room": house.open_room}, {"account": house.bo}):
        house.swallow_answer()
        with pytest.raises(Temporary) as lost:
            there.send(a_post(f"1 {to}", **to))
        assert lost.value.is_uncertain
        there.stop()
        there.send(a_post(f"1 {to}", **to))
    assert len(house.seen_by(house.bo)) == 2


def test_a_homeserver_that_wants_us_slower_says_how_long(house: MatrixHarness, there: Inbox) -> None:
    house.fail_sends(1, retry_after=1.5)
    with pytest.raises(Temporary) as slower:
        there.send(a_post("1", room=house.open_room))
    assert (slower.value.retry_after, slower.value.is_uncertain) == (1.5, False)
    there.send(a_post("1", room=house.open_room))
    assert len(house.seen_by(house.cy)) == 1


def test_a_room_that_does_not_let_us_write_fails_this_post_alone(house: MatrixHarness, there: Inbox) -> None:
    with pytest.raises(Permanent) as refused:
        there.send(a_post("1", room=house.closed_room))
    assert not refused.value.is_of_connection
    assert "M_FORBIDDEN" in str(refused.value)
    there.send(a_post("2", room=house.open_room))


def test_nothing_is_whispered_in_matrix(house: MatrixHarness, there: Inbox) -> None:
    with pytest.raises(Permanent):
        there.send(a_post("1", room=house.open_room, whisper_to=house.ana))
    assert house.seen_by(house.ana) == []


def test_a_whole_thread_is_fetched_as_it_stands_now(house: MatrixHarness, there: Inbox) -> None:
    ana, bo, room = house.as_(house.ana), house.as_(house.bo), house.open_room
    root = ana.say(room, "Where is the form?")
    ana.say(room, "something else")
    answer = bo.say_in_thread(room, root, "in the red dra")
    gone = bo.say_in_thread(room, root, "not this")
    bo.edit(room, answer, "in the red drawer")
    bo.redact(room, gone)
    there.send(a_post("1", room=room, context=root))
    reply = ana.reply(room, root, "found it")
    bo.reply(room, reply, "good")
    for number in range(110):  # more than a page of relations
        bo.say_in_thread(room, root, f"more {number}")
    found = there.thread(room, root)
    texts = [one.text for one in found]
    assert texts[:4] == ["Where is the form?", "in the red drawer", "found it", "good"]
    assert texts[4:] == [f"more {number}" for number in range(110)]
    assert {one.context for one in found} == {root}
    assert found[1].source_id == answer
    assert found[1].edited_at is not None


def test_a_thread_that_we_may_not_see_is_empty(house: MatrixHarness, there: Inbox) -> None:
    closed = house.say(house.ana, house.closed_room, "for the leads alone")
    assert list(there.thread(house.closed_room, closed.source_id)) == []
    assert list(there.thread(house.open_room, closed.source_id)) == []
    assert list(there.thread(house.open_room, "$nothing")) == []


@pytest.fixture
def by_password(house: MatrixHarness, loop: Loop) -> Iterator[Inbox]:
    settings = {name: value for name, value in house.settings().items() if name != "token"}
    one = Inbox(loop, {**settings, "password": "a password"})
    yield one
    one.close()


def test_with_a_password_it_signs_in_and_again_when_it_is_signed_out(house: MatrixHarness, by_password: Inbox) -> None:
    by_password.start()
    house.invite_us(house.open_room, by=house.ana)
    by_password.until(lambda: by_password.of(InvitedIn))
    by_password.send(a_post("1", room=house.open_room))
    house.us.ask("POST", "/logout/all", {})
    by_password.send(a_post("1", room=house.open_room))
    house.say(house.ana, house.open_room, "still there?")
    by_password.said("still there")
    assert len(house.seen_by(house.cy)) == 1
    assert by_password.problem is None


def test_a_token_that_is_not_taken_any_more_ends_the_connection(house: MatrixHarness, there: Inbox) -> None:
    house.us.ask("POST", "/logout/all", {})
    with pytest.raises(Permanent) as gone:
        there.send(a_post("1", room=house.open_room))
    assert gone.value.is_of_connection
    there.until(lambda: isinstance(there.problem, Permanent) and there.problem.is_of_connection)
    assert house.us.token not in f"{gone.value!r} {there.problem!r}"


def test_a_check_goes_through_every_step_and_leaves_nothing(house: MatrixHarness, there: Inbox) -> None:
    rooms = sorted(house.us.joined())
    found = there.check()
    assert [one.what for one in found if not one.is_well] == []
    assert len(found) == 5
    assert sorted(house.us.joined()) == rooms


def test_a_check_says_what_is_wrong_and_what_to_do(house: MatrixHarness, loop: Loop, by_password: Inbox) -> None:
    assert all(one.is_well for one in by_password.check())

    def checked(**more: str) -> list[tuple[bool, str]]:
        inbox = Inbox(loop, {**house.settings(), **more})
        found = [(one.is_well, one.mend) for one in inbox.check()]
        inbox.close()
        return found

    away = checked(homeserver="http://127.0.0.1:9")
    assert len(away) == 1
    assert "does not answer" in away[0][1]
    signed_out = checked(token="syt_made_up")
    assert [is_well for is_well, _mend in signed_out] == [True, False]
    assert "M_UNKNOWN_TOKEN" in signed_out[-1][1]
    assert "syt_made_up" not in repr(signed_out)
    another = checked(account=house.ana)
    assert house.us.account in another[-1][1]
    no_admin = checked(administrator_token=house.us.token)
    assert [is_well for is_well, _mend in no_admin] == [True, True, True, True, False]


def test_a_wrong_password_ends_the_connection(house: MatrixHarness, loop: Loop) -> None:
    inbox = Inbox(loop, {**house.settings(), "token": "", "password": "not this one"})
    with pytest.raises(Permanent) as refused:
        inbox.send(a_post("1", room=house.open_room))
    assert refused.value.is_of_connection
    assert "M_FORBIDDEN" in str(refused.value)
    assert "not this one" not in f"{refused.value!r} {inbox.check()!r}"
    inbox.close()


def test_without_token_and_password_it_says_so(house: MatrixHarness, loop: Loop) -> None:
    inbox = Inbox(loop, {**house.settings(), "token": ""})
    assert "access token or the password" in inbox.check()[-1].mend
    with pytest.raises(Permanent) as refused:
        inbox.send(a_post("1", room=house.open_room))
    assert refused.value.is_of_connection
    inbox.close()


def test_a_connection_is_to_its_homeserver(house: MatrixHarness, inbox: Inbox, loop: Loop) -> None:
    found = loop.run(inbox.adapter.workspace())
    assert (found.key, found.name) == (SERVER, f"{SERVER}, Matrix")

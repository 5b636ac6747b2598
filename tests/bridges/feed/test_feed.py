"""Feeds over real lines: what is published comes once, edits follow, and a server that fails is left in peace."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from alongside.bridges.adapters.feed import Feed
from alongside.bridges.adapters.feed import apart as reading_apart
from alongside.bridges.port import (
    AccountSeen,
    Adapter,
    Arrived,
    Body,
    Can,
    Permanent,
    Post,
    PutOut,
    Reach,
    Said,
    decoded,
    encoded,
)
from alongside.bridges.registry import adapter_class
from alongside.kit import guarded_http
from alongside.kit.guarded_http import Limits
from tests.bridges.feed.blog import Blog
from tests.bridges.feed.conftest import Quickly, Rooms, Time, look

Blogs = Callable[..., Blog]
FEBRUARY = datetime(2026, 2, 1, 8, 0, tzinfo=UTC)


def test_it_is_the_adapter_that_the_registry_names() -> None:
    assert adapter_class("feed") is Feed
    feed = Feed({}, Rooms([]))
    assert isinstance(feed, Adapter)
    assert Feed.can == frozenset[Can]()


# What is published


def test_a_post_comes_as_a_few_words_with_a_link_to_its_home(blog: Blog, time: Time) -> None:
    blog.publish(
        "How to calm a hive",
        "<p>Smoke <b>helps</b>. Wait. Then open it slowly. The rest is a long story.</p>",
        date=FEBRUARY,
        author="Ana Moreau",
    )
    looked = look(blog.feed)

    (room,), (said,) = looked.rooms, looked.said
    assert (room.source_id, room.name, room.url) == (blog.feed, "Bees and Books", f"{blog.at}/")
    assert (room.reach, room.members, room.is_threaded) == (Reach.WORLD, (), True)
    assert (said.room, said.source_id, said.context) == (blog.feed, "post-1", "post-1")
    assert (said.subject, said.url, said.said_at) == ("How to calm a hive", f"{blog.at}/post-1", FEBRUARY)
    assert said.html == "<p>Smoke helps. Wait. Then open it slowly.</p>"
    assert said.text == "Smoke helps. Wait. Then open it slowly."
    assert not said.is_to_us
    accounts = {event.source_id: event for event in looked.events if isinstance(event, AccountSeen)}
    assert (accounts[said.account].name, accounts[said.account].email) == ("Ana Moreau", "")


def test_accounts_and_the_room_come_before_what_is_said_there(blog: Blog, time: Time) -> None:
    blog.publish("One", author="Ana")
    kinds = [type(event).__name__ for event in look(blog.feed).events]
    assert kinds == ["RoomSeen", "AccountSeen", "AccountSeen", "Said"]


@pytest.mark.parametrize("path", ["/feed.xml", "/atom.xml", "/feed.json"])
def test_every_format_says_the_same(path: str, blog: Blog, time: Time) -> None:
    blog.publish("Old", "First words.", date=FEBRUARY, author="Ana", tags=("bees",))
    blog.publish("New & better", "<p>Second words.</p>", date=FEBRUARY + timedelta(days=1), author="Bo")
    said = look(f"{blog.at}{path}").said
    assert [(one.subject, one.text, one.url) for one in said] == [
        ("Old", "First words.", f"{blog.at}/post-1"),
        ("New & better", "Second words.", f"{blog.at}/post-2"),
    ]
    assert [one.said_at for one in said] == [FEBRUARY, FEBRUARY + timedelta(days=1)]
    assert len({one.account for one in said}) == 2
    assert [one.subject for one in look(f"{blog.at}{path}#tag=bees").said] == ["Old"]


def test_who_names_nobody_is_the_feed_itself(blog: Blog, time: Time) -> None:
    blog.publish("One")
    looked = look(blog.feed)
    accounts = {event.source_id: event.name for event in looked.events if isinstance(event, AccountSeen)}
    assert accounts == {looked.said[0].account: "Bees and Books"}


def test_what_was_told_is_not_told_again(blog: Blog, time: Time) -> None:
    blog.publish("One", date=FEBRUARY)
    first = look(blog.feed)
    time.passes(hours=1)
    blog.publish("Two", date=FEBRUARY)
    second = look(blog.feed, cursor=first.cursor)
    time.passes(hours=1)
    third = look(blog.feed, cursor=second.cursor, rounds=3)
    assert [one.subject for one in first.said + second.said + third.said] == ["One", "Two"]


def test_an_edit_is_the_same_message_with_its_time(blog: Blog, time: Time) -> None:
    one = blog.publish("One", "Wrong.", date=FEBRUARY)
    first = look(blog.feed)
    time.passes(hours=1)
    blog.edit(one, body="Right.", updated=FEBRUARY + timedelta(hours=3))
    second = look(blog.feed, cursor=first.cursor)
    (before,), (after,) = first.said, second.said
    assert before.source_id == after.source_id
    assert (after.text, after.said_at, after.edited_at) == ("Right.", FEBRUARY, FEBRUARY + timedelta(hours=3))
    keys = [(arrived.remote_id, arrived.version) for arrived in first.arrived + second.arrived]
    assert len(keys) == len(set(keys)), "the inbox takes each as its own"


def test_an_edit_that_is_taken_back_is_an_edit_too(blog: Blog, time: Time) -> None:
    post, looked, versions = blog.publish("One", "A.", date=FEBRUARY), look(blog.feed), []
    for body in ("B.", "A.", "B."):
        time.passes(hours=1)
        post = blog.edit(post, body=body)
        looked = look(blog.feed, cursor=looked.cursor)
        versions += [one.version for one in looked.arrived if getattr(one.event, "subject", "")]
        assert [one.text for one in looked.said] == [body]
    assert len(set(versions)) == 3


def test_a_change_that_nobody_would_see_is_none(blog: Blog, time: Time) -> None:
    post = blog.publish("One", "A. B. C. D.", date=FEBRUARY)
    first = look(blog.feed)
    time.passes(hours=1)
    blog.edit(post, body="A. B. C. And something else.", updated=time.now)
    assert look(blog.feed, cursor=first.cursor).said == []


def test_what_has_no_date_was_said_when_it_was_first_seen_and_stays_so(blog: Blog, time: Time) -> None:
    post = blog.publish("One", "A.")
    first = look(blog.feed)
    seen_at = time.now
    time.passes(hours=5)
    blog.edit(post, body="B.")
    second = look(blog.feed, cursor=first.cursor)
    assert [one.said_at for one in first.said + second.said] == [seen_at, seen_at]
    assert second.said[0].edited_at == time.now


def test_a_date_to_come_is_now(blog: Blog, time: Time) -> None:
    blog.publish("One", date=time.now + timedelta(days=4000))
    assert [one.said_at for one in look(blog.feed).said] == [time.now]


def test_a_blog_that_is_renamed_renames_its_room(blog: Blog, time: Time) -> None:
    first = look(blog.feed)
    time.passes(hours=1)
    blog.rename("Bees alone")
    second = look(blog.feed, cursor=first.cursor)
    assert [room.name for room in second.rooms] == ["Bees and Books", "Bees alone"]


def test_at_each_start_it_says_again_which_rooms_there_are(blog: Blog, time: Time) -> None:
    first = look(blog.feed)
    again = look(blog.feed, cursor=first.cursor, rounds=2)
    assert [(room.name, room.members) for room in again.rooms] == [("Bees and Books", ())]
    assert len(blog.asked()) == 1, "and asks nobody for it before its time"


def test_a_tag_chooses_and_its_room_says_so(blog: Blog, time: Time) -> None:
    blog.publish("About bees", tags=("Bees & Co",), date=FEBRUARY)
    blog.publish("About cakes", tags=("cakes",), date=FEBRUARY)
    looked = look(f"{blog.feed}#tag=bees%20%26%20co")
    assert [room.name for room in looked.rooms] == ["Bees and Books: bees & co"]
    assert [one.subject for one in looked.said] == ["About bees"]
    assert {one.room for one in looked.said} == {f"{blog.feed}#tag=bees%20%26%20co"}


def test_a_feed_that_is_followed_later_is_seen_in_the_next_round(blog: Blog, blogs: Blogs, time: Time) -> None:
    other, known = blogs(title="Other"), Rooms([blog.feed], rounds=2)
    seen: list[Arrived] = []

    async def listen() -> None:
        async for batch in Quickly({}, known).listen(""):
            seen.extend(batch.arrived)
            known.followed = [blog.feed, other.feed]
            if len(other.asked()) == 1:
                return

    asyncio.run(listen())
    assert [one.remote_id for one in seen if one.remote_id.startswith("room")] == [
        f"room {blog.feed}",
        f"room {other.feed}",
    ]


def test_what_is_no_longer_followed_is_no_longer_asked_or_known(blog: Blog, time: Time) -> None:
    first = look(blog.feed)
    time.passes(hours=5)
    second = look(cursor=first.cursor)
    assert second.events == []
    assert json.loads(second.cursor) == {}
    assert len(blog.asked()) == 1


def test_events_go_through_the_inbox_as_they_are(blog: Blog, time: Time) -> None:
    blog.publish("One", "Words.", date=FEBRUARY, author="Ana")
    for event in look(blog.feed).events:
        assert decoded(encoded(event)) == event


# How a server is asked


def test_it_asks_on_condition_and_only_when_its_time_has_come(blog: Blog, time: Time) -> None:
    blog.publish("One")
    looked = look(blog.feed, rounds=5)
    assert len(blog.asked()) == 1
    time.passes(minutes=29)
    looked = look(blog.feed, cursor=looked.cursor)
    assert len(blog.asked()) == 1
    time.passes(minutes=5)
    looked = look(blog.feed, cursor=looked.cursor)
    assert [("if-none-match" in request.headers) for request in blog.asked()] == [False, True]
    assert blog.asked()[1].headers["user-agent"] == "Alongside"


def test_a_server_that_knows_nothing_of_conditions_costs_no_second_reading(
    blog: Blog, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog.knows_etags = False
    blog.publish("One")
    looked = look(blog.feed)

    async def never(question: bytes) -> bytes:
        raise AssertionError

    monkeypatch.setattr(reading_apart, "_said_by_a_process", never)
    time.passes(hours=1)
    again = look(blog.feed, cursor=looked.cursor)
    assert len(blog.asked()) == 2
    assert [state["failures"] for state in json.loads(again.cursor).values() if "failures" in state] == []


def test_a_feed_that_asks_for_more_time_gets_it(blog: Blog, time: Time) -> None:
    blog.says = {"Cache-Control": "public, max-age=21600"}
    looked = look(blog.feed)
    time.passes(hours=5)
    looked = look(blog.feed, cursor=looked.cursor)
    assert len(blog.asked()) == 1
    time.passes(hours=2)
    look(blog.feed, cursor=looked.cursor)
    assert len(blog.asked()) == 2


@pytest.mark.parametrize(("minutes", "every"), [("120", 120), ("1", 5), ("99999999", 1440), ("often", 30), ("", 30)])
def test_an_administrator_says_how_often(minutes: str, every: int, blog: Blog, time: Time) -> None:
    looked = look(blog.feed, minutes=minutes)
    time.passes(minutes=every * 0.95)
    looked = look(blog.feed, cursor=looked.cursor, minutes=minutes)
    assert len(blog.asked()) == 1
    time.passes(minutes=every * 0.25)
    look(blog.feed, cursor=looked.cursor, minutes=minutes)
    assert len(blog.asked()) == 2


# How it fails


def asked_in(hours: int, blog: Blog, time: Time, cursor: str) -> tuple[int, str]:
    """How often the feed is asked in so many hours, by an adapter that looks every quarter of an hour."""
    before = len(blog.asked())
    for _ in range(hours * 4):
        time.passes(minutes=15)
        cursor = look(blog.feed, cursor=cursor).cursor
    return len(blog.asked()) - before, cursor


def test_a_server_that_fails_is_asked_less_and_less_and_nothing_is_lost(blog: Blog, time: Time) -> None:
    blog.publish("One", date=FEBRUARY)
    cursor = look(blog.feed).cursor
    blog.fail(status="500 Oh")
    times = []
    for _ in range(3):
        often, cursor = asked_in(8, blog, time, cursor)
        times.append(often)
    assert times[0] > times[1] + times[2], "against 16 times in eight hours while it answers"
    assert sum(times) <= 6
    blog.mend()
    blog.publish("Two", date=FEBRUARY)
    time.passes(days=2)
    back = look(blog.feed, cursor=cursor)
    assert [one.subject for one in back.said] == ["Two"]
    time.passes(hours=1)
    look(blog.feed, cursor=back.cursor)
    assert "if-none-match" in blog.asked()[-1].headers, "and then as often as before"


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Busy"])
@pytest.mark.parametrize("how", ["10800", "date"])
def test_a_server_that_names_a_time_is_not_asked_before_it(status: str, how: str, blog: Blog, time: Time) -> None:
    cursor = look(blog.feed).cursor
    time.passes(hours=1)
    until = time.now + timedelta(hours=3)
    blog.fail(status=status, Retry_After=how if how.isdigit() else until.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    cursor = look(blog.feed, cursor=cursor).cursor
    assert len(blog.asked()) == 2
    blog.mend()
    time.passes(hours=2, minutes=55)
    cursor = look(blog.feed, cursor=cursor).cursor
    assert len(blog.asked()) == 2
    time.passes(minutes=30)
    look(blog.feed, cursor=cursor)
    assert len(blog.asked()) == 3


@pytest.mark.parametrize("words", ["-5", "x", "9" * 400, "Thu, 99 Foo 2026", "٣"])
def test_a_time_that_means_nothing_is_a_failure_like_others(words: str, blog: Blog, time: Time) -> None:
    blog.fail(status="429 Too Many", Retry_After=words.encode().decode("latin-1"))
    looked = look(blog.feed)
    time.passes(days=9)
    look(blog.feed, cursor=looked.cursor)
    assert len(blog.asked()) == 2


def test_a_feed_that_is_gone_is_said_to_be_and_never_asked_again(blog: Blog, time: Time) -> None:
    blog.publish("One")
    cursor = look(blog.feed).cursor
    time.passes(hours=1)
    blog.gone()
    looked = look(blog.feed, cursor=cursor)
    assert [event for event in looked.events if isinstance(event, PutOut)] == [PutOut(room=blog.feed)]
    time.passes(days=30)
    later = look(blog.feed, cursor=looked.cursor, rounds=3)
    assert later.events == []
    assert len(blog.asked()) == 2
    blog.mend()
    unfollowed = look(cursor=later.cursor)
    assert look(blog.feed, cursor=unfollowed.cursor).said, "who follows it again is told again"


def test_a_page_in_place_of_a_feed_changes_nothing(blog: Blog, time: Time) -> None:
    blog.publish("One", date=FEBRUARY)
    cursor = look(blog.feed).cursor
    time.passes(hours=1)
    blog.break_()
    broken = look(blog.feed, cursor=cursor)
    assert [event for event in broken.events if not isinstance(event, AccountSeen)] == broken.rooms
    blog.mend()
    time.passes(days=1)
    assert look(blog.feed, cursor=broken.cursor).said == []


def test_a_move_for_good_is_followed_and_the_room_stays_the_same(blog: Blog, time: Time) -> None:
    blog.publish("One", date=FEBRUARY)
    cursor = look(blog.feed).cursor
    blog.redirect("/feed.xml", "/moved.xml", for_good=True)
    for _ in range(2):
        time.passes(hours=1)
        cursor = look(blog.feed, cursor=cursor).cursor
    blog.publish("Two", date=FEBRUARY)
    time.passes(hours=1)
    looked = look(blog.feed, cursor=cursor)
    assert [(one.subject, one.room) for one in looked.said] == [("Two", blog.feed)]
    assert (len(blog.asked("/feed.xml")), len(blog.asked("/moved.xml"))) == (2, 3), "one with a redirect"


def test_a_move_for_now_is_asked_for_again_each_time(blog: Blog, time: Time) -> None:
    cursor = look(blog.feed).cursor
    blog.redirect("/feed.xml", "/moved.xml", for_good=False)
    for _ in range(2):
        time.passes(hours=1)
        cursor = look(blog.feed, cursor=cursor).cursor
    assert (len(blog.asked("/feed.xml")), len(blog.asked("/moved.xml"))) == (3, 2)


def test_a_move_that_was_a_mistake_is_found_out(blog: Blog, time: Time) -> None:
    cursor = look(blog.feed).cursor
    blog.redirect("/feed.xml", "/moved.xml", for_good=True)
    time.passes(hours=1)
    cursor = look(blog.feed, cursor=cursor).cursor
    blog.mend()
    blog.fail("/moved.xml", "404 Not Found")
    blog.publish("Two", date=FEBRUARY)
    said: list[Said] = []
    for _ in range(3):
        time.passes(days=1)
        looked = look(blog.feed, cursor=cursor)
        cursor, said = looked.cursor, said + looked.said
    assert [one.subject for one in said] == ["Two"]
    assert "at" not in json.loads(cursor)[blog.feed]


def test_a_redirect_into_our_own_network_is_not_followed(blog: Blog, blogs: Blogs, time: Time) -> None:
    inside = blogs()
    inside.publish("Salaries", "Of everybody.")
    guarded_http.set_up(blog.at.removeprefix("http://"), "")
    blog.redirect("/feed.xml", inside.feed, for_good=True)
    looked = look(blog.feed)
    assert looked.events == []
    assert inside.server.connections == 0


def test_one_slow_feed_holds_up_no_other(blog: Blog, blogs: Blogs, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = blogs()
    slow.slow(seconds=5)
    blog.publish("One")
    known, seen = Rooms([slow.feed, blog.feed]), []

    async def first() -> None:
        async for batch in Quickly({}, known).listen(""):
            seen.append(batch)
            return

    asyncio.run(asyncio.wait_for(first(), 4.5))
    assert {one.event.room for one in seen[0].arrived if hasattr(one.event, "room")} == {blog.feed}


def test_what_goes_wrong_in_a_way_that_nobody_thought_of_costs_one_feed(
    blog: Blog, blogs: Blogs, time: Time, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = blogs()
    other.publish("One")
    usual = guarded_http._checked_url

    def strange(address: str) -> object:
        if address == blog.feed:
            raise ZeroDivisionError(address)
        return usual(address)

    monkeypatch.setattr(guarded_http, "_checked_url", strange)
    looked = look(blog.feed, other.feed)
    assert [one.subject for one in looked.said] == ["One"]
    assert "ZeroDivisionError" in caplog.text
    assert blog.feed not in caplog.text, "an address may hold a key"


@pytest.mark.parametrize(
    "cursor",
    ["x", "[]", "{}", '{"a": 5}', '{"http://x/": {"next": "soon"}}', "null", "\ud800", '{"a":{"seen":{"b":1}}}'],
)
def test_a_cursor_that_cannot_be_read_is_a_beginning(cursor: str, blog: Blog, time: Time) -> None:
    blog.publish("One")
    assert [one.subject for one in look(blog.feed, cursor=cursor).said] == ["One"]


def test_cut_off_anywhere_everything_comes_again_under_the_same_keys(blog: Blog, time: Time) -> None:
    blog.publish("One", date=FEBRUARY)
    blog.publish("Two")
    first = look(blog.feed)
    time.passes(minutes=3)
    again = look(blog.feed)  # the batch never reached the inbox, and with it no cursor

    def keys(arrived: list[Arrived]) -> set[tuple[str, str]]:
        return {(one.remote_id, one.version) for one in arrived if isinstance(one.event, Said)}

    assert keys(first.arrived) == keys(again.arrived)


def test_the_cursor_has_an_end(blog: Blog, time: Time) -> None:
    for number in range(1500):
        blog.publish(f"Post {number}", date=FEBRUARY + timedelta(minutes=number))
    looked = look(blog.feed)
    assert [one.subject for one in looked.said][-1] == "Post 1499"
    assert len(looked.said) == 100
    for _ in range(5):
        for number in range(100):
            blog.publish(f"More {number}", date=time.now)
        time.passes(hours=1)
        looked = look(blog.feed, cursor=looked.cursor)
        assert len(looked.said) == 100
    assert len(looked.cursor) < 15_000


# Reading in a process of its own


def test_bytes_that_would_keep_a_processor_busy_cost_their_feed_alone(
    blog: Blog, blogs: Blogs, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """130 kB of empty lines: a minute for the patterns of feedparser, during which nothing else would run."""
    monkeypatch.setattr(reading_apart, "_SECONDS_ALTOGETHER", 2.0)
    other = blogs()
    other.publish("One")
    blog.say("/feed.xml", b"HTTP/1.1 200 OK\r\n\r\n" + b"\n" * 130_000 + blog.rss())
    looked = look(blog.feed, other.feed)
    assert [one.subject for one in looked.said] == ["One"]
    assert json.loads(looked.cursor)[blog.feed]["failures"] == 1


def test_what_is_larger_than_a_feed_may_be_is_left_alone(blog: Blog, time: Time) -> None:
    blog.publish("x" * (Limits().bytes + 1))
    assert look(blog.feed).said == []


def test_a_process_that_reads_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALONGSIDE_SECRET_KEY", "hush")
    given: dict[str, dict[str, str]] = {}
    usual = asyncio.create_subprocess_exec

    async def seen(*command: str, **more: object) -> object:
        given["env"] = more["env"]  # type: ignore[assignment]
        return await usual(*command, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", seen)
    question = msgspec.json.encode({"body": b"<rss/>", "content_type": "", "address": ""})
    assert asyncio.run(reading_apart._said_by_a_process(question))
    assert "hush" not in str(given)


# What it does not do, and how it is


def test_nothing_is_ever_written_to_a_feed() -> None:
    with pytest.raises(Permanent, match="never writes to one") as refused:
        asyncio.run(Feed({}, Rooms([])).send(Post(key="1", room="https://x/", body=Body(title="x"))))
    assert not refused.value.is_of_connection
    assert asyncio.run(Feed({}, Rooms([])).thread("https://x/", "1")) == ()


def test_check_asks_every_feed_and_says_what_to_do(blog: Blog, blogs: Blogs, time: Time) -> None:
    gone, broken, secret = blogs(), blogs(), blogs()
    gone.gone()
    broken.break_()
    secret.fail("/feed.xml?key=hush", "401 No")
    rooms = [blog.feed, gone.feed, broken.feed, f"{secret.feed}?key=hush", "http://127.0.0.1:1/"]
    checks = asyncio.run(Feed({"minutes": "2"}, Rooms(rooms)).check())
    assert [check.is_well for check in checks] == [False, True, False, False, False, False]
    assert "5 to 1440" in checks[0].mend
    assert f"{gone.feed} says that it is gone for good (410)." in checks[2].mend
    assert f"What is at {broken.feed} is no feed." in checks[3].mend
    assert all("follow its new address" in check.mend for check in checks[2:])
    assert "hush" not in str(checks)
    assert all(check.is_well for check in asyncio.run(Feed({}, Rooms([])).check()))


def test_a_check_ends_however_slow_a_feed_is(blog: Blog, blogs: Blogs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Feed, "seconds_for_a_check", 3.0)
    slow = blogs()
    slow.slow(seconds=8)
    checks = asyncio.run(Feed({}, Rooms([blog.feed, slow.feed])).check())
    assert [check.what for check in checks[1:]] == [f"{blog.feed} can be read", "1 more did not answer in this time"]

"""From the address that a person has to the feed: what the page says, and one sentence where it says nothing."""

import asyncio
from collections.abc import Callable

import pytest

from alongside.bridges.adapters.feed import FeedFound, NoFeed, discover
from alongside.bridges.adapters.feed.discovering import _with_scheme
from alongside.kit import guarded_http
from alongside.kit.guarded_http import NotAllowed
from alongside.kit.refused import Refused
from tests.bridges.feed.blog import Blog
from tests.kit.outside import answer

Blogs = Callable[..., Blog]


def found(address: str) -> FeedFound:
    return asyncio.run(discover(address))


def test_a_feeds_own_address_is_the_feed(blog: Blog) -> None:
    assert found(blog.feed) == FeedFound(blog.feed, "Bees and Books")
    assert found(f"{blog.at}/feed.json").title == "Bees and Books"


def test_a_page_names_its_feed(blog: Blog) -> None:
    assert found(f"  {blog.at}/  ") == FeedFound(blog.feed, "Bees and Books")
    assert len(blog.asked("/comments.xml")) == 0, "the first that is one"


def test_a_tag_stays_with_the_address(blog: Blog) -> None:
    assert found(f"{blog.at}/#tag=bees").address == f"{blog.feed}#tag=bees"
    assert found(f"{blog.at}/#top").address == blog.feed


def test_the_next_one_is_taken_when_the_first_is_broken(blog: Blog) -> None:
    blog.say("/comments.xml", answer(blog.rss()))
    blog.break_("/feed.xml")
    assert found(blog.at).address == f"{blog.at}/comments.xml"


def test_an_address_that_moved_for_good_is_the_new_one_and_one_for_now_the_old(blog: Blog) -> None:
    blog.redirect("/old.xml", "/feed.xml", for_good=True)
    blog.redirect("/now.xml", "/feed.xml", for_good=False)
    assert found(f"{blog.at}/old.xml").address == blog.feed
    assert found(f"{blog.at}/now.xml").address == f"{blog.at}/now.xml"


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("blog.example", "https://blog.example"),
        ("blog.example:8080/x", "https://blog.example:8080/x"),
        ("http://blog.example", "http://blog.example"),
        ("feed://blog.example/x", "https://blog.example/x"),
        ("feed:https://blog.example/x", "https://blog.example/x"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_people_leave_out_how_an_address_begins(written: str, asked: str) -> None:
    assert _with_scheme(written) == asked


def test_a_page_without_a_feed_is_said_to_have_none_and_nothing_is_guessed(blog: Blog) -> None:
    blog.say("/", answer(b"<html><body>Hello</body></html>", Content_Type="text/html"))
    with pytest.raises(NoFeed, match="names no feed that can be read"):
        found(blog.at)
    assert {request.target for request in blog.server.requests} == {"/"}


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "500 Oh", "401 No"])
def test_an_address_that_does_not_answer_is_said_not_to(status: str, blog: Blog) -> None:
    blog.fail("/", status)
    with pytest.raises(NoFeed, match=f"answers with {status[:3]} instead of a page"):
        found(f"{blog.at}/")


def test_a_page_cannot_name_a_feed_in_our_own_network(blog: Blog, blogs: Blogs) -> None:
    inside = blogs()
    link = f'<link rel="alternate" type="application/rss+xml" href="{inside.feed}">'.encode()
    blog.say("/", answer(link, Content_Type="text/html"))
    guarded_http.set_up(blog.at.removeprefix("http://"), "")
    with pytest.raises(NoFeed):
        found(f"{blog.at}/")
    assert inside.server.connections == 0


@pytest.mark.parametrize(
    "address", ["", " ", "http://", "file:///etc/passwd", "http://a:b@c.example/", "http://10.0.0.1/", "x y"]
)
def test_what_may_not_be_asked_is_refused_in_one_sentence(address: str) -> None:
    with pytest.raises(Refused) as refused:
        found(address)
    assert isinstance(refused.value, NotAllowed | NoFeed)
    assert str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_address_too_long_for_a_room_is_refused(blog: Blog) -> None:
    blog.say(f"/{'x' * 400}", answer(blog.rss()))
    with pytest.raises(NoFeed, match="too long"):
        found(f"{blog.at}/{'x' * 400}")

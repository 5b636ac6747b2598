"""Somebody's own blog, followed by their own act from a chat tool, told in a room of theirs."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from alongside.bridges.followers.handling import handle_due
from alongside.bridges.models import Bridge, Flow, Presence
from alongside.bridges.port import AccountSeen, Said
from alongside.bridges.queries import BridgeFacts, unscoped_bridge
from alongside.conversations.models import Message, Room
from alongside.kit import clock
from alongside.search.followers import catch_up_words
from tests.bridges.feed.blog import Blog
from tests.bridges.world import HOTLINE, World, words_of


@pytest.fixture
def world_with_blog(world: World, blogs: Callable[..., Blog]) -> tuple[World, Blog]:
    blog = blogs()
    blog.publish("How to calm a hive", "Smoke helps.")
    world.invite()
    return world, blog


def feeds() -> BridgeFacts:
    return unscoped_bridge(Bridge.objects.get(kind="feed").pk)


def new_post(world: World, blog: Blog, title: str, *, days_ago: int = 0) -> None:
    room = Room.objects.get(connection_id=feeds().connection_id).source_id
    post = Said(
        source_id=title, room=room, account="ana", html="<p>Patience helps.</p>", text="Patience helps.",
        said_at=clock.now() - timedelta(days=days_ago), context=title, subject=title, url=f"{blog.at}/{title}",
    )  # fmt: skip
    world.happens(AccountSeen(source_id="ana", name="Ana Moreau"), post, bridge=feeds())
    handle_due(None, bridge=feeds(), can=frozenset())
    world.work()
    catch_up_words()


def test_a_blog_is_found_by_everybody_and_what_is_new_is_told_in_the_room_once(
    world_with_blog: tuple[World, Blog],
) -> None:
    world, blog = world_with_blog
    world.write("ana", f"follow my blog {blog.feed} into #hotline")
    assert "What is new in it is told in #hotline" in words_of(world.written_to("ana")[-1])
    before = len(world.said_in(HOTLINE))
    new_post(world, blog, "an-old-one", days_ago=9)
    assert len(world.said_in(HOTLINE)) == before
    new_post(world, blog, "winter")
    new_post(world, blog, "winter")
    told = world.said_in(HOTLINE)
    assert len(told) == before + 1
    assert f"{blog.at}/winter" in words_of(told[-1])
    assert "Ana Moreau lets their blog flow into this room" in words_of(told[-1])
    world.write("dee", "what helps with patience?")
    assert "winter" in words_of(world.written_to("dee")[-1])
    world.write("cy", "stop my blog")
    assert "No blog is followed for you" in words_of(world.written_to("cy")[-1])
    world.write("ana", "stop my blog")
    assert not Flow.objects.exists()
    assert not Presence.objects.filter(room__connection_id=feeds().connection_id, is_there=True).exists()


def test_into_a_room_that_is_not_mine_nothing_flows(world_with_blog: tuple[World, Blog]) -> None:
    world, blog = world_with_blog
    world.invite("G-leads")
    for room in ("#leads", "#lends"):
        world.write("cy", f"follow my blog {blog.feed} into {room}")
        assert "in no room of yours that is called so" in words_of(world.written_to("cy")[-1])
    assert not Flow.objects.exists()
    assert not Bridge.objects.filter(kind="feed").exists()
    assert not Message.objects.exists()


def test_what_is_no_blog_is_said_in_a_sentence(world_with_blog: tuple[World, Blog]) -> None:
    world, blog = world_with_blog
    world.write("ana", f"follow my blog {blog.at}/nothing-here into #hotline")
    assert "Nothing is followed." in words_of(world.written_to("ana")[-1])
    assert not Flow.objects.exists()

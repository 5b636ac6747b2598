"""A blog through the running bridge into the store: said once, by its author, open to the world; edited; gone."""

import threading
import time as real_time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from alongside.audiences.queries import unscoped_audience
from alongside.audiences.rules import Kind
from alongside.bridges.actions.connecting import connect
from alongside.bridges.actions.intake import take_in
from alongside.bridges.adapters.feed import Feed
from alongside.bridges.followers.running import follow_tools
from alongside.bridges.models import Presence
from alongside.bridges.port import Arrived, Batch, InvitedIn, Reach, RoomSeen
from alongside.conversations.models import Message, Room
from tests.bridges.feed.blog import Blog
from tests.bridges.feed.conftest import Time


@pytest.fixture
def running(  # noqa: PLR0917 (each is a fixture)
    transactional_db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blog: Blog, time: Time
) -> Iterator[Blog]:
    """A room of this blog, whose members asked Alongside to remember it."""
    del transactional_db, time  # it stands still before anything begins
    settings.HOME = tmp_path
    monkeypatch.setattr(Feed, "seconds_between_rounds", 0.1)
    bridge = connect(None, kind="feed", key="feed", name="Feeds", given={"minutes": "30"})
    told: tuple[RoomSeen, InvitedIn] = (
        RoomSeen(source_id=blog.feed, name=blog.feed, reach=Reach.WORLD, members=()),
        InvitedIn(room=blog.feed),
    )
    arrived = (Arrived(remote_id="followed", event=told[0]), Arrived(remote_id="asked in", event=told[1]))
    take_in(None, bridge_id=bridge.bridge_id, connection_id=bridge.connection_id, batch=Batch(arrived=arrived))
    stopping = threading.Event()
    thread = threading.Thread(target=follow_tools, args=(stopping,), daemon=True)
    thread.start()
    until(lambda: Presence.objects.filter(is_there=True).update(listens="remembers") == 1)
    yield blog
    stopping.set()
    thread.join(20)


def until(is_so: Callable[[], bool]) -> None:
    ends = real_time.monotonic() + 45
    while not is_so():
        assert real_time.monotonic() < ends, list(Message.objects.values_list("source_id", "text"))
        real_time.sleep(0.05)


def test_a_blog_flows_into_its_room(running: Blog, time: Time) -> None:
    until(lambda: Room.objects.filter(name="Bees and Books").exists())
    post = running.publish("How to calm a hive", "Smoke helps.", author="Ana Moreau", date=time.now)
    time.passes(hours=1)
    until(Message.objects.exists)
    (message,) = Message.objects.all()
    assert (message.text, message.author.name, message.url) == (
        "Smoke helps.",
        "Ana Moreau",
        f"{running.at}/{post.guid}",
    )
    assert message.conversation.title == "How to calm a hive"
    assert unscoped_audience(message.audience_id).kind is Kind.WORLD

    running.edit(post, body="Patience helps.")
    time.passes(hours=1)
    until(lambda: Message.objects.filter(text="Patience helps.").exists())
    running.publish("Two", date=time.now)
    time.passes(hours=1)
    until(lambda: Message.objects.count() == 2)

    running.gone()
    time.passes(hours=1)
    until(lambda: not Presence.objects.filter(is_there=True).exists())
    assert Message.objects.count() == 2

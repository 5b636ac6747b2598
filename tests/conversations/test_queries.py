"""What an index proposed is read once, however long it is."""

from pathlib import Path

import pytest
from tests.archives.store import bring, header, note, people, room, write
from tests.home import a_home

from alongside.conversations import queries
from alongside.conversations.models import Conversation, Message
from alongside.conversations.queries import confirmed
from alongside.people.models import Account
from alongside.people.queries import unscoped_viewer_with_address
from alongside.people.rules import Viewer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rooms(tmp_path: Path, settings: object) -> None:
    a_home(settings, tmp_path / "home")
    rooms = [room("office"), room("leads", audience="members", members=["ana"])]
    long = [note(f"o{place}", f"Word {place}.", place, to="office", context="long") for place in range(9)]
    short = [
        note(f"s{place}", f"Short {place}.", 50 + place, to="office", context="short", helped=True)
        for place in range(2)
    ]
    closed = [note("c1", "Kingfisher.", 99, to="leads", context="closed")]
    bring(write(tmp_path / "a.jsonl", [header(), *people(), *rooms, *long, *short, *closed]), is_try_out=True)


def who(name: str) -> Viewer:
    return unscoped_viewer_with_address(f"{name}@example.org")


def rows() -> list[int]:
    return list(Conversation.objects.order_by("-pk").values_list("pk", flat=True))


@pytest.mark.parametrize("name", ["ana", "ben", "gus"])
@pytest.mark.parametrize("each", [1, 3, 400])
def test_long_conversations_are_cut_the_same_whichever_way_they_are_read(
    monkeypatch: pytest.MonkeyPatch, name: str, each: int
) -> None:
    plainly = confirmed(who(name), rows(), each)
    monkeypatch.setattr(queries, "_PLAINLY", 4)
    assert confirmed(who(name), rows(), each) == plainly
    assert [one.conversation_id for one in plainly] == [
        row for row in rows() if row in {one.conversation_id for one in plainly}
    ]
    assert all(len(one.messages) <= each for one in plainly)
    assert all(one.messages[0].text in {"Word 0.", "Short 0.", "Kingfisher."} for one in plainly)


def test_who_paused_is_left_out_whichever_way_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    began = Message.objects.get(source_id="o0").author_id
    others = Account.objects.exclude(pk=began)
    Message.objects.filter(source_id__in=["o3", "o4"]).update(author_id=others.order_by("pk")[0].pk)
    Account.objects.filter(pk=began).update(is_paused=True)
    plainly = confirmed(who("cleo"), rows(), 3)
    assert [message.text for one in plainly for message in one.messages if one.source_id == "long"] == [
        "Word 3.",
        "Word 4.",
    ]
    monkeypatch.setattr(queries, "_PLAINLY", 4)
    assert confirmed(who("cleo"), rows(), 3) == plainly


def test_each_is_given_what_they_may_read_with_its_times() -> None:
    assert {one.source_id for one in confirmed(who("ana"), rows())} == {"long", "short", "closed"}
    assert {one.source_id for one in confirmed(who("ben"), rows())} == {"long", "short"}
    assert confirmed(who("gus"), rows()) == []
    (short,) = [one for one in confirmed(who("ben"), rows()) if one.source_id == "short"]
    assert [one.said_at for one in short.messages] == [short.started_at, short.last_said_at]
    assert all(one.said_at.tzinfo for one in short.messages)
    assert [one.helped for one in short.messages] == [True, True]

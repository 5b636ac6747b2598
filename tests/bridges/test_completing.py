"""What a webhook could not know of our own posts is asked of the tool once, before it is acted on; and whatever the tool
says to that, nothing that somebody said is lost.
"""

from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from alongside.bridges.actions.connecting import connect
from alongside.bridges.actions.intake import take_in
from alongside.bridges.followers.running import work_off_now
from alongside.bridges.models import Arrival
from alongside.bridges.port import (
    AccountSeen,
    Anything,
    Arrived,
    Batch,
    Can,
    Commanded,
    InvitedIn,
    Permanent,
    Post,
    Reach,
    Reacted,
    RoomSeen,
    Said,
    Sent,
    Sign,
    Temporary,
)
from alongside.bridges.queries import BridgeFacts
from alongside.bridges.registry import ADAPTERS
from alongside.bridges.rules import MOST_TRIES_TO_COMPLETE
from alongside.bridges.sealed import opened
from alongside.kit import clock
from tests.bridges.test_hooks import Silent

pytestmark = pytest.mark.django_db
REACTED = Reacted(room="", source_id="ours", account="ana", sign=Sign.HELPED)


class Unsure(Silent):
    """What it is asked, and what it says to that: an exception, or nothing, and then what our post carried."""

    kind: ClassVar[str] = "unsure"
    tool: ClassVar[str] = "unsure"
    can: ClassVar[frozenset[Can]] = frozenset({Can.DIRECT})
    asked: ClassVar[list[Anything]] = []
    says: ClassVar[list[Exception]] = []
    told: ClassVar[list[Post]] = []

    async def completed(self, event: Anything) -> Anything:
        Unsure.asked.append(event)
        if Unsure.says:
            raise Unsure.says.pop(0)
        return msgspec.structs.replace(event, about="n:not-there")

    async def send(self, post: Post) -> Sent:
        Unsure.told.append(post)
        return Sent()


@pytest.fixture
def unsure(home: Path, monkeypatch: pytest.MonkeyPatch) -> BridgeFacts:
    del home
    monkeypatch.setitem(ADAPTERS, Unsure.kind, f"{__name__}:{Unsure.__name__}")
    for kept in (Unsure.asked, Unsure.says, Unsure.told):
        kept.clear()
    return connect(None, kind="unsure", key="one", name="Unsure", given={})


def comes(bridge: BridgeFacts, *events: Anything, is_to_complete: bool) -> None:
    arrived = tuple(Arrived(remote_id=f"e{number}", event=event) for number, event in enumerate(events))
    take_in(
        None, bridge_id=bridge.bridge_id, connection_id=bridge.connection_id, batch=Batch(arrived=arrived),
        is_to_complete=is_to_complete,
    )  # fmt: skip


def works(bridge: BridgeFacts) -> None:
    work_off_now(bridge, opened(bridge))


def answers() -> list[str]:
    return [" ".join(one.body.lines) for one in Unsure.told]


NOT_THERE = "It is not there any more, so nothing was said of it."


def test_what_a_webhook_brought_is_asked_about_once_and_acted_on_as_what_it_is(unsure: BridgeFacts) -> None:
    comes(unsure, REACTED, is_to_complete=True)
    for _again in range(2):
        works(unsure)
    assert Unsure.asked == [REACTED]
    assert answers() == [NOT_THERE]


def test_what_came_by_its_own_line_is_not_asked_about(unsure: BridgeFacts) -> None:
    comes(unsure, REACTED, is_to_complete=False)
    works(unsure)
    assert Unsure.asked == []
    assert answers() == []


def test_a_tool_that_is_busy_is_asked_again_and_what_came_after_waits(
    unsure: BridgeFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    Unsure.says.append(Temporary("Slower, please.", 30))
    comes(unsure, REACTED, AccountSeen(source_id="bo", name="Bo"), is_to_complete=True)
    works(unsure)
    assert list(Arrival.objects.order_by("id").values_list("state", flat=True)) == ["new", "new"]
    assert answers() == []
    later = clock.now() + timedelta(seconds=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    works(unsure)
    assert answers() == [NOT_THERE]
    assert not Arrival.objects.filter(state="new").exists()


def test_one_that_stays_busy_is_asked_no_more_and_nothing_is_left_behind(
    unsure: BridgeFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    Unsure.says += [Temporary("Slower, please.")] * 100
    comes(unsure, REACTED, is_to_complete=True)
    now = clock.now()
    for tries in range(MOST_TRIES_TO_COMPLETE + 2):
        monkeypatch.setattr(clock, "now", lambda tries=tries: now + timedelta(minutes=tries))
        works(unsure)
    assert len(Unsure.asked) == MOST_TRIES_TO_COMPLETE
    assert Arrival.objects.get().state == "done"


@pytest.mark.parametrize("refusal", [Permanent("There is no such message."), ValueError("broken")])
def test_where_it_cannot_be_known_the_event_is_acted_on_as_it_came(unsure: BridgeFacts, refusal: Exception) -> None:
    Unsure.says.append(refusal)
    comes(unsure, REACTED, is_to_complete=True)
    works(unsure)
    assert len(Unsure.asked) == 1
    assert answers() == []
    assert Arrival.objects.get().state == "done"


def test_a_connection_that_is_over_ends_the_line_and_keeps_what_came(unsure: BridgeFacts) -> None:
    Unsure.says.append(Permanent("The token was revoked.", is_of_connection=True))
    comes(unsure, REACTED, is_to_complete=True)
    with pytest.raises(Permanent):
        works(unsure)
    assert Arrival.objects.get().state == "new"
    works(unsure)
    assert answers() == [NOT_THERE]


def test_an_adapter_that_breaks_at_a_thread_goes_on_with_the_next_act(
    unsure: BridgeFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“keep” on what is not here asks the tool for the thread; before, the line broke at the same act again and again."""

    async def broken(_self: Unsure, room: str, context: str) -> list[Said]:
        raise ValueError(room, context)

    monkeypatch.setattr(Unsure, "thread", broken)
    monkeypatch.setattr(Unsure, "can", frozenset({Can.DIRECT, Can.HISTORY, Can.THREAD}))
    comes(
        unsure,
        AccountSeen(source_id="ana", name="Ana"),
        RoomSeen(source_id="r1", name="help", reach=Reach.ORGANISATION, members=("ana",)),
        InvitedIn(room="r1", by="ana"),
        Commanded(account="ana", words="keep", room="r1", context="c1", message="c1"),
        Commanded(account="ana", words="help"),
        is_to_complete=False,
    )
    works(unsure)
    assert not Arrival.objects.filter(state="new").exists()
    assert [post.body.title for post in Unsure.told if post.account == "ana"]

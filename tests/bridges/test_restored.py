"""After a backup took the store's place: what was said since is taken in again, and nobody is answered a second time."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from alongside.bridges.actions import connecting
from alongside.bridges.actions.flowing import let_flow
from alongside.bridges.actions.intake import BroughtBack, take_in
from alongside.bridges.followers import running
from alongside.bridges.followers.handling import handle_due
from alongside.bridges.models import Arrival, Bridge
from alongside.bridges.port import Arrived, Batch, Commanded, Reacted, Said, Sign
from alongside.bridges.queries import unscoped_bridge
from alongside.bridges.registry import ADAPTERS
from alongside.bridges.rules import ON_ITS_WAY, was_before_restore
from alongside.conversations.models import Helped, Message, Room
from alongside.kit import clock
from alongside.letters.models import Delivery
from alongside.notes.models import Note
from alongside.people.actions.uses import note_restore
from alongside.people.models import Account
from alongside.people.queries import unscoped_restore
from alongside.people.rules import Restore
from tests.bridges import tools
from tests.bridges.test_acts import remembered
from tests.bridges.test_running import process, until
from tests.bridges.tools import Once, connected
from tests.bridges.world import HOTLINE, World, words_of

pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
QUESTION = "how do you calm a caller who threatens to cancel?"
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 (as good as any)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_only_what_lies_between_the_backup_and_its_coming_back_was_before(
    at: datetime, to: datetime, restored: datetime
) -> None:
    assert not was_before_restore(at, None)
    is_between = to - ON_ITS_WAY <= at < restored
    assert was_before_restore(at, Restore(restored, to)) == is_between


def restored(monkeypatch: pytest.MonkeyPatch, *, after: timedelta = timedelta(hours=5)) -> None:
    """The store is one of a moment ago, and `after` has passed since."""
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + after)
    note_restore(None, made_at=now)


def told_again(world: World, arrived: Arrived) -> None:
    """As the tool gives it from the backup's cursor."""
    world.comes(Arrived(remote_id=f"again {arrived.remote_id}", event=arrived.event))


def test_what_was_asked_since_the_backup_is_not_answered_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    remembered(world)
    asked = [
        world.chat.say("cy", f"@alongside {QUESTION}", room=HOTLINE),
        world.chat.say("cy", "@alongside ask in #hotline: Who knows the new export?", room=HOTLINE),
        world.chat.say("cy", "Today I learned that the export has an undo."),
        world.chat.say("cy", "pause"),
    ]
    before = len(world.chat.tool_file.everything())
    restored(monkeypatch)
    for one in asked:
        told_again(world, one)
    assert len(world.chat.tool_file.everything()) == before
    assert not Note.objects.exists()
    assert not Account.objects.get(source_id="cy").is_paused
    assert not Arrival.objects.filter(state="new").exists()
    assert not any(b"export" in bytes(row.body) for row in Arrival.objects.all())


def test_what_was_said_since_is_taken_in_again_and_nobody_is_told_of_it_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.invite()
    world.write("cy", "ask in #hotline: Who knows the new export?")
    thread = world.said_in()[-1].id
    answer = world.chat.say("bo", "I do; write to me.", room=HOTLINE, context=thread)
    restored(monkeypatch)
    told = len(world.written_to("cy"))
    told_again(world, answer)
    assert Message.objects.filter(text="I do; write to me.").exists()
    assert len(world.written_to("cy")) == told
    late = world.chat.say("bo", "And so does Ana.", room=HOTLINE, context=thread)
    said = late.event
    assert isinstance(said, Said)
    world.comes(Arrived(remote_id="late", event=structs.replace(said, said_at=clock.now())))
    assert "And so does Ana." in words_of(world.written_to("cy")[-1])


def test_what_is_asked_after_it_came_back_is_answered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    remembered(world)
    restored(monkeypatch)
    for at in (clock.now(), clock.now() - timedelta(days=9000)):  # a clock that was never set is no sign of a backup
        event = world.chat.say("cy", f"@alongside {QUESTION}", room=HOTLINE).event
        assert isinstance(event, Said)
        world.comes(Arrived(remote_id=f"asked {at}", event=structs.replace(event, said_at=at)))
    assert sum("Name the feeling first" in words_of(one) for one in world.whispers("cy")) == 2
    world.comes(Arrived(remote_id="command", event=Commanded(account="cy", words=QUESTION, room=HOTLINE)))
    assert sum("Name the feeling first" in words_of(one) for one in world.whispers("cy")) == 3


def test_a_reaction_that_the_tool_tells_again_is_a_fact_of_its_message_and_no_act_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, answer = remembered(world)
    at = clock.now() + timedelta(minutes=1)
    restored(monkeypatch)
    before = len(world.whispers("cy"))
    world.happens(Reacted(room=HOTLINE, source_id=question, account="cy", sign=Sign.KEEP, at=at))
    assert len(world.whispers("cy")) == before
    world.happens(Reacted(room=HOTLINE, source_id=answer, account="bo", sign=Sign.HELPED, at=at))
    assert Helped.objects.count() == 1


def test_a_blogs_posts_since_are_taken_in_again_and_not_told_in_the_room_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.invite()
    ana, room = Account.objects.get(source_id="ana"), Room.objects.get(source_id=HOTLINE)
    let_flow(None, address="https://ana.example/feed", title="Ana’s blog", account_id=ana.pk, room_id=room.pk)
    feeds = unscoped_bridge(Bridge.objects.get(kind="feed").pk)
    posted = Said(
        source_id="1", room="https://ana.example/feed", account="https://ana.example/feed", html="<p>Hives</p>", text="Hives",
        said_at=clock.now() + timedelta(minutes=1), context="1", url="https://ana.example/1",
    )  # fmt: skip
    restored(monkeypatch)
    world.happens(posted, bridge=feeds)
    while handle_due(None, bridge=feeds, can=frozenset()).count:
        pass
    assert Message.objects.filter(text="Hives").exists()
    assert not Delivery.objects.exists()
    assert len(world.said_in()) == 1


# Where a line goes on from


@pytest.fixture
def bridge(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    del home
    monkeypatch.setitem(ADAPTERS, Once.kind, tools.KINDS[Once.kind])
    (tmp_path / "said").write_text("0", "utf-8")
    return connected(Once.kind, tmp_path).bridge_id


def test_a_line_that_was_open_when_the_store_changed_does_not_move_its_place(bridge: int) -> None:
    facts, before = unscoped_bridge(bridge), unscoped_restore()
    take_in(None, bridge_id=bridge, connection_id=facts.connection_id, batch=Batch(cursor="3"), restore=before)
    note_restore(None, made_at=clock.now())
    seen = Arrived(remote_id="x", event=Commanded(account="bo", words="help"))
    batch = Batch(arrived=(seen,), cursor="9")
    with pytest.raises(BroughtBack):
        take_in(None, bridge_id=bridge, connection_id=facts.connection_id, batch=batch, restore=before)
    assert unscoped_bridge(bridge).cursor == "3"
    assert not Arrival.objects.filter(state="new").exists()


@pytest.mark.django_db(transaction=True)
def test_such_a_line_is_opened_anew_from_the_backups_place_and_that_is_no_problem(
    bridge: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty things are heard; then the store is one in which five were."""
    for module in (running, connecting):
        monkeypatch.setattr(module, "LEASED_FOR", timedelta(seconds=0.6))
    monkeypatch.setattr(running, "FIRST_PAUSE", 0.05)
    (tmp_path / "said").write_text("20", "utf-8")
    with process("one"):
        until(
            lambda: unscoped_bridge(bridge).cursor == "20" and not Arrival.objects.filter(state="new").exists(), "heard"
        )
        Message.objects.all().delete()
        Arrival.objects.all().delete()
        Bridge.objects.filter(pk=bridge).update(cursor="5")
        note_restore(None, made_at=clock.now() - timedelta(days=1))
        until(lambda: Message.objects.count() >= len([row for row in range(5, 20) if row % 5]), "told again")
    assert Bridge.objects.get(pk=bridge).problem == ""

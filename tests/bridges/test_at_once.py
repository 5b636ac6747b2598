"""Two processes at once at the same inbox and outbox, because a lease was lost half-way: real connections to the store,
and each thing is done once.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from alongside.bridges.actions.intake import take_in
from alongside.bridges.followers import handling
from alongside.bridges.followers.handling import handle_due
from alongside.bridges.models import Arrival
from alongside.bridges.port import Batch
from alongside.bridges.queries import BridgeFacts, NewArrival, unscoped_new_arrivals
from alongside.bridges.registry import ADAPTERS
from alongside.conversations.models import Message
from alongside.letters.actions import claim, mark_sent, put_out
from alongside.letters.models import Delivery
from alongside.letters.queries import Claimed
from alongside.letters.rules import Because
from alongside.notes.models import Note
from tests.bridges import tools
from tests.bridges.tools import Once, connected, heard

pytestmark = pytest.mark.django_db(transaction=True)
SAID = 40
PATIENCE = 30.0


@pytest.fixture
def bridge(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> BridgeFacts:
    (tmp_path / "home").mkdir()
    settings.HOME = tmp_path / "home"
    for kind, named in tools.KINDS.items():
        monkeypatch.setitem(ADAPTERS, kind, named)
    (tmp_path / "said").write_text(str(SAID), "utf-8")
    connection_of = connected(Once.kind, tmp_path)
    batch = Batch(arrived=tuple(heard(tmp_path)), cursor=str(SAID))
    assert take_in(None, bridge_id=connection_of.bridge_id, connection_id=connection_of.connection_id, batch=batch)
    return connection_of


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """Each in a thread with a connection of its own; what they gave, and what they raised is raised here."""
    given: list[Any] = [None] * len(work)
    raised: list[BaseException] = []

    def run(number: int) -> None:
        try:
            given[number] = work[number]()
        except BaseException as error:  # noqa: BLE001 (raised again below)
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    if raised:
        raise raised[0]
    return given


def test_two_that_deal_with_the_same_arrivals_do_each_once(
    bridge: BridgeFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read all of the inbox before either does anything, which is the worst that a lost lease can bring."""
    both_have_read = threading.Barrier(2, timeout=PATIENCE)

    def read(bridge_id: int, now: datetime, limit: int) -> Sequence[NewArrival]:
        rows = unscoped_new_arrivals(bridge_id, now, limit)
        assert len(rows) == SAID
        both_have_read.wait()
        return rows

    monkeypatch.setattr(handling, "unscoped_new_arrivals", read)
    at_once(*[lambda: handle_due(None, bridge=bridge, can=Once.can)] * 2)
    assert sorted(Message.objects.values_list("source_id", flat=True)) == sorted(
        f"m{row}" for row in range(SAID) if row % 5
    )
    assert Note.objects.count() == len(range(5, SAID, 10))
    assert Delivery.objects.count() == len(range(0, SAID, 5)) + 1
    assert not Arrival.objects.exclude(state="done").exists()
    assert not Arrival.objects.filter(tries__gt=0).exists()  # none was in the way of anything


def test_what_one_has_dealt_with_meanwhile_the_other_leaves(
    bridge: BridgeFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = unscoped_new_arrivals(bridge.bridge_id, Arrival.objects.latest("due_at").due_at, SAID)
    while handle_due(None, bridge=bridge, can=Once.can).count:
        pass
    notes, letters = Note.objects.count(), Delivery.objects.count()
    assert notes
    monkeypatch.setattr(handling, "unscoped_new_arrivals", lambda *_: stale)
    assert handle_due(None, bridge=bridge, can=Once.can).count == SAID
    assert (Note.objects.count(), Delivery.objects.count()) == (notes, letters)
    assert Arrival.objects.filter(state="done").count() == Arrival.objects.count()


def in_the_outbox(bridge: BridgeFacts, number: int) -> None:
    Delivery.objects.all().delete()
    for row in range(number):
        put_out(None, connection_id=bridge.connection_id, key=f"key {row}", post=b"{}", because=Because.ANSWER)


@pytest.mark.parametrize("is_idempotent", [True, False])
def test_no_delivery_is_claimed_by_two(bridge: BridgeFacts, is_idempotent: bool) -> None:  # noqa: FBT001
    in_the_outbox(bridge, 60)

    def claimed() -> list[Claimed]:
        mine: list[Claimed] = []
        while some := claim(None, connection_id=bridge.connection_id, is_idempotent=is_idempotent):
            mine += some
            for one in some:
                mark_sent(None, delivery_id=one.delivery_id)
        return mine

    one, other = at_once(claimed, claimed)
    ids = [each.delivery_id for each in (*one, *other)]
    assert len(ids) == len(set(ids)) == 60 - Delivery.objects.count()
    assert not any(each.may_be_second for each in (*one, *other))


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="the embedded store has one writer at a time")
def test_who_claims_while_another_does_gets_other_deliveries_and_does_not_wait(bridge: BridgeFacts) -> None:
    in_the_outbox(bridge, 30)
    has_claimed, may_end = threading.Event(), threading.Event()

    def first() -> set[int]:
        with transaction.atomic():
            mine = claim(None, connection_id=bridge.connection_id, is_idempotent=True)
            has_claimed.set()
            assert may_end.wait(PATIENCE)
        return {one.delivery_id for one in mine}

    def second() -> set[int]:
        assert has_claimed.wait(PATIENCE)
        mine = claim(None, connection_id=bridge.connection_id, is_idempotent=True)
        may_end.set()  # only now: had it waited for the first, neither would ever end
        return {one.delivery_id for one in mine}

    one, other = at_once(first, second)
    assert (len(one), len(other)) == (20, 10)
    assert not one & other

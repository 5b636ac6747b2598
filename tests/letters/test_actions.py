"""The outbox: one key is said once, a claim is one process's, what is uncertain is said at most twice."""

from datetime import timedelta

import pytest

from alongside.kit import clock
from alongside.kit.refused import Refused
from alongside.letters.actions import (
    FAILED_FOR,
    claim,
    give_up,
    give_up_all_for,
    leave_unsaid,
    mark_not_sent,
    mark_sent,
    put_out,
    release,
    trim,
)
from alongside.letters.models import Delivery
from alongside.letters.queries import unscoped_is_anything_due, unscoped_resting_on, unscoped_waiting
from alongside.letters.rules import CLAIMED_FOR, Because
from alongside.people.models import Account, Connection
from alongside.search.grounds import Ground, Of, of_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return Connection.objects.create(tool="slack", key="acme", name="Acme")


def put(connection: Connection, key: str = "one", account: Account | None = None) -> None:
    put_out(
        None,
        connection_id=connection.pk,
        key=key,
        post=b"{}",
        because=Because.ANSWER,
        account_id=account.pk if account else None,
    )


def time_passes(monkeypatch: pytest.MonkeyPatch, span: timedelta) -> None:
    moment = clock.now() + span
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_with_one_key_it_is_put_out_once(connection: Connection) -> None:
    put(connection)
    put(connection)
    assert Delivery.objects.count() == 1


def test_what_nobody_asked_for_is_refused(connection: Connection) -> None:
    with pytest.raises(Refused, match="Nobody asked for this"):
        put_out(None, connection_id=connection.pk, key="x", post=b"", because="a reminder")  # type: ignore[arg-type]


def test_what_is_claimed_is_nobody_elses_until_the_claim_is_over(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(connection)
    assert len(claim(None, connection_id=connection.pk, is_idempotent=False)) == 1
    assert claim(None, connection_id=connection.pk, is_idempotent=False) == []
    time_passes(monkeypatch, CLAIMED_FOR * 2)
    again = claim(None, connection_id=connection.pk, is_idempotent=False)
    assert [one.may_be_second for one in again] == [True]
    time_passes(monkeypatch, CLAIMED_FOR * 2)
    assert claim(None, connection_id=connection.pk, is_idempotent=False) == []
    assert "it was tried twice" in unscoped_waiting(connection.pk).problems[0]


def test_where_a_tool_posts_once_for_one_key_a_killed_send_is_no_second_one(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(connection)
    for _ in range(4):
        assert [one.may_be_second for one in claim(None, connection_id=connection.pk, is_idempotent=True)] == [False]
        time_passes(monkeypatch, CLAIMED_FOR * 2)


def test_once_sent_nothing_is_remembered(connection: Connection) -> None:
    put(connection)
    [one] = claim(None, connection_id=connection.pk, is_idempotent=False)
    mark_sent(None, delivery_id=one.delivery_id)
    assert not Delivery.objects.exists()


def test_what_failed_now_is_due_later_and_does_not_hold_up_the_next(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(connection, "first")
    [one] = claim(None, connection_id=connection.pk, is_idempotent=False)
    mark_not_sent(
        None, delivery_id=one.delivery_id, reason="busy", is_uncertain=False, is_idempotent=False, retry_after=30
    )
    put(connection, "second")
    assert len(claim(None, connection_id=connection.pk, is_idempotent=False)) == 1
    assert not unscoped_is_anything_due(connection.pk, clock.now())
    time_passes(monkeypatch, timedelta(seconds=31))
    assert [row.may_be_second for row in claim(None, connection_id=connection.pk, is_idempotent=False)] == [False]
    mark_not_sent(None, delivery_id=10**9, reason="gone meanwhile", is_uncertain=True, is_idempotent=False)


def test_uncertain_twice_it_is_given_up_without_its_words(connection: Connection) -> None:
    account = Account.objects.create(connection=connection, source_id="ana", name="Ana")
    put(connection, account=account)
    for _ in range(2):
        Delivery.objects.update(due_at=clock.now())
        [one] = claim(None, connection_id=connection.pk, is_idempotent=False)
        mark_not_sent(
            None, delivery_id=one.delivery_id, reason="the line broke", is_uncertain=True, is_idempotent=False
        )
    row = Delivery.objects.get()
    assert (row.state, bytes(row.post), row.account_id, row.problem) == ("failed", b"", None, "the line broke")


def test_what_was_not_tried_because_the_process_ended_is_due_at_once(connection: Connection) -> None:
    put(connection)
    [one] = claim(None, connection_id=connection.pk, is_idempotent=False)
    release(None, delivery_ids=[one.delivery_id])
    assert [row.may_be_second for row in claim(None, connection_id=connection.pk, is_idempotent=False)] == [False]


def test_who_cannot_be_reached_is_not_tried_again_and_old_failures_go(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account.objects.create(connection=connection, source_id="ana", name="Ana")
    put(connection, account=account)
    give_up_all_for(None, account_id=account.pk, reason="It came back: no such address")
    assert not unscoped_waiting(connection.pk).is_waiting
    trim(None)
    assert Delivery.objects.count() == 1
    time_passes(monkeypatch, FAILED_FOR * 2)
    trim(None)
    assert not Delivery.objects.exists()
    give_up(None, delivery_id=1, reason="nothing there")


SAID = of_message(7, "The zitherwood stands in the cellar.", 3)


def put_resting(connection: Connection, *grounds: Ground, otherwise: bytes = b"") -> None:
    put_out(
        None,
        connection_id=connection.pk,
        key="one",
        post=b"words",
        because=Because.ANSWER,
        rests_on=grounds,
        otherwise=otherwise,
    )


def test_what_it_rests_on_comes_back_with_what_is_claimed(connection: Connection) -> None:
    put_resting(connection, SAID)
    [one] = claim(None, connection_id=connection.pk, is_idempotent=False)
    assert one.rests_on == (SAID,)


def test_what_does_not_stand_any_more_is_given_up_and_what_is_said_instead_goes_once(connection: Connection) -> None:
    put_resting(connection, SAID, otherwise=b"something changed")
    [one] = claim(None, connection_id=connection.pk, is_idempotent=False)
    for _time in range(2):
        leave_unsaid(None, delivery_id=one.delivery_id, reason="It changed.")
    given_up, instead = Delivery.objects.order_by("id")
    assert (given_up.problem, bytes(given_up.post), bytes(given_up.otherwise), given_up.rests_on) == (
        "It changed.", b"", b"", [],
    )  # fmt: skip
    assert (bytes(instead.post), instead.rests_on) == (b"something changed", [])
    [due] = claim(None, connection_id=connection.pk, is_idempotent=False)
    assert due.delivery_id == instead.pk


def test_where_nothing_is_said_instead_nothing_is_put_out(connection: Connection) -> None:
    put_resting(connection, SAID)
    leave_unsaid(None, delivery_id=Delivery.objects.get().pk, reason="It changed.")
    assert Delivery.objects.get().problem == "It changed."


def test_whose_words_wait_is_known_as_long_as_they_wait(connection: Connection) -> None:
    put_resting(connection, SAID, Ground(Of.NOTE, 5))
    here = [Delivery.objects.get().pk]
    assert unscoped_resting_on([3], []) == here
    assert unscoped_resting_on([], [5]) == here
    assert unscoped_resting_on([7, 5], [7, 3]) == []
    give_up(None, delivery_id=here[0], reason="gone")
    assert unscoped_resting_on([3], [5]) == []

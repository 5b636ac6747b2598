"""The outbox. `put_out` is the only way out of Alongside into a tool; a contract holds it."""

from collections.abc import Collection
from dataclasses import astuple
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from alongside.kit import clock
from alongside.kit.durable import durable
from alongside.kit.refused import Refused
from alongside.letters.models import Delivery
from alongside.letters.queries import Claimed, unscoped_grounds_of, unscoped_is_anything_due
from alongside.letters.rules import CLAIMED_FOR, Because, State, after_failure, is_too_uncertain, may_go_out
from alongside.search.grounds import Ground

# A failed delivery holds words for somebody; it is kept without them, for the connection's page, and not for long.
FAILED_FOR = timedelta(days=7)
CLAIMED_AT_ONCE = 20


def put_out(
    _actor: None,
    *,
    connection_id: int,
    key: str,
    post: bytes,
    because: Because,
    account_id: int | None = None,
    rests_on: Collection[Ground] = (),
    otherwise: bytes = b"",
) -> None:
    """Something for a tool, in the transaction of what it follows from. Said with one key it is said once.

    `rests_on`: it goes as long as all of that stands, and after that `otherwise` does, which has no word of others.
    Raises Refused for what may not go out.
    """
    if not may_go_out(because):
        raise Refused("Nobody asked for this, so it is not sent.")
    now = clock.now()
    Delivery.objects.bulk_create(
        [
            Delivery(
                connection_id=connection_id, key=key, account_id=account_id, because=because.value, post=post,
                rests_on=[astuple(one) for one in rests_on], otherwise=otherwise, made_at=now, due_at=now,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def claim(_actor: None, *, connection_id: int, is_idempotent: bool) -> list[Claimed]:
    """What is due, oldest first, for this process alone until CLAIMED_FOR is over. What another process had claimed
    and did not finish may have got through: it counts as uncertain, unless the tool posts once for one key. There one
    is claimed at a time, so that none is uncertain that was not tried.
    """
    now = clock.now()
    if not unscoped_is_anything_due(connection_id, now):  # looked at many times a second: that takes no lock
        return []
    limit = CLAIMED_AT_ONCE if is_idempotent else 1
    with transaction.atomic() if is_idempotent else durable():
        due = Delivery.objects.filter(connection_id=connection_id, due_at__lte=now).exclude(state=State.FAILED.value)
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        rows = list(due.order_by("id")[:limit])
        mine = Delivery.objects.filter(pk__in=[row.pk for row in rows])
        for row in rows:
            if row.state == State.SENDING.value and not is_idempotent:
                row.times_uncertain += 1
                row.save(update_fields=["times_uncertain"])
        mine.update(state=State.SENDING.value, tries=F("tries") + 1, due_at=now + CLAIMED_FOR)
        for row in rows:
            if is_too_uncertain(row.times_uncertain):
                give_up(None, delivery_id=row.pk, reason="Nobody can know whether it arrived; it was tried twice.")
    return [
        Claimed(
            row.pk,
            bytes(row.post),
            Because(row.because),
            row.account_id,
            row.times_uncertain > 0,
            unscoped_grounds_of(row.rests_on),
        )
        for row in rows
        if not is_too_uncertain(row.times_uncertain)
    ]


def mark_sent(_actor: None, *, delivery_id: int) -> None:
    """Gone: nothing is remembered of it."""
    Delivery.objects.filter(pk=delivery_id).delete()


def mark_not_sent(
    _actor: None,
    *,
    delivery_id: int,
    reason: str,
    is_uncertain: bool,
    is_idempotent: bool,
    retry_after: float | None = None,
) -> None:
    """It did not go through now; it is tried again, or given up (then without its words)."""
    row = Delivery.objects.filter(pk=delivery_id).first()
    if row is None:
        return
    row.times_uncertain += is_uncertain and not is_idempotent
    then = after_failure(
        now=clock.now(),
        made_at=row.made_at,
        tries=row.tries,
        times_uncertain=row.times_uncertain,
        is_uncertain=is_uncertain,
        is_idempotent=is_idempotent,
        retry_after=retry_after,
    )
    if then.is_given_up:
        give_up(None, delivery_id=delivery_id, reason=reason)
        return
    row.state, row.due_at, row.problem = State.DUE.value, then.due_at, reason[:500]
    row.save(update_fields=["state", "due_at", "problem", "times_uncertain"])


def give_up(_actor: None, *, delivery_id: int, reason: str) -> None:
    """It will not go through. Why is kept, for the connection's page; for whom and what is not."""
    Delivery.objects.filter(pk=delivery_id).update(
        state=State.FAILED.value, problem=reason[:500], post=b"", rests_on=[], otherwise=b"", account_id=None
    )


def leave_unsaid(_actor: None, *, delivery_id: int, reason: str) -> None:
    """What it rests on does not stand any more, so that it is not said; what is said instead is put out, once."""
    with transaction.atomic():
        row = Delivery.objects.filter(pk=delivery_id).exclude(state=State.FAILED.value).first()
        if row is None:
            return
        give_up(None, delivery_id=delivery_id, reason=reason)
        because = Because(row.because)  # what is said instead is said for the same reason
        if row.otherwise:
            put_out(
                None,
                connection_id=row.connection_id,
                key=f"unsaid-{row.key}"[:200],
                post=bytes(row.otherwise),
                because=because,
                account_id=row.account_id,
            )


def give_up_all_for(_actor: None, *, account_id: int, reason: str) -> None:
    """What waits for somebody who cannot be reached: an address that does not exist any more."""
    for row in Delivery.objects.filter(account_id=account_id).exclude(state=State.FAILED.value):
        give_up(None, delivery_id=row.pk, reason=reason)


def release(_actor: None, *, delivery_ids: Collection[int]) -> None:
    """Claimed and not tried, because the process ends: due again at once, and not uncertain."""
    rows = list(Delivery.objects.filter(pk__in=delivery_ids, state=State.SENDING.value))
    for row in rows:
        row.state, row.due_at, row.tries = State.DUE.value, clock.now(), row.tries - 1
    Delivery.objects.bulk_update(rows, ["state", "due_at", "tries"])


def trim(_actor: None) -> None:
    """Let go of what failed long ago."""
    long_ago: datetime = clock.now() - FAILED_FOR
    Delivery.objects.filter(state=State.FAILED.value, made_at__lt=long_ago).delete()

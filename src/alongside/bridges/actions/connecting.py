"""Connecting a tool, what an administrator gave for it, and how it is."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from alongside.bridges.models import Bridge
from alongside.bridges.port import Body, Can, Post, encoded
from alongside.bridges.queries import BridgeFacts, unscoped_bridge
from alongside.bridges.registry import adapter_class
from alongside.bridges.rules import LEASED_FOR
from alongside.bridges.sealed import sealed
from alongside.bridges.stopping import address_to_stop
from alongside.kit import clock
from alongside.kit.sealing import with_new_key
from alongside.letters.actions import put_out
from alongside.letters.rules import Because
from alongside.people.actions import keep_connection
from alongside.people.models import Account
from alongside.people.rules import Viewer


def connect(
    actor: Viewer | None, *, kind: str, key: str, name: str, given: Mapping[str, str], connection_id: int | None = None
) -> BridgeFacts:
    """A tool is connected, or connected anew with other settings. `key` is the workspace's own: an archive of the
    same workspace has the same, and its accounts and rooms are then these. Raises UnknownKind.
    """
    of_tool = adapter_class(kind)
    with transaction.atomic():
        if connection_id is None:
            connection_id = keep_connection(None, tool=of_tool.tool, key=key, name=name).pk
        row, _is_new = Bridge.objects.update_or_create(
            connection_id=connection_id,
            defaults={
                "kind": kind,
                "sealed_settings": sealed(given),
                "is_on": True,
                "problem": "",
                "problem_since": None,
                "is_problem_permanent": False,
                "is_owner_told": False,
                "owner_id": actor.person_id if actor else None,
            },
        )
    return unscoped_bridge(row.pk)


def disconnect(_actor: Viewer | None, *, bridge_id: int) -> None:
    """Nothing is listened to and nothing is said any more; the secrets go. What was taken in stays."""
    Bridge.objects.filter(pk=bridge_id).update(
        is_on=False, sealed_settings="", cursor="", leased_by="", leased_until=None
    )


def seal_again(_actor: None) -> int:
    """A new key for what is sealed in the store. How many connections were sealed anew is returned."""
    new = with_new_key(settings.HOME)
    with transaction.atomic():
        rows = list(Bridge.objects.select_for_update().exclude(sealed_settings=""))
        for row in rows:
            row.sealed_settings = new.sealed_again(row.sealed_settings)
        Bridge.objects.bulk_update(rows, ["sealed_settings"])
    return len(rows)


def lease(_actor: None, *, bridge_id: int, process: str) -> bool:
    """Whether this process has the connection now, for LEASED_FOR; asked again and again while it is open."""
    now = clock.now()
    free = Q(leased_by=process) | Q(leased_by="") | Q(leased_until__lt=now) | Q(leased_until__isnull=True)
    mine = Bridge.objects.filter(free, pk=bridge_id, is_on=True)
    return bool(mine.update(leased_by=process, leased_until=now + LEASED_FOR))


def let_go(_actor: None, *, bridge_id: int, process: str) -> None:
    """So that another process need not wait."""
    Bridge.objects.filter(pk=bridge_id, leased_by=process).update(leased_by="", leased_until=None)


def say_it_listens(_actor: None, *, bridge_id: int) -> None:
    """A line that broke is open again. What the tool refused for good ends only when it has taken something."""
    Bridge.objects.filter(pk=bridge_id, is_problem_permanent=False).exclude(problem="").update(
        problem="", problem_since=None
    )


def say_it_works(_actor: None, *, bridge_id: int) -> None:
    Bridge.objects.filter(pk=bridge_id).exclude(problem="").update(
        problem="", problem_since=None, is_problem_permanent=False, is_owner_told=False
    )


def say_problem(_actor: None, *, bridge_id: int, problem: str, is_permanent: bool) -> None:
    """What is wrong with a connection, in one sentence. Its owner is told once of what will not mend itself."""
    with transaction.atomic():
        row = Bridge.objects.select_for_update().select_related("connection").get(pk=bridge_id)
        if row.problem != problem[:500] or row.is_problem_permanent != is_permanent:
            row.problem, row.is_problem_permanent = problem[:500], is_permanent
            row.problem_since = row.problem_since or clock.now()
        if is_permanent and not row.is_owner_told:
            row.is_owner_told = _told(row)
        row.save(update_fields=["problem", "problem_since", "is_problem_permanent", "is_owner_told"])


def own_no_more(actor: Viewer, *, bridge_id: int) -> bool:
    """Whoever connected it is told of it never again. Whether they were until now is returned."""
    mine = Bridge.objects.filter(pk=bridge_id, owner_id=actor.person_id or 0)
    return bool(mine.update(owner=None))


def _told(row: Bridge) -> bool:
    """Through another connection in which its owner has an account; otherwise the page and `check` say it."""
    others = Bridge.objects.filter(is_on=True, is_problem_permanent=False).exclude(pk=row.pk)
    for other in others.order_by("id"):
        account = Account.objects.filter(
            connection_id=other.connection_id, person_id=row.owner_id or 0, is_deactivated=False
        ).first()
        if account is None or Can.DIRECT not in adapter_class(other.kind).can:
            continue
        body = Body(
            title=f"{row.connection.name} is not connected any more",
            lines=(row.problem, "Nothing that was taken in is lost. `alongside check` says how to mend it."),
            foot=(
                "You connected it, so I tell you, once.",
                "“no more of this” in reply, and I tell you of it never again.",
            ),
        )
        key = f"owner-{row.pk}-{clock.now():%Y%m%d%H%M%S}"
        about = f"b:{row.pk}"
        stop = address_to_stop(account.pk, about)
        post = Post(key=key, body=body, account=account.source_id, about=about, stop=stop)
        put_out(
            None,
            connection_id=other.connection_id,
            key=key,
            post=encoded(post),
            because=Because.OWNER,
            account_id=account.pk,
        )
        return True
    return False

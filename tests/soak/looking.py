"""What the store holds now, read as any other process reads it."""

import time
from collections import Counter
from collections.abc import Sequence

from django.db import connection, connections

from alongside.bridges.models import Arrival, Bridge, Presence
from alongside.bridges.rules import ArrivalState, Listens
from alongside.conversations.models import Message
from alongside.letters.models import Delivery
from alongside.letters.rules import State
from alongside.notes.models import Revision
from alongside.people.models import Account
from alongside.people.queries import unscoped_viewer_of_account
from alongside.search.queries import find, state_of_indexes
from tests.soak.holding import Stands
from tests.soak.places import Place
from tests.soak.traffic import Record


class Looking:
    """Connections are by their place's name."""

    def __init__(self, bridges: dict[str, int]) -> None:
        self._bridges = bridges

    def _bridge(self, place: Place) -> Bridge:
        return Bridge.objects.get(pk=self._bridges[place.name])

    def rooms_there(self, place: Place, listens: Listens | None = None) -> int:
        rows = Presence.objects.filter(
            room__connection_id=self._bridge(place).connection_id, is_there=True, are_members_known=True
        )
        return (rows if listens is None else rows.filter(listens=listens.value)).count()

    def stands(self, place: Place, record: Record) -> Stands:
        bridge = self._bridge(place)
        arrivals = Arrival.objects.filter(bridge=bridge).exclude(state=ArrivalState.DONE.value)
        deliveries = Delivery.objects.filter(connection_id=bridge.connection_id)
        rows = Message.objects.filter(room__connection_id=bridge.connection_id).order_by("id")
        return Stands(
            messages=list(rows.values_list("source_id", "text")),
            left_in_inbox=arrivals.count(),
            given_up=list(deliveries.filter(state=State.FAILED.value).values_list("problem", flat=True)),
            waiting=deliveries.exclude(state=State.FAILED.value).count(),
            notes=_tokens([one.token for one in record.acts if one.token]),
            is_cursor_there=place.is_at(bridge.cursor),
            problem=bridge.problem,
        )

    def what_is_not_quiet(self, places: Sequence[Place]) -> list[str]:
        """Cheap things first, because it is asked again and again."""
        found = []
        if waits := Arrival.objects.filter(state=ArrivalState.NEW.value).count():
            found.append(f"{waits} in the inbox")
        if waits := Delivery.objects.exclude(state=State.FAILED.value).count():
            found.append(f"{waits} in the outbox")
        if not found:
            found += [f"{one.name} is not read to its end" for one in places if not one.is_at(self._bridge(one).cursor)]
        if not found:
            found += [
                f"the index of {one.part} is behind"
                for one in state_of_indexes()
                if one.is_there and one.behind_seconds
            ]
        connections.close_all()  # the last one to close a store in this mode tidies it: that has to be tried too
        return found

    def is_found(self, place: Place, token: str) -> bool:
        """By one of the people there, in words."""
        connection_id = self._bridge(place).connection_id
        account = Account.objects.get(connection_id=connection_id, source_id=place.people[0])
        viewer = unscoped_viewer_of_account(account.pk)
        return viewer is not None and bool(find(viewer, token, limit=3).results)


def whole() -> str:
    """ "ok" when the store is, with everything brought from its log into its file."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if cursor.fetchone()[0]:
            return "somebody still holds the log"
        cursor.execute("PRAGMA integrity_check")
        return str(cursor.fetchone()[0])


def _tokens(tokens: Sequence[str]) -> Counter[str]:
    titles = " ".join(Revision.objects.filter(number=1).values_list("title", flat=True)).replace(".", " ").split()
    words = Counter(titles)
    return Counter({token: words[token] for token in tokens})


def until_quiet(looking: Looking, places: Sequence[Place], patience: float) -> tuple[float, list[str]]:
    """How long it took until nothing was left to do, twice in a row; and what still was when patience ended."""
    began, quiet = time.monotonic(), 0
    while time.monotonic() - began < patience:
        left = looking.what_is_not_quiet(places)
        quiet = 0 if left else quiet + 1
        if quiet == 2:
            return time.monotonic() - began, []
        time.sleep(0.5)
    return time.monotonic() - began, left

"""Children: events of a tool that come all at once, into the inbox and on into messages; and the same rows by a bare
`bulk_create`. Timed in the CPU's time of the process, so that who else uses the machine counts little.
"""

import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

from bench.children import peak_megabytes, start_django, tell
from bench.importing import bare_rows
from bench.million import EACH
from bench.texts import posts

ROOMS, PEOPLE = 20, 300
AT_ONCE = 500


class Watch:
    """Adds up what is done within it."""

    def __init__(self) -> None:
        self.seconds, self.by_clock = 0.0, 0.0

    def __enter__(self) -> None:
        self._began = process_time(), perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds += process_time() - self._began[0]
        self.by_clock += perf_counter() - self._began[1]


def inbox(data: Path, events: int) -> dict[str, Any]:
    """From the adapter's batches to rows of the inbox."""
    from alongside.bridges.actions.intake import take_in
    from alongside.bridges.port import Batch
    from alongside.config.commands.starting import prepare_store

    prepare_store()
    bridge, watch, new = _connected(), Watch(), 0
    for number, arrived in enumerate(_batches(data, events)):
        with watch:
            new += take_in(
                None,
                bridge_id=bridge.bridge_id,
                connection_id=bridge.connection_id,
                batch=Batch(arrived=arrived, cursor=str(number)),
            )
    return {"seconds": watch.seconds, "by_clock": watch.by_clock, "rows": new, "peak": peak_megabytes()}


def messages() -> dict[str, Any]:
    """From the inbox to what was said, until nothing is new."""
    from alongside.bridges.followers.handling import handle_due
    from alongside.bridges.port import Can
    from alongside.bridges.queries import unscoped_bridges
    from alongside.conversations.models import Message

    (bridge,), watch, count = unscoped_bridges(), Watch(), 1
    with watch:
        while count:
            count = handle_due(None, bridge=bridge, can=frozenset(Can)).count
    told = {"rows": Message.objects.count(), "peak": peak_megabytes()}
    return {"seconds": watch.seconds, "by_clock": watch.by_clock, **told}


def _connected() -> Any:
    """A pretended tool with rooms that their members asked us to remember."""
    from alongside.bridges.actions.connecting import connect
    from alongside.bridges.actions.intake import take_in
    from alongside.bridges.followers.handling import handle_due
    from alongside.bridges.models import Presence
    from alongside.bridges.port import AccountSeen, Arrived, Batch, Can, InvitedIn, Reach, RoomSeen
    from alongside.bridges.rules import Listens

    bridge = connect(None, kind="pretend-chat", key="bench", name="Bench", given={"file": "nowhere"})
    people = tuple(f"u{row}" for row in range(PEOPLE))
    told: list[Any] = [AccountSeen(source_id=one, name=f"Somebody {one}") for one in people]
    for row in range(ROOMS):
        told.append(RoomSeen(source_id=f"r{row}", name=f"room-{row}", reach=Reach.ORGANISATION, members=people))
        told.append(InvitedIn(room=f"r{row}", by="u0"))
    batch = Batch(arrived=tuple(Arrived(remote_id=f"told {row}", event=event) for row, event in enumerate(told)))
    take_in(None, bridge_id=bridge.bridge_id, connection_id=bridge.connection_id, batch=batch)
    while handle_due(None, bridge=bridge, can=frozenset(Can)).count:
        pass
    Presence.objects.update(listens=Listens.REMEMBERS.value)
    return bridge


def _batches(data: Path, events: int) -> Iterator[tuple[Any, ...]]:
    from alongside.bridges.port import Arrived, Said
    from alongside.kit.safe_html import from_plain, plain_text

    choose, began = Random(6), datetime(2024, 1, 1, tzinfo=UTC)
    texts = [(html, plain_text(html)) for html in map(from_plain, posts(data)[:2000])]
    some: list[Any] = []
    for row in range(events):
        talk = row // EACH
        html, text = choose.choice(texts)
        said = Said(
            source_id=f"m{row}",
            room=f"r{talk % ROOMS}",
            account=f"u{choose.randrange(PEOPLE)}",
            html=html,
            text=text,
            said_at=began + timedelta(seconds=20 * row),
            context=f"m{talk * EACH}",
            url=f"https://chat.bench.example/r{talk % ROOMS}/m{row}",
        )
        some.append(Arrived(remote_id=f"event {row}", event=said))
        if len(some) == AT_ONCE:
            yield tuple(some)
            some = []
    if some:
        yield tuple(some)


def bare(store: Path, what: str) -> dict[str, Any]:
    """The rows that stand in a store, again, into an empty one: the least that Django could do."""
    from django.db import transaction

    from alongside.audiences.models import Audience
    from alongside.bridges.models import Arrival, Bridge
    from alongside.config.commands.starting import prepare_store
    from alongside.conversations.models import Conversation, Message, Room
    from alongside.people.models import Account, Connection

    prepare_store()
    around: tuple[Any, ...] = (Connection, Bridge) if what == "inbox" else (Connection, Account, Audience, Room)
    models: tuple[Any, ...] = (Arrival,) if what == "inbox" else (Conversation, Message)
    for model in around:
        model.objects.bulk_create(bare_rows(store, model))
    watch, rows = Watch(), []
    for model in models:
        rows = bare_rows(store, model)
        with watch:
            for start in range(0, len(rows), AT_ONCE):
                with transaction.atomic():
                    model.objects.bulk_create(rows[start : start + AT_ONCE])
    return {"seconds": watch.seconds, "by_clock": watch.by_clock, "rows": len(rows)}


def only_new(store: Path, kept: Path) -> None:
    """A copy of a store as it is now, to be compared with later."""
    with sqlite3.connect(store) as here, sqlite3.connect(kept) as there:
        here.backup(there)


def main() -> None:
    start_django()
    kind, *more = sys.argv[1:]
    if kind == "inbox":
        tell(inbox(Path(more[0]), int(more[1])))
    elif kind == "messages":
        tell(messages())
    else:
        tell(bare(Path(more[0]), more[1]))


if __name__ == "__main__":
    main()

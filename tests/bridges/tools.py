"""Tools in a file, for tests that end processes and break lines: what is said there stands in one file, what we say in
another. `Once` posts once for one key, as a tool with idempotency keys does; `Again` posts whatever it is given.
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from django.db import OperationalError

from alongside.bridges.actions.connecting import connect
from alongside.bridges.actions.intake import take_in
from alongside.bridges.followers.handling import handle_due
from alongside.bridges.models import Presence
from alongside.bridges.pace import forget_paces
from alongside.bridges.port import (
    AccountSeen,
    Anything,
    Arrived,
    Batch,
    Can,
    Check,
    Choice,
    InvitedIn,
    Known,
    Post,
    Reach,
    RoomSeen,
    Said,
    Sent,
)
from alongside.bridges.queries import BridgeFacts
from alongside.bridges.registry import ADAPTERS
from alongside.bridges.rules import Listens

ROOM, BO = "room", "bo"


class Again:
    kind: ClassVar[str] = "file-again"
    name: ClassVar[str] = "A file, in which the same can stand twice"
    tool: ClassVar[str] = "file-again"
    can: ClassVar[frozenset[Can]] = frozenset({Can.DIRECT})
    choices: ClassVar[tuple[Choice, ...]] = (Choice(name="folder", label="Where the files are"),)

    def __init__(self, settings: Mapping[str, str], known: Known) -> None:
        del known
        self.folder = Path(settings["folder"])
        self._chance = Random()

    async def listen(self, cursor: str) -> AsyncIterator[Batch]:
        """In small pieces, some of them twice and with their pieces turned round, as networks do."""
        events = heard(self.folder)
        at = int(cursor or 0)
        while at < len(events):
            some = events[max(0, at - self._chance.randrange(4)) : at + self._chance.randrange(1, 8)]
            at = min(len(events), at + max(1, len(some) - 3))
            yield Batch(arrived=tuple(some), cursor=str(at))
            await asyncio.sleep(0.01)
        await asyncio.sleep(3600)

    async def send(self, post: Post) -> Sent:
        line = json.dumps({"key": post.key, "is_marked": "This may have come before" in " ".join(post.body.foot)})
        if self._stands(post.key):
            return Sent()
        with (self.folder / "sent").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        await asyncio.sleep(self._chance.uniform(0, 0.03))  # it is there, and we do not know it yet
        return Sent()

    def _stands(self, key: str) -> bool:
        del key
        return False

    async def thread(self, room: str, context: str) -> Sequence[Said]:
        del room, context
        return ()

    async def check(self) -> Sequence[Check]:
        return ()

    async def close(self) -> None:
        return


class Once(Again):
    kind: ClassVar[str] = "file-once"
    tool: ClassVar[str] = "file-once"
    can: ClassVar[frozenset[Can]] = frozenset({Can.DIRECT, Can.IDEMPOTENT})

    def _stands(self, key: str) -> bool:
        return any(one["key"] == key for one in sent(self.folder))


KINDS = {"file-again": f"{__name__}:Again", "file-once": f"{__name__}:Once"}


def the_store_is_full() -> OperationalError:
    """As Django tells it of SQLite."""
    error, by_driver = (
        OperationalError("database or disk is full"),
        sqlite3.OperationalError("database or disk is full"),
    )
    by_driver.sqlite_errorcode = sqlite3.SQLITE_FULL
    error.__cause__ = by_driver
    return error


def known_here(kinds: Mapping[str, str] = KINDS) -> None:
    """For a process of its own; a test in this one patches ADAPTERS instead."""
    ADAPTERS.update(kinds)


def sent(folder: Path) -> list[dict[str, Any]]:
    path = folder / "sent"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def heard(folder: Path) -> list[Arrived]:
    """What is said there: as many messages as the file says, every fifth of them an act."""
    number = int((folder / "said").read_text("utf-8"))
    return [Arrived(remote_id=f"event {row}", event=_said(row)) for row in range(number)]


def _said(row: int) -> Said:
    is_to_us, words = row % 5 == 0, f"Today I learned that {row} is a number." if row % 10 else "help"
    text = words if is_to_us else f"What is said for the {row}. time."
    return Said(
        source_id=f"m{row}",
        room="" if is_to_us else ROOM,
        account=BO,
        html=f"<p>{text}</p>",
        text=text,
        said_at=datetime(2026, 3, 2, 9, 0, row % 60, tzinfo=UTC),
        context=f"m{row - row % 20 + 1}",
        is_to_us=is_to_us,
        words=words if is_to_us else "",
    )


def connected(kind: str, folder: Path) -> BridgeFacts:
    """With one room, which its members asked us to remember."""
    forget_paces()
    bridge = connect(None, kind=kind, key="tests", name=f"Tests {kind}", given={"folder": str(folder)})
    told: tuple[Anything, ...] = (
        AccountSeen(source_id=BO, name="Bo Lindgren"),
        RoomSeen(source_id=ROOM, name="room", reach=Reach.ORGANISATION, members=(BO,)),
        InvitedIn(room=ROOM, by=BO),
    )
    arrived = tuple(Arrived(remote_id=f"told {number}", event=event) for number, event in enumerate(told))
    take_in(None, bridge_id=bridge.bridge_id, connection_id=bridge.connection_id, batch=Batch(arrived=arrived))
    while handle_due(None, bridge=bridge, can=Again.can).count:
        pass
    Presence.objects.filter(room__connection_id=bridge.connection_id).update(listens=Listens.REMEMBERS.value)
    return bridge

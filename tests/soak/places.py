"""A tool as the soak needs it: people who say things in it, what they see, and what can go wrong on the way to it."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from alongside.bridges.port import (
    AccountSeen,
    Anything,
    Arrived,
    Can,
    Deleted,
    InvitedIn,
    Reach,
    RoomSeen,
    Said,
    encoded,
)
from tests.bridges.harness import Harness, Placed
from tests.soak import toys
from tests.soak.lines import Network

MARK = "This may have come before"


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that Alongside said to somebody alone."""

    account: str
    text: str
    key: str = ""  # under which it was sent, where the tool shows that

    @property
    def is_marked(self) -> bool:
        return MARK in " ".join(self.text.split())


class Place(ABC):
    """One connection. `name` is its key in the store; `rate`: how much is said in it a second."""

    name: str
    kind: str
    can: frozenset[Can]
    can_change: ClassVar[bool] = True
    rate: ClassVar[float] = 1.0
    people: Sequence[str]
    rooms: Sequence[str]

    def __init__(self) -> None:
        # Nobody speaks while a server is begun again.
        self.lock = threading.RLock()
        self.restarts = 0

    @abstractmethod
    def settings(self) -> Mapping[str, str]: ...

    def connected(self, hook: str) -> None:
        """`hook`: the address of its webhook at Alongside."""
        del hook

    def ready(self) -> None:
        """Once Alongside listens, and before anything goes wrong."""
        return

    @abstractmethod
    def invite_us(self, room: str) -> None: ...
    @abstractmethod
    def say(self, account: str, room: str, text: str, context: str = "") -> Placed: ...
    @abstractmethod
    def mention(self, account: str, room: str, text: str) -> None: ...
    @abstractmethod
    def say_to_us(self, account: str, text: str) -> None: ...
    @abstractmethod
    def edit(self, account: str, room: str, source_id: str, text: str) -> None: ...
    @abstractmethod
    def delete(self, account: str, room: str, source_id: str) -> None: ...
    @abstractmethod
    def seen(self) -> list[Seen]: ...

    @abstractmethod
    def is_at(self, cursor: str) -> bool:
        """Whether this is where the tool is: nothing that happened in it comes after."""

    @abstractmethod
    def troubles(self) -> Sequence[Callable[[], None]]:
        """What can go wrong on the way, for a moment."""

    @abstractmethod
    def be_fine(self) -> None:
        """The moment is over."""

    def restart(self) -> bool:
        """Its server is killed and begun again. False: there is none."""
        return False

    @abstractmethod
    def close(self) -> None: ...


class Toy(Place):
    """Files in a folder: see toys.py, which does what goes wrong by itself while it is told to."""

    rate = 1.5

    def __init__(self, kind: type[toys.Again], folder: Path) -> None:
        super().__init__()
        self.kind, self.can, self.name = kind.kind, kind.can, kind.kind
        self.people = [f"{kind.kind}-{number}" for number in range(5)]
        self.rooms = ["room", "closed"]
        self._folder = folder
        self._number = 0
        folder.mkdir(parents=True)

    def settings(self) -> Mapping[str, str]:
        return {"folder": str(self._folder)}

    def _happens(self, event: Anything, remote_id: str = "", version: str = "") -> None:
        self._number += 1
        arrived = Arrived(remote_id=remote_id or f"event {self._number}", version=version, event=event)
        with (self._folder / toys.HAPPENED).open("ab") as file:
            file.write(encoded(arrived) + b"\n")

    def invite_us(self, room: str) -> None:
        for one in self.people:
            self._happens(AccountSeen(source_id=one, name=one.title()))
        reach = Reach.ORGANISATION if room == "room" else Reach.MEMBERS
        self._happens(RoomSeen(source_id=room, name=room, reach=reach, members=tuple(self.people)))
        self._happens(InvitedIn(room=room, by=self.people[0]))

    def say(self, account: str, room: str, text: str, context: str = "") -> Placed:
        source_id = f"m{self._number}"
        self._happens(_said(source_id, room, account, text, context or source_id), source_id)
        return Placed(source_id, context or source_id)

    def mention(self, account: str, room: str, text: str) -> None:
        source_id = f"m{self._number}"
        self._happens(_said(source_id, room, account, text, source_id, is_to_us=True), source_id)

    def say_to_us(self, account: str, text: str) -> None:
        self.mention(account, "", text)

    def edit(self, account: str, room: str, source_id: str, text: str) -> None:
        now = datetime.now(UTC)
        self._happens(_said(source_id, room, account, text, source_id, edited_at=now), source_id, now.isoformat())

    def delete(self, account: str, room: str, source_id: str) -> None:
        del account
        self._happens(Deleted(room=room, source_id=source_id), f"deleted {source_id}")

    def seen(self) -> list[Seen]:
        return [Seen(one["account"], one["text"], one["key"]) for one in toys.sent(self._folder) if one["account"]]

    def is_at(self, cursor: str) -> bool:
        return cursor == str(self._number)

    def troubles(self) -> Sequence[Callable[[], None]]:
        return [(self._folder / toys.TROUBLE).touch]

    def be_fine(self) -> None:
        (self._folder / toys.TROUBLE).unlink(missing_ok=True)

    def close(self) -> None:
        return


def _said(
    source_id: str,
    room: str,
    account: str,
    text: str,
    context: str,
    *,
    is_to_us: bool = False,
    edited_at: datetime | None = None,
) -> Said:
    return Said(
        source_id=source_id,
        room=room,
        account=account,
        html=f"<p>{text}</p>",
        text=text,
        said_at=datetime.now(UTC),
        context=context,
        edited_at=edited_at,
        is_to_us=is_to_us,
        words=text if is_to_us else "",
    )


class OverHarness(Place):
    """A tool that a harness of the contract drives, behind a network that fails."""

    def __init__(self, harness: Harness, can: frozenset[Can], networks: Sequence[Network]) -> None:
        super().__init__()
        self.harness, self.can, self.networks = harness, can, networks
        self.kind = self.name = harness.kind
        self.people = [harness.ana, harness.bo, harness.cy]
        self.rooms = [harness.open_room, harness.closed_room]

    def settings(self) -> Mapping[str, str]:
        return self.harness.settings()

    def invite_us(self, room: str) -> None:
        self.harness.invite_us(room, self.harness.ana)

    def say(self, account: str, room: str, text: str, context: str = "") -> Placed:
        return self.harness.say(account, room, text, context)

    def mention(self, account: str, room: str, text: str) -> None:
        self.harness.mention(account, room, text)

    def say_to_us(self, account: str, text: str) -> None:
        self.harness.say_to_us(account, text)

    def edit(self, account: str, room: str, source_id: str, text: str) -> None:
        self.harness.edit(account, room, source_id, text)

    def delete(self, account: str, room: str, source_id: str) -> None:
        self.harness.delete(account, room, source_id)

    def seen(self) -> list[Seen]:
        return [
            Seen(one, shown.text)
            for one in self.people
            for shown in self.harness.seen_by(one)
            if shown.is_for_them_alone
        ]

    def troubles(self) -> Sequence[Callable[[], None]]:
        harness = self.harness
        of_lines = [
            act
            for one in self.networks
            for act in (one.cut, one.cut, one.swallow, one.refuse, lambda line=one: line.delay(0.4))
        ]
        return [*of_lines, lambda: harness.fail_sends(2, 0.3), harness.swallow_answer, harness.repeat_last]

    def be_fine(self) -> None:
        for one in self.networks:
            one.be_fine()

    def close(self) -> None:
        for one in self.networks:
            one.close()
        self.harness.close()


def until(is_so: Callable[[], object], what: str, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            raise AssertionError(what)
        time.sleep(0.1)

"""A tool as a test drives it, real or pretended: verbs of the people in it, and what each of them sees.

The contract (tests/bridges/contract.py) runs over every adapter through one of these. All verbs are synchronous and
return when the tool has taken the act; what Alongside does follows later, so that tests wait for what they look for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from alongside.bridges.port import Sign


@dataclass(frozen=True, slots=True)
class Placed:
    """A message that somebody said: its id in the tool, and its thread."""

    source_id: str
    context: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that Alongside said, as a person sees it: all its words, and what may be pressed in it."""

    text: str
    room: str = ""  # "" for what was written to them alone
    is_for_them_alone: bool = False
    context: str = ""
    source_id: str = ""
    buttons: tuple[str, ...] = ()
    links: tuple[str, ...] = field(default=())


class Harness(Protocol):
    """A workspace with four people and two rooms.

    `ana` and `bo` are in both rooms, `cy` is a full member in the open room only, `dee` is a guest (of the open room,
    where the tool has guests; otherwise somebody from outside who can write to us). Alongside is in no room yet.
    """

    kind: ClassVar[str]
    # Verbs that mean nothing in this tool ("press", "deactivate", …): the contract leaves out what needs them.
    cannot: ClassVar[frozenset[str]]
    ana: str
    bo: str
    cy: str
    dee: str
    open_room: str
    closed_room: str

    def settings(self) -> Mapping[str, str]:
        """What an administrator would have given."""

    # What people do.
    def make_room(self, name: str, members: Sequence[str], *, is_open: bool) -> str:
        """The first of them makes it: open to the organisation, or closed. Its id. A name is used once in a test, and
        looks like `open-0` or `closed-2`.
        """

    def invite_us(self, room: str, by: str) -> None: ...
    def put_us_out(self, room: str, by: str) -> None: ...
    def say(self, account: str, room: str, text: str, context: str = "") -> Placed: ...
    def mention(self, account: str, room: str, text: str, context: str = "") -> Placed:
        """Says it to Alongside, in the room, as that is done in this tool."""

    def say_to_us(self, account: str, text: str) -> Placed:
        """To Alongside alone."""

    def edit(self, account: str, room: str, source_id: str, text: str) -> None: ...
    def delete(self, account: str, room: str, source_id: str) -> None: ...
    def react(self, account: str, room: str, source_id: str, sign: Sign) -> None: ...
    def press(self, account: str, label: str) -> None:
        """The newest button with this label that this account sees."""

    def command(self, account: str, room: str, words: str) -> None: ...
    def join(self, account: str, room: str) -> None: ...
    def leave(self, account: str, room: str) -> None: ...
    def rename_room(self, room: str, name: str) -> None: ...
    def rename(self, account: str, name: str) -> None: ...
    def deactivate(self, account: str) -> None: ...

    # How it fails.
    def fail_sends(self, times: int, retry_after: float = 0.0) -> None:
        """The next sends are refused for now (a rate limit, a server that is busy)."""

    def swallow_answer(self) -> None:
        """The next send is done, but its answer never arrives."""

    def cut(self) -> None:
        """The line to Alongside breaks; it may come back at once."""

    def repeat_last(self) -> None:
        """The tool delivers its last event again."""

    # What is seen.
    def seen_by(self, account: str) -> Sequence[Shown]:
        """Everything that Alongside said and this account can see, oldest first."""

    def close(self) -> None: ...

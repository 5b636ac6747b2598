"""The pretended tool itself: a file in which one line is one thing that was said. Stands for a tool's server."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from alongside.bridges.port import Body, File, Form


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that stands in the tool: by a person, or by Alongside (`body` instead of `text`)."""

    id: str
    said_at: datetime
    room: str = ""
    only_for: str = ""  # whispered in a room, or written to somebody alone (then there is no room)
    author: str = ""  # "" is Alongside
    context: str = ""
    subject: str = ""
    text: str = ""
    body: Body | None = None
    form: Form | None = None
    file: File | None = None
    about: str = ""
    key: str = ""
    edited_at: datetime | None = None
    is_gone: bool = False
    may_be_second: bool = False
    in_name_of: str = ""


class Tool:
    """Append-only lines; a later line with the same id replaces the earlier one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def everything(self) -> list[Told]:
        """In the order in which it was first said, as it stands now."""
        lines: dict[str, Told] = {}
        for one in self._lines():
            lines[one.id] = one
        return [one for one in lines.values() if not one.is_gone]

    def _lines(self) -> Iterator[Told]:
        if self._path.is_file():
            for line in self._path.read_bytes().splitlines():
                yield msgspec.json.decode(line, type=Told)

    def write(self, make: Callable[[list[Told]], Told | None]) -> Told | None:
        """Add what `make` gives, knowing all that is there; None adds nothing."""
        with self._alone():
            made = make(self.everything())
            if made is not None:
                with self._path.open("ab") as file:
                    file.write(msgspec.json.encode(made) + b"\n")
            return made

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, over all processes."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

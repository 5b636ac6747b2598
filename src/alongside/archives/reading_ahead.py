"""Reading an archive in a process of its own, while the other one writes what came before.

Reading a message and rendering it costs about as much as storing it, so two cores bring an archive in nearly twice as
fast as one. The pipe between them holds back who is ahead: memory stays what some batches take.
"""

import fcntl
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from alongside.archives.port import (
    Header,
    LeftOut,
    MessageRecord,
    NoteRecord,
    PersonRecord,
    Progress,
    ReadsNotes,
    RemovedRecord,
    RoomRecord,
    Unreadable,
    WeaveRecord,
)
from alongside.archives.recognising import Recognised, recognised
from alongside.kit.safe_html import plain_text

RECORDS_A_FRAME: Final = 200
PIPE_BYTES: Final = 1 << 20

_NAMES: Final = tuple(one.name for one in fields(MessageRecord))
_TEXT: Final = _NAMES.index("text")
# A message goes through the pipe as what it is made of: to pickle a frozen dataclass itself costs five times as much.
_parts_of: Final[Callable[[MessageRecord], tuple[Any, ...]]] = attrgetter(*_NAMES)


class ReaderAhead:
    """A reader whose archive another process of ours reads. Everything is asked for once, in the order of the port."""

    def __init__(self, found: Recognised, pipe: BinaryIO, name: str) -> None:
        self.tool = found.reader.tool
        self.absence_means_removed = found.reader.absence_means_removed
        self._reads_notes = isinstance(found.reader, ReadsNotes)
        self._progress = found.progress
        self._pipe = pipe
        self._name = name
        self._header: Header | None = None

    def header(self) -> Header:
        if self._header is None:
            (self._header,) = self._received()
        assert self._header is not None
        return self._header

    def people(self) -> Iterator[PersonRecord | LeftOut]:
        return self._received()

    def rooms(self) -> Iterator[RoomRecord | LeftOut]:
        return self._received()

    def messages(self) -> Iterator[MessageRecord | RemovedRecord | LeftOut]:
        return (MessageRecord(*one) if type(one) is tuple else one for one in self._received())

    def notes(self) -> Iterator[NoteRecord | LeftOut]:
        return self._received() if self._reads_notes else iter(())

    def weaves(self) -> Iterator[WeaveRecord | LeftOut]:
        return self._received() if self._reads_notes else iter(())

    def _received(self) -> Iterator[Any]:
        """Frames up to the one that is empty. A sentence in place of a frame: it cannot be read."""
        while records := self._frame():
            yield from records

    def _frame(self) -> list[Any]:
        try:
            frame = pickle.load(self._pipe)  # noqa: S301 (written by this module, in a process that we started)
        except (EOFError, pickle.UnpicklingError):
            raise Unreadable(
                f"Reading {self._name} stopped in the middle; what came in stays. Start it again."
            ) from None
        if isinstance(frame, str):
            raise Unreadable(frame)
        self._progress.done, self._progress.total, records = frame
        return cast("list[Any]", records)


@contextmanager
def read_ahead(found: Recognised, path: Path) -> Iterator[ReaderAhead]:
    """From now on another process reads. Asking for more raises Unreadable, also when that process dies.

    It ends with us: a pipe that nobody reads stops who writes into it.
    """
    words = [sys.executable, "-m", "alongside.archives.reading_ahead", str(path)]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:  # noqa: S603 (ourselves)
        try:
            _widen(cast("BinaryIO", process.stdout))
            yield ReaderAhead(found, cast("BinaryIO", process.stdout), path.name)
        finally:
            process.kill()


def _widen(pipe: BinaryIO) -> None:
    """Room for some batches of what is stored at once. Pipes hold 64 kB, half a frame: each process would then wait for
    the other most of the time.
    """
    with suppress(OSError, AttributeError):  # as wide as this system lets it be
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _send(path: Path, pipe: BinaryIO) -> None:
    found = recognised(path)
    reader = found.reader
    _send_all(iter([reader.header()]), found.progress, pipe)
    _send_all(reader.people(), found.progress, pipe)
    _send_all(reader.rooms(), found.progress, pipe)
    _send_all(map(_packed, reader.messages()), found.progress, pipe)
    if isinstance(reader, ReadsNotes):
        _send_all(reader.notes(), found.progress, pipe)
        _send_all(reader.weaves(), found.progress, pipe)


def _send_all(records: Iterator[Any], progress: Progress, pipe: BinaryIO) -> None:
    """Frame after frame, then an empty one: all of this kind has been sent."""
    frame: list[Any] | None = None
    while frame != []:
        frame = list(islice(records, RECORDS_A_FRAME))
        pickle.dump((progress.done, progress.total, frame), pipe, pickle.HIGHEST_PROTOCOL)
        if len(frame) < RECORDS_A_FRAME:
            pipe.flush()


def _packed(record: MessageRecord | RemovedRecord | LeftOut) -> Any:
    if not isinstance(record, MessageRecord):
        return record
    parts = _parts_of(record)
    if record.text is not None:
        return parts
    return (*parts[:_TEXT], plain_text(record.html), *parts[_TEXT + 1 :])


def main() -> None:
    pipe = sys.stdout.buffer
    try:
        try:
            _send(Path(sys.argv[1]), pipe)
        except Unreadable as error:
            pickle.dump(str(error), pipe)
        pipe.flush()
    except (BrokenPipeError, KeyboardInterrupt):
        sys.stderr.close()  # who reads is gone: there is nobody to tell


if __name__ == "__main__":
    main()

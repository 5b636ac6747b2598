"""Reading an archive in a process of its own, while the other one writes what came before.

Reading a message and rendering it costs about as much as storing it, so two cores bring an archive in nearly twice as
fast as one. The pipe between them holds back who is ahead: memory stays what some batches take.
"""

import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from alongside.archives.port import LeftOut, MessageRecord, Progress, RemovedRecord, Unreadable
from alongside.archives.recognising import recognised
from alongside.kit.safe_html import plain_text

RECORDS_A_FRAME = 200

Record = MessageRecord | RemovedRecord | LeftOut
# What goes through the pipe: bytes done and in all, and records; a sentence when it cannot be read; None at the end.
Frame = tuple[int, int, list[Record]] | str | None


def messages_ahead(path: Path, progress: Progress) -> Iterator[Record]:
    """The messages of an archive, read by another process of ours. Raises Unreadable, also when that process dies.

    It ends with us: a pipe that nobody reads stops who writes into it.
    """
    words = [sys.executable, "-m", "alongside.archives.reading_ahead", str(path)]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:  # noqa: S603 (ourselves)
        try:
            yield from _received(cast("BinaryIO", process.stdout), path, progress)
        finally:
            process.kill()


def _received(pipe: BinaryIO, path: Path, progress: Progress) -> Iterator[Record]:
    while True:
        try:
            frame: Frame = pickle.load(pipe)  # noqa: S301 (written by this module, in a process that we started)
        except (EOFError, pickle.UnpicklingError):
            raise Unreadable(
                f"Reading {path.name} stopped in the middle; what came in stays. Start it again."
            ) from None
        if frame is None:
            return
        if isinstance(frame, str):
            raise Unreadable(frame)
        progress.done, progress.total, records = frame
        yield from records


def _send(path: Path, pipe: BinaryIO) -> None:
    frames: list[Record] = []
    found = recognised(path)
    for record in found.reader.messages():
        if isinstance(record, MessageRecord):
            record = replace(record, text=plain_text(record.html))  # noqa: PLW2901
        frames.append(record)
        if len(frames) == RECORDS_A_FRAME:
            pickle.dump((found.progress.done, found.progress.total, frames), pipe, pickle.HIGHEST_PROTOCOL)
            frames = []
    pickle.dump((found.progress.done, found.progress.total, frames), pipe, pickle.HIGHEST_PROTOCOL)
    pickle.dump(None, pipe)


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

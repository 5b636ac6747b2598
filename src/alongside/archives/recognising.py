"""Which reader reads a file: by what is in it, never by its name."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from alongside.archives.port import Limits, Opened, Progress, Reader, Unreadable
from alongside.archives.readers.alongside import AlongsideReader
from alongside.archives.readers.mail import MailReader
from alongside.archives.readers.slack import SlackReader
from alongside.archives.readers.zulip import ZulipReader

# The next format is one file in readers/ and one name here. Mail last: it is the least certain of its own.
READERS: tuple[type[Reader], ...] = (AlongsideReader, SlackReader, ZulipReader, MailReader)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A reader, and the bytes that it has read so far while it streams."""

    reader: Reader
    progress: Progress


def recognised(path: Path, limits: Limits | None = None) -> Recognised:
    """A reader for what lies at `path`. Raises Unreadable with one sentence when there is nothing to read."""
    try:
        _refuse_hopeless(path)
    except OSError as error:
        raise Unreadable(f"{path} cannot be opened: {error.strerror}. Nothing was brought in.") from None
    for reader in READERS:
        if reader.recognises(path):
            given = Opened(path, limits or Limits())
            return Recognised(reader(given), given.progress)
    raise Unreadable(
        f"{path.name} is none of the archives that Alongside reads: a Slack export (zip), mail (mbox or Maildir),"
        " the JSON of zulip-archive, or an Alongside archive (.jsonl, .jsonl.gz, .zip). Nothing was brought in."
    )


def _refuse_hopeless(path: Path) -> None:
    """What no reader could read gets a sentence of its own."""
    if not path.exists():
        raise Unreadable(f"There is no file {path}. Nothing was brought in.")
    if path.is_dir():
        if not any(path.iterdir()):
            raise Unreadable(f"{path.name} is an empty folder. Nothing was brought in.")
        return
    if not path.is_file():
        raise Unreadable(f"{path} is neither a file nor a folder. Nothing was brought in.")
    with path.open("rb") as file:
        beginning = file.read(4)
    if not beginning:
        raise Unreadable(f"{path.name} is empty. Nothing was brought in; export it again.")
    if beginning == b"PK\x03\x04" and not zipfile.is_zipfile(path):
        raise Unreadable(f"{path.name} is a zip whose end is missing. Nothing was brought in; copy it again, whole.")

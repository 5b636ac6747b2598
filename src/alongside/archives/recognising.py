"""Which reader reads a file: by what is in it, never by its name."""

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
    if not path.exists():
        raise Unreadable(f"There is no file {path}. Nothing was brought in.")
    if path.is_file() and path.stat().st_size == 0:
        raise Unreadable(f"{path.name} is empty. Nothing was brought in; export it again.")
    for reader in READERS:
        if reader.recognises(path):
            given = Opened(path, limits or Limits())
            return Recognised(reader(given), given.progress)
    raise Unreadable(
        f"{path.name} is none of the archives that Alongside reads: a Slack export (zip), mail (mbox or Maildir),"
        " the JSON of zulip-archive, or an Alongside archive (.jsonl, .jsonl.gz, .zip). Nothing was brought in."
    )

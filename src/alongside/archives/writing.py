"""Records to an Alongside archive, line by line, so that an export of any size takes no memory.

What is written here, `readers/alongside.py` reads back as it was; a property test holds the two together.
"""

import gzip
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from alongside.archives.port import (
    Header,
    LeftOut,
    MessageRecord,
    PersonRecord,
    RemovedRecord,
    RoomRecord,
)
from alongside.kit import clock

_CONTEXT: Final = "https://www.w3.org/ns/activitystreams"
_FORMAT: Final = 1
_ENCODER: Final = msgspec.json.Encoder()


def lines(
    header: Header,
    people: Iterable[PersonRecord | LeftOut],
    rooms: Iterable[RoomRecord | LeftOut],
    messages: Iterable[MessageRecord | RemovedRecord | LeftOut],
) -> Iterator[bytes]:
    """The archive's lines in order: header, people, rooms, things said. `LeftOut`s of a reader are passed over."""
    yield _line(_header(header, clock.now()))
    for person in people:
        if isinstance(person, PersonRecord):
            yield _line(_person(person))
    for room in rooms:
        if isinstance(room, RoomRecord):
            yield _line(_room(room))
    for message in messages:
        if isinstance(message, MessageRecord):
            yield _line(_note(message))
        elif isinstance(message, RemovedRecord):
            yield _line({"type": "Tombstone", "id": message.source_id})


def write(path: Path, written: Iterable[bytes]) -> None:
    """Lines into a file, gzipped when its name ends in .gz. It appears under its name only when it is whole."""
    unfinished = path.with_name(path.name + ".part")
    try:
        with _opened_for_writing(unfinished, packed=path.suffix == ".gz") as file:
            for line in written:
                file.write(line)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _opened_for_writing(path: Path, *, packed: bool) -> Iterator[BinaryIO]:
    # An export holds what people wrote: only who made it may read it.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if not packed:
            yield file
            return
        # No name and no time in the gzip: the same records give the same bytes.
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as gzipped:
            yield gzipped  # type: ignore[misc]


def _line(value: dict[str, Any]) -> bytes:
    """What is empty is not written: a missing field reads the same."""
    return _ENCODER.encode({name: field for name, field in value.items() if field not in ("", None, [])}) + b"\n"


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _header(header: Header, now: datetime) -> dict[str, Any]:
    return {
        "@context": _CONTEXT,
        "type": "Collection",
        "id": header.key,
        "name": header.name,
        "alongside": _FORMAT,
        "tool": header.tool,
        "published": _time(now),
    }


def _person(person: PersonRecord) -> dict[str, Any]:
    return {
        "type": "Person",
        "id": person.source_id,
        "name": person.name,
        "preferredUsername": person.handle,
        "email": person.email,
        "guest": person.is_guest or None,
        "deactivated": person.is_deactivated or None,
        "bot": person.is_bot or None,
    }


def _room(room: RoomRecord) -> dict[str, Any]:
    return {
        "type": "Group",
        "id": room.source_id,
        "name": room.name,
        "audience": room.audience.value,
        "members": list(room.members),
        "url": room.url,
        # Written always: a reader would otherwise tell it from the notes.
        "threaded": room.is_threaded,
    }


def _note(message: MessageRecord) -> dict[str, Any]:
    return {
        "type": "Note",
        "id": message.source_id,
        "attributedTo": message.author,
        "to": message.room,
        "context": message.context,
        "inReplyTo": message.reply_to,
        "name": message.subject,
        "content": message.html,
        "published": _time(message.said_at),
        "updated": _time(message.edited_at),
        "url": message.url,
        "helped": message.helped or None,
        "mentions": list(message.mentions),
    }

"""Records to an Alongside archive, line by line, so that an export of any size takes no memory.

What is written here, `readers/alongside.py` reads back as it was; a property test holds the two together.
"""

import gzip
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from alongside.archives.port import (
    NOTE_PARTS,
    Header,
    LeftOut,
    MessageRecord,
    NoteRecord,
    PassageRecord,
    PersonRecord,
    RemarkRecord,
    RemovedRecord,
    RevisionRecord,
    RoomRecord,
    WeaveRecord,
)
from alongside.kit import clock

_CONTEXT: Final = "https://www.w3.org/ns/activitystreams"
_FORMAT: Final = 1
_ENCODER: Final = msgspec.json.Encoder()


def lines(  # noqa: PLR0917 (in the order in which they come)
    header: Header,
    people: Iterable[PersonRecord | LeftOut],
    rooms: Iterable[RoomRecord | LeftOut],
    messages: Iterable[MessageRecord | RemovedRecord | LeftOut],
    notes: Iterable[NoteRecord | LeftOut] = (),
    weaves: Iterable[WeaveRecord | LeftOut] = (),
) -> Iterator[bytes]:
    """The archive's lines in order: header, people, rooms, things said, what was kept of them and what is woven.
    `LeftOut`s of a reader are passed over.
    """
    yield _line(_header(header, clock.now()))
    for record in chain(people, rooms, messages, notes, weaves):
        if not isinstance(record, LeftOut):
            yield _line(_VALUES[type(record)](record))


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
    return _ENCODER.encode(_without_empty(value)) + b"\n"


def _without_empty(value: dict[str, Any]) -> dict[str, Any]:
    """What is empty is not written: a missing field reads the same."""
    return {name: field for name, field in value.items() if field not in ("", None, [], {})}


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


def _article(note: NoteRecord) -> dict[str, Any]:
    *earlier, now = note.revisions
    audience = list(note.audience)
    return {
        "type": "Article",
        "id": note.source_id,
        "attributedTo": note.author,
        "audience": audience[0] if len(audience) == 1 else audience,
        "inReplyTo": list(note.context),
        "name": now.title,
        "parts": _parts(now),
        "passages": [_passage(one) for one in note.passages],
        "credited": [_without_empty({"who": one.who, "for": one.what_for}) for one in note.credited],
        "published": _time(note.kept_at),
        "updated": _time(note.alive_at),
        # Who made it say what it says now, where that is not who kept it, then.
        "revised": _without_empty({"published": _time(now.made_at), "attributedTo": now.author}) if earlier else None,
        "revisions": [_revision(one) for one in earlier],
        "remarks": [_remark(one) for one in note.remarks],
    }


def _parts(revision: RevisionRecord) -> dict[str, Any]:
    return _without_empty({part: getattr(revision, part) for part in NOTE_PARTS})


def _passage(passage: PassageRecord) -> dict[str, Any]:
    if passage.message is None:
        return {"part": passage.part, "removed": True}
    return {"part": passage.part, "message": passage.message, "text": passage.text}


def _revision(revision: RevisionRecord) -> dict[str, Any]:
    return _without_empty(
        {
            "published": _time(revision.made_at),
            "attributedTo": revision.author,
            "name": revision.title,
            "parts": _parts(revision),
        }
    )


def _remark(remark: RemarkRecord) -> dict[str, Any]:
    return _without_empty(
        {
            "kind": remark.kind,
            "attributedTo": remark.author,
            "content": remark.sentence,
            "published": _time(remark.said_at),
        }
    )


def _relationship(weave: WeaveRecord) -> dict[str, Any]:
    return {
        "type": "Relationship",
        "id": weave.source_id,
        "subject": weave.left,
        "object": weave.right,
        "summary": weave.why,
        "attributedTo": weave.author,
        "published": _time(weave.made_at),
    }


def _tombstone(removed: RemovedRecord) -> dict[str, Any]:
    return {"type": "Tombstone", "id": removed.source_id}


_VALUES: Final[dict[type, Callable[[Any], dict[str, Any]]]] = {
    PersonRecord: _person,
    RoomRecord: _room,
    MessageRecord: _note,
    RemovedRecord: _tombstone,
    NoteRecord: _article,
    WeaveRecord: _relationship,
}

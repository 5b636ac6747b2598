"""Mails to read, and short ways to read them."""

from pathlib import Path
from typing import Any

from alongside.archives.port import (
    LeftOut,
    Limits,
    MessageRecord,
    Opened,
    PersonRecord,
    Reason,
    RoomRecord,
)
from alongside.archives.readers.mail import MailReader
from alongside.kit import safe_html

LIST = {"List-Id": "Tools of us <tools.lists.example.org>", "To": "tools@lists.example.org"}


def a_mail(body: str | bytes = "It is the blue one.", /, **fields: str | None) -> bytes:
    """A mail on the list; a field of None is left out, underscores stand for hyphens."""
    head: dict[str, str | None] = {
        "From": "Alder Finch <alder@example.org>",
        "Date": "Mon, 05 May 2025 10:00:00 +0200",
        "Subject": "The valve",
        "Message-ID": "<1@example.org>",
        **LIST,
    }
    head.update({name.replace("_", "-"): value for name, value in fields.items()})
    lines = [f"{name}: {value}\n" for name, value in head.items() if value is not None]
    return (
        "".join(lines).encode("utf-8", "surrogateescape") + b"\n" + (body if isinstance(body, bytes) else body.encode())
    )


def private(**fields: str | None) -> dict[str, str | None]:
    return {"List_Id": None, "List-Id": None, "To": "rowan@example.org", **fields}


def an_mbox(path: Path, *mails: bytes, name: str = "tools.mbox") -> Path:
    file = path / name
    file.write_bytes(b"".join(b"From alder@example.org Mon May  5 10:00:00 2025\n" + mail + b"\n\n" for mail in mails))
    return file


def read(path: Path, **limits: Any) -> MailReader:
    return MailReader(Opened(path, limits=Limits(**limits)))


def said(path: Path, **limits: Any) -> list[MessageRecord]:
    return [record for record in read(path, **limits).messages() if isinstance(record, MessageRecord)]


def left_out(path: Path) -> list[Reason]:
    return [record.reason for record in read(path).messages() if isinstance(record, LeftOut)]


def rooms(path: Path) -> list[RoomRecord]:
    return [room for room in read(path).rooms() if isinstance(room, RoomRecord)]


def people(path: Path) -> list[PersonRecord]:
    return [person for person in read(path).people() if isinstance(person, PersonRecord)]


def text_of(record: MessageRecord) -> str:
    return safe_html.plain_text(record.html)

"""Mail: mbox, Maildir, single mails, and packages of these.

A mail archive does not say who could read it, so every list comes in closed, with those who wrote there as its
members. Message ids, list ids and addresses are the same in every archive of mail, so all of them are one
connection: next month's file of a list finds last month's threads.
"""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar, Final

from alongside.archives.port import (
    Header,
    LeftOut,
    MessageRecord,
    Opened,
    PersonRecord,
    Reason,
    RemovedRecord,
    RoomRecord,
)
from alongside.archives.readers import mail_files
from alongside.archives.readers.mail_rooms import Survey, survey
from alongside.archives.readers.mbox import RawMail
from alongside.kit import clock
from alongside.kit.mail_headers import (
    Fields,
    body_with_its_headers,
    fields_of,
    first,
    is_automatic,
    message_id,
    said_at,
)
from alongside.kit.mail_parts import html_of
from alongside.kit.mail_threads import subject_of, thread_of, web_address_in

# Copies of one mail lie near each other; to remember every id would take memory without bound.
_COPIES_REMEMBERED: Final = 100_000


class MailReader:
    """Threads by References and In-Reply-To, never by subject; private correspondence never."""

    tool: ClassVar[str] = "mail"
    absence_means_removed: ClassVar[bool] = False

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._known: Survey | None = None
        self._now = clock.now()

    @classmethod
    def recognises(cls, path: Path) -> bool:
        return mail_files.hold_mail(path)

    def header(self) -> Header:
        return Header("mail", "Mail", self.tool)

    def people(self) -> Iterator[PersonRecord | LeftOut]:
        yield from self._survey().people()

    def rooms(self) -> Iterator[RoomRecord | LeftOut]:
        yield from self._survey().rooms()

    def messages(self) -> Iterator[MessageRecord | RemovedRecord | LeftOut]:
        known = self._survey()
        seen: dict[bytes, None] = {}
        for mail in self._mails():
            record = mail if isinstance(mail, LeftOut) else self._record(mail, known)
            if not (isinstance(record, MessageRecord) and _is_copy(record, seen)):
                yield record

    def _mails(self) -> Iterator[RawMail | LeftOut]:
        return mail_files.mails_in(self._opened)

    def _survey(self) -> Survey:
        if self._known is None:
            self._known = survey(self._mails, self._opened.path.name, self._now)
        return self._known

    def _record(self, mail: RawMail, known: Survey) -> MessageRecord | RemovedRecord | LeftOut:
        fields = fields_of(mail.content)
        room = known.room_of(fields)
        if "from" not in fields and "date" not in fields:
            return LeftOut(Reason.BROKEN, mail.where)
        if is_automatic(fields):
            return LeftOut(Reason.BOT, mail.where)
        # A draft was never sent.
        if room is None or "D" in mail.flags:
            return LeftOut(Reason.DIRECT, mail.where)
        if "T" in mail.flags:
            return RemovedRecord(message_id(fields, mail.content))
        return self._message(mail, fields, room, known.author_of(fields)[0])

    def _message(self, mail: RawMail, fields: Fields, room: str, author: str) -> MessageRecord | LeftOut:
        time = said_at(fields, mail.from_line, self._now)
        if time is None:
            return LeftOut(Reason.NO_TIME, mail.where)
        try:
            html = html_of(body_with_its_headers(fields, mail.content))
        except Exception:  # noqa: BLE001 (the library raises a dozen kinds of errors on hostile mail)
            return LeftOut(Reason.BROKEN, mail.where)
        if not html:
            return LeftOut(Reason.TOO_LARGE if mail.is_cut else Reason.EMPTY, mail.where)
        own = message_id(fields, mail.content)
        answered, references = thread_of(fields, own)
        return MessageRecord(
            source_id=own,
            room=room,
            author=author or None,
            html=html,
            said_at=time,
            context=references[0] if references else own,
            reply_to=answered,
            subject=subject_of(fields),
            url=web_address_in(first(fields, "archived-at")),
            references=references,
        )


def _is_copy(record: MessageRecord, seen: dict[bytes, None]) -> bool:
    key = blake2b(f"{record.room}\0{record.source_id}".encode("utf-8", "replace"), digest_size=8).digest()
    if key in seen:
        return True
    seen[key] = None
    if len(seen) > _COPIES_REMEMBERED:
        del seen[next(iter(seen))]
    return False

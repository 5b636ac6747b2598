"""Which list a mail was said on, and who writes there.

A mail says so itself by its List-Id. For mail without one (old archives, copies in a Sent folder) there are two more
ways, both careful, because the rest is private correspondence and private correspondence is never brought in:

- it is addressed to a list that other mail of the same archive names (List-Post);
- no mail of the archive that lacks a List-Id tells of private delivery, and they plainly were all said in one place:
  at least four of five share one address in To or Cc, to which several people write and answer each other there, and
  which is nobody's own mailbox; or they have no addressee at all, as in the public archives that pipermail makes.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from alongside.archives.port import LeftOut, PersonRecord, RoomAudience, RoomRecord
from alongside.archives.readers.mbox import RawMail
from alongside.kit.mail_headers import (
    Fields,
    addresses_of,
    fields_of,
    first,
    ids_of,
    is_automatic,
    message_id,
    person_of,
    said_at,
    words_of,
)
from alongside.kit.mail_threads import list_of, web_address_in

_MOST_RECIPIENTS: Final = 200_000
_MOST_SAMPLED: Final = 20_000
_SHARE_OF_A_LIST: Final = 0.8
_FEWEST_AUTHORS: Final = 2
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

_SUBJECT_TAG: Final = re.compile(r"^(?:(?:re|fwd?|aw|sv|wg)\s*:\s*)*\[([\w .+-]{2,40})\]", re.IGNORECASE)
_VIA: Final = re.compile(r"\s+via\s+.*$", re.IGNORECASE | re.DOTALL)
_DATE_IN_A_NAME: Final = re.compile(
    r"(?:^|[-_. ])(?:19|20)\d\d(?:[-_. ]?(?:\d\d?|[A-Z][a-z]{2,8}|q\d))*|\.(?:txt|mbox|gz)\b"
)

Mails = Callable[[], Iterator[RawMail | LeftOut]]


@dataclass(slots=True)
class _Place:
    """A list as its newest mail describes it."""

    name: str = ""
    url: str = ""
    named_at: datetime = _BEGINNING
    writers: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Person:
    name: str
    named_at: datetime


@dataclass(slots=True)
class Survey:
    """What is known of an archive's lists and people once its headers have been gone through."""

    places: dict[str, _Place] = field(default_factory=dict)
    by_address: dict[str, str] = field(default_factory=dict)
    # The one list that all mail without a List-Id and without an addressee belongs to.
    unaddressed: str = ""
    persons: dict[str, _Person] = field(default_factory=dict)

    def room_of(self, fields: Fields) -> str | None:
        """The list a mail was said on; None for what is private."""
        if list_id := list_of(fields):
            return list_id[0]
        for address in addresses_of(fields.get("to", []) + fields.get("cc", [])):
            if address in self.by_address:
                return self.by_address[address]
        return self.unaddressed or None

    def author_of(self, fields: Fields) -> tuple[str, str, str]:
        """(source id, name, address) of the writer; empty where the mail names nobody.

        Lists that write their own address into From ("Alder Finch via Tools") must not make one person of everybody.
        """
        address, name = person_of(first(fields, "from"))
        if not address or address not in self.by_address:
            return address, name, address
        name = _VIA.sub("", name)
        for raw in fields.get("x-original-from", []) + fields.get("reply-to", []):
            other, other_name = person_of(raw)
            if other and other not in self.by_address:
                return other, name or other_name, other
        return (f"{name.lower()} via {address}", name, "") if name else ("", "", "")

    def people(self) -> Iterator[PersonRecord]:
        for source_id, person in self.persons.items():
            email = source_id if "@" in source_id and " via " not in source_id else ""
            # Anybody may write to a list: an address alone makes nobody a member of the organisation.
            name = person.name or source_id.partition("@")[0]
            yield PersonRecord(source_id, name, email=email, is_guest=True)

    def rooms(self) -> Iterator[RoomRecord]:
        for source_id, place in self.places.items():
            name = place.name or source_id.partition(".")[0] + "@"
            members = tuple(sorted(place.writers))
            yield RoomRecord(source_id, name, RoomAudience.MEMBERS, members, place.url)


def survey(mails: Mails, file_name: str, now: datetime) -> Survey:
    """Two passes over the headers: first the lists, then, when these are known, who writes on them.

    In this order, so that the people of private correspondence are never even listed.
    """
    result = Survey()
    unlisted = _Unlisted()
    for mail, fields in _spoken(mails()):
        if list_id := list_of(fields):
            _describe(result, list_id, fields, said_at(fields, mail.from_line, now) or _BEGINNING)
        else:
            unlisted.count(fields, mail.content)
    unlisted.settle(result, file_name)
    for mail, fields in _spoken(mails()):
        _meet(result, fields, said_at(fields, mail.from_line, now) or _BEGINNING)
    return result


def _spoken(mails: Iterable[RawMail | LeftOut]) -> Iterator[tuple[RawMail, Fields]]:
    for mail in mails:
        if isinstance(mail, RawMail):
            fields = fields_of(mail.content)
            if not is_automatic(fields):
                yield mail, fields


def _describe(result: Survey, list_id: tuple[str, str], fields: Fields, time: datetime) -> None:
    source_id, phrase = list_id
    place = result.places.setdefault(source_id, _Place())
    if time >= place.named_at:
        place.name, place.named_at = phrase or place.name, time
        place.url = web_address_in(first(fields, "list-archive")) or place.url
    for address in addresses_of(fields.get("list-post", [])):
        result.by_address.setdefault(address.removeprefix("mailto:"), source_id)


def _meet(result: Survey, fields: Fields, time: datetime) -> None:
    room = result.room_of(fields)
    source_id, name, _ = result.author_of(fields)
    if room is None or not source_id:
        return
    person = result.persons.setdefault(source_id, _Person(name, time))
    if name and (not person.name or time >= person.named_at):
        person.name, person.named_at = name, time
    result.places[room].writers.add(source_id)


class _Unlisted:
    """The mail without a List-Id, looked at together: is it one list's, or somebody's own?"""

    def __init__(self) -> None:
        self._mails = 0
        self._addressed = 0
        self._spelt_out = 0
        self._recipients: Counter[str] = Counter()
        self._owners: set[str] = set()
        self._authors: set[str] = set()
        self._tags: Counter[str] = Counter()
        self._author_by_id: dict[int, int] = {}
        self._answers: list[tuple[int, int]] = []

    def count(self, fields: Fields, content: bytes) -> None:
        self._mails += 1
        recipients = addresses_of(fields.get("to", []) + fields.get("cc", []))
        if recipients or any(name in fields for name in ("delivered-to", "received", "bcc", "x-original-to")):
            self._addressed += 1
        for address in recipients:
            if address in self._recipients or len(self._recipients) < _MOST_RECIPIENTS:
                self._recipients[address] += 1
        owned = [raw for raw in fields.get("delivered-to", []) if not raw.lower().startswith(b"mailing list")]
        self._owners.update(addresses_of(owned + fields.get("x-original-to", []) + fields.get("envelope-to", [])))
        sender = first(fields, "from")
        self._spelt_out += b" at " in sender and b"@" not in sender
        author, name = person_of(sender)
        if " via " not in name.lower():
            self._authors.add(author)
        if tag := _SUBJECT_TAG.match(words_of(first(fields, "subject"))):
            self._tags[tag[1]] += 1
        self._sample(fields, content, hash(author))

    def _sample(self, fields: Fields, content: bytes, author: int) -> None:
        if len(self._author_by_id) < _MOST_SAMPLED:
            self._author_by_id[hash(message_id(fields, content))] = author
            answered = ids_of(first(fields, "in-reply-to")) or ids_of(first(fields, "references"))[-1:]
            self._answers += [(hash(parent), author) for parent in answered[:1]]

    def settle(self, result: Survey, file_name: str) -> None:
        """Adds the one list that this mail belongs to, when it does."""
        if not self._mails:
            return
        if not self._addressed and not result.places and self._is_public():
            name = self._tag() or _DATE_IN_A_NAME.sub("", file_name).strip("-_. ") or "Mail"
            result.unaddressed = name.lower()
            result.places[result.unaddressed] = _Place(name=name)
        elif address := self._shared_address():
            # The id that a list's own software would have written: newer mail of the list has it.
            source_id = address.replace("@", ".")
            result.places.setdefault(source_id, _Place(name=self._tag() or address.partition("@")[0] + "@"))
            result.by_address.setdefault(address, source_id)

    def _is_public(self) -> bool:
        """Public archives spell addresses out ("alder at example.org"), and their people answer each other."""
        return self._spelt_out * 2 > self._mails or self._people_answer_each_other()

    def _tag(self) -> str:
        tag, count = next(iter(self._tags.most_common(1)), ("", 0))
        return tag if count * 2 >= self._mails else ""

    def _shared_address(self) -> str:
        for address, count in self._recipients.most_common(1):
            is_own = address in self._owners or address in self._authors
            if count >= _SHARE_OF_A_LIST * self._mails and not is_own and self._people_answer_each_other():
                return address
        return ""

    def _people_answer_each_other(self) -> bool:
        """In somebody's own mailbox the answers are to mail that lies elsewhere, in what the owner sent."""
        if len(self._authors) < _FEWEST_AUTHORS:
            return False
        here = [author for parent, author in self._answers if self._author_by_id.get(parent, author) != author]
        return len(here) * 2 >= len(self._answers) > 0

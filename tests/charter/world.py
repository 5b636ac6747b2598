"""A small organisation for tests of reading, brought in by the same code as anybody's archive.

Three people in every test of access: Ana belongs, Ben is of the organisation, Gus is a guest from outside. Root is
an administrator without any account in the tool.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client

from alongside.archives.actions import bring_in
from alongside.archives.port import Header, MessageRecord, PersonRecord, RemovedRecord, RoomAudience, RoomRecord
from alongside.archives.recognising import recognised
from alongside.archives.rules import Report
from alongside.archives.writing import lines, write
from alongside.people.actions import link_account, make_person
from alongside.people.models import Account, Person
from alongside.people.queries import links_offered_to, viewer_of_person
from alongside.people.rules import Viewer
from alongside.search import queries, serving
from alongside.search.followers import catch_up_words

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# A conversation's or a room's address that nothing has: as long as a real one.
MISSING = "zzzzzzzzzzzz"

ANA = PersonRecord("ana", "Ana Moreau", "ana", "ana@acme.example")
BEN = PersonRecord("ben", "Ben Okafor", "ben", "ben@acme.example")
GUS = PersonRecord("gus", "Gus Lindqvist", "gus", "gus@elsewhere.example", is_guest=True)
PEOPLE = (ANA, BEN, GUS)


def open_room(name: str, *members: str) -> RoomRecord:
    return RoomRecord(name, name, RoomAudience.ORGANISATION, members, f"https://acme.example/{name}")


def closed_room(name: str, *members: str) -> RoomRecord:
    return RoomRecord(name, name, RoomAudience.MEMBERS, members, f"https://acme.example/{name}")


def said(
    source_id: str,
    room: str,
    author: str,
    text: str,
    *,
    minutes: int = 0,
    context: str | None = "",
    subject: str = "",
    edited: bool = False,
    helped: bool = False,
) -> MessageRecord:
    """`context` empty: it begins a conversation of its own."""
    said_at = BEGAN + timedelta(minutes=minutes)
    return MessageRecord(
        source_id=source_id,
        room=room,
        author=author,
        html=f"<p>{text}</p>",
        said_at=said_at,
        context=source_id if context == "" else context,
        subject=subject,
        edited_at=said_at + timedelta(minutes=1) if edited else None,
        url=f"https://acme.example/{room}/{source_id}",
        helped=helped,
    )


@dataclass(slots=True)
class Archives:
    """Writes archives into a folder and brings them in."""

    folder: Path
    key: str = "acme"
    number: int = field(default=0)

    def write(
        self,
        *,
        rooms: Iterable[RoomRecord] = (),
        messages: Iterable[MessageRecord | RemovedRecord] = (),
        people: Iterable[PersonRecord] = PEOPLE,
    ) -> Path:
        self.number += 1
        path = self.folder / f"{self.key}-{self.number}.jsonl"
        write(path, lines(Header(self.key, self.key.title(), "alongside"), people, rooms, messages))
        return path

    def bring(self, *, is_try_out: bool = False, **records: Any) -> Report:
        return bring(self.write(**records), is_try_out=is_try_out)


def bring(path: Path, *, is_try_out: bool = False) -> Report:
    report = bring_in(None, reader=recognised(path).reader, path=path, is_try_out=is_try_out)
    catch_up_words()
    return report


def signed_up(record: PersonRecord, *, is_full_member: bool = False, is_administrator: bool = False) -> Person:
    """A person, with every account that is offered to them linked by their own act."""
    person = make_person(
        None,
        email=record.email,
        name=record.name,
        is_full_member=is_full_member,
        is_administrator=is_administrator,
    )
    for offer in links_offered_to(viewer_of_person(person)):
        link_account(viewer_of_person(person), account_id=offer.account_id)
    return person


ROOT = PersonRecord("root", "Root Administrator", "root", "root@acme.example")


@dataclass(frozen=True, slots=True)
class Readers:
    ana: Person
    ben: Person
    gus: Person
    root: Person

    def who_do_not_belong(self) -> list[Client]:
        """Everybody but Ana, and somebody who is not signed in."""
        return [Client(), *(reading_as(one) for one in (self.ben, self.gus, self.root))]


def everybody_signed_up() -> Readers:
    return Readers(
        signed_up(ANA),
        signed_up(BEN),
        signed_up(GUS),
        signed_up(ROOT, is_full_member=True, is_administrator=True),
    )


def reading_as(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def viewer(person: Person) -> Viewer:
    return viewer_of_person(Person.objects.get(pk=person.pk))


def account_id(source_id: str) -> int:
    return Account.objects.values_list("pk", flat=True).get(source_id=source_id)


def address_of(table: str, source_id: str) -> str:
    """The part of a link that names a conversation or room."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT public_id FROM conversations_{table} WHERE source_id = %s", [source_id])
        found: str = cursor.fetchone()[0]
    return found


_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]*')


def whole(answer: HttpResponseBase) -> bytes:
    """All that goes over the wire but what is random for each answer (CSRF's mask)."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(answer.headers.items()))
    cookies = "\n".join(sorted(name for name in answer.cookies))
    return f"{answer.status_code}\n{headers}\n{cookies}\n\n".encode() + _TOKEN.sub(rb"\1", body)


def addresses(*, rooms: Iterable[str], conversations: Iterable[str], questions: Iterable[str]) -> Iterator[str]:
    """Every address that reads, for these rooms, conversations (as in links) and questions."""
    yield from ("/", "/?page=2", "/things/", "/choices/", "/charter", "/api/rooms", "/api/rooms?page=2", "/find")
    for question in questions:
        for order in ("", "&order=newest"):
            yield f"/find?q={question}{order}"
            yield f"/api/find?q={question}{order}&limit=50"
        yield f"/api/find?q={question}&before=2026-03-02T09:30:00Z"
        yield f"/api/complete?q={question}"
        yield f"/complete?q={question}"
    for room in rooms:
        for page in ("", "?page=1", "?page=2"):
            yield f"/rooms/{room}{page}"
            yield f"/api/rooms/{room}{page}"
    for conversation in conversations:
        for page in ("", "?page=1", "?page=2"):
            yield f"/conversations/{conversation}{page}"
            yield f"/api/conversations/{conversation}{page}"
        yield f"/api/conversations/{conversation}/related"


def answers(client: Client, asked: Iterable[str]) -> dict[str, bytes]:
    return {address: whole(client.get(address)) for address in asked}


@contextmanager
def only_words(monkeypatch: Any) -> Iterator[None]:
    """Without the model of meaning: faster, and every answer follows from words alone."""
    with monkeypatch.context() as patched:
        for module in (serving, queries):
            patched.setattr(module, "model", lambda: None)
        yield

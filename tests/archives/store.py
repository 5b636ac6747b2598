"""What is in the store, for comparing before with after; and small archives for tests, written line by line."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from django.db.models import Model

from alongside.archives.actions import bring_in
from alongside.archives.recognising import recognised
from alongside.archives.rules import Report
from alongside.audiences.models import Audience, Hearer
from alongside.conversations.models import Conversation, Message, Room
from alongside.people.models import Account, Connection, DeclinedLink, Person

DOMAIN: Final[tuple[type[Model], ...]] = (
    Connection, Person, Account, DeclinedLink, Audience, Hearer, Room, Conversation, Message,
)  # fmt: skip
# How an import remembers what it compared: it says nothing about what anybody said.
BOOKKEEPING: Final = frozenset({"last_brought_by"})

Line = dict[str, Any]
Dump = dict[str, list[dict[str, Any]]]


def rows() -> Dump:
    """Every row of every table of the domain, as it is, but for an import's bookkeeping."""
    found = {model.__name__: [_row(row) for row in model._default_manager.order_by("pk").values()] for model in DOMAIN}
    # Who hears is a set: its rows have no number that anything knows.
    hearers = [{name: value for name, value in row.items() if name != "id"} for row in found["Hearer"]]
    return {**found, "Hearer": sorted(hearers, key=str)}


def _row(row: Line) -> Line:
    return {name: value for name, value in row.items() if name not in BOOKKEEPING}


def said() -> list[tuple[Any, ...]]:
    """What was said, without the numbers of rows: the same for two stores that hold the same."""
    found = Message.objects.select_related("room__connection", "conversation", "audience", "author").order_by()
    return sorted(
        (
            one.room.connection.key, one.room.name, one.audience.kind, one.audience.is_sealed, one.author.source_id,
            one.conversation.source_id, one.conversation.title, one.conversation.started_at,
            one.conversation.last_said_at, one.source_id, one.said_at, str(one.edited_at), one.html, one.text,
            one.url, one.helped, one.reply_to_source_id,
        )
        for one in found
    )  # fmt: skip


def bring(path: Path, *, is_try_out: bool = False, opens_mail: bool = False) -> Report:
    reader = recognised(path).reader
    return bring_in(None, reader=reader, path=path, is_try_out=is_try_out, opens_mail=opens_mail)


def header(key: str = "urn:x:acme", name: str = "Acme, Slack", **more: object) -> Line:
    context = "https://www.w3.org/ns/activitystreams"
    return {"@context": context, "type": "Collection", "id": key, "name": name, "alongside": 1, **more}


def person(identity: str, name: str = "", **more: object) -> Line:
    named = name or identity.title()
    return {"type": "Person", "id": identity, "name": named, "email": f"{identity}@example.org", **more}


def room(identity: str, name: str = "", audience: str = "organisation", **more: object) -> Line:
    return {"type": "Group", "id": identity, "name": name or f"#{identity}", "audience": audience, **more}


def note(identity: str, text: str, minute: int = 0, *, by: str = "ana", to: str = "hotline", **more: object) -> Line:
    published = f"2026-03-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00Z"
    source = {"content": text, "mediaType": "text/plain"}
    return {
        "type": "Note", "id": identity, "attributedTo": by, "to": to, "source": source, "published": published, **more,
    }  # fmt: skip


def gone(identity: str) -> Line:
    return {"type": "Tombstone", "id": identity}


def write(path: Path, lines: Iterable[Line | str]) -> Path:
    written = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("\n".join(written) + "\n", encoding="utf-8")
    return path


def people() -> list[Line]:
    return [person("ana"), person("ben"), person("cleo"), person("gus", guest=True), person("dee", deactivated=True)]


def small_archive(path: Path, *more: Line) -> Path:
    """One open room, one closed, a thread and a flat talk."""
    return write(
        path,
        [
            header(),
            *people(),
            room("hotline", members=["gus"]),
            room("leads", audience="members", members=["ana", "ben"]),
            note("m1", "A caller threatens to cancel. What do you say?", 0, context="t1"),
            note("m2", "Name the feeling first, then ask what happened.", 5, by="ben", context="t1", helped=True),
            note("m3", "The printer on the second floor smokes.", 9, by="gus", context="t3"),
            note("l1", "We raise the price in May.", 20, to="leads", context="l1"),
            note("l2", "Then tell the hotline first.", 30, by="ben", to="leads", context="l1"),
            *more,
        ],
    )

"""Children: an archive brought in, words index included; and the same rows by a bare `bulk_create`."""

import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from bench.children import FamilyMemory, processor_seconds, start_django, tell
from bench.installation import header, write_lines
from bench.million import EACH
from bench.texts import posts

ROOMS = 50
PEOPLE = 300
AT_ONCE = 500


def write_archive(path: Path, data: Path, messages: int) -> Path:
    return write_lines(path, _archive(posts(data), messages))


def _archive(texts: list[str], messages: int) -> Iterator[object]:
    choose, began = Random(6), datetime(2024, 1, 1, tzinfo=UTC)
    yield header("import")
    for row in range(PEOPLE):
        yield {"type": "Person", "id": f"u{row}", "name": f"Somebody {row}", "email": f"u{row}@bench.example"}
    for row in range(ROOMS):
        yield {"type": "Group", "id": f"r{row}", "name": f"#room-{row}", "audience": "organisation"}
    for row in range(messages):
        talk = row // EACH
        yield {
            "type": "Note",
            "id": f"m{row}",
            "attributedTo": f"u{choose.randrange(PEOPLE)}",
            "to": f"r{talk % ROOMS}",
            "context": f"t{talk}",
            "source": {"content": choose.choice(texts), "mediaType": "text/markdown"},
            "published": (began + timedelta(seconds=20 * row)).isoformat(),
        }


def ours(archive: Path) -> dict[str, Any]:
    """Just what `alongside import` does after its start."""
    from alongside.config.commands.archiving import bring, stay_small
    from alongside.config.commands.starting import prepare_store

    prepare_store()
    stay_small()
    began, used = perf_counter(), processor_seconds()
    with FamilyMemory() as memory:
        report = bring(archive, quiet=False)
    return {
        "seconds": perf_counter() - began,
        "processor": processor_seconds() - used,
        "messages": report.new,
        "peak": memory.peak,
    }


def bare(store: Path) -> dict[str, Any]:
    """The rows that an import made, again, into an empty store: the least that Django could do."""
    from django.db import transaction

    from alongside.audiences.models import Audience
    from alongside.config.commands.starting import prepare_store
    from alongside.conversations.models import Conversation, Message, Room
    from alongside.people.models import Account, Connection

    prepare_store()
    for around in (Connection, Account, Audience, Room):
        around.objects.bulk_create(bare_rows(store, around))
    took, used, messages = 0.0, 0.0, 0
    models: tuple[Any, ...] = (Conversation, Message)
    for model in models:
        rows = bare_rows(store, model)
        messages = len(rows)
        began, before = perf_counter(), processor_seconds()
        for start in range(0, len(rows), AT_ONCE):
            with transaction.atomic():
                model.objects.bulk_create(rows[start : start + AT_ONCE])
        took, used = took + perf_counter() - began, used + processor_seconds() - before
    return {"seconds": took, "processor": used, "messages": messages}


def bare_rows(store: Path, model: Any) -> list[Any]:
    names = [column.attname for column in model._meta.concrete_fields]
    kinds = {column.attname: column.get_internal_type() for column in model._meta.concrete_fields}
    with sqlite3.connect(store) as rows:
        found = rows.execute(f"SELECT {', '.join(names)} FROM {model._meta.db_table} ORDER BY id")
        return [
            model(**{name: _value(kinds[name], value) for name, value in zip(names, row, strict=True)}) for row in found
        ]


def _value(kind: str, value: Any) -> Any:
    if kind == "DateTimeField" and value is not None:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value


def main() -> None:
    start_django()
    kind, path = sys.argv[1], Path(sys.argv[2])
    tell(ours(path) if kind == "ours" else bare(path))


if __name__ == "__main__":
    main()

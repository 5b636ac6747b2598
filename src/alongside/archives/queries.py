"""What is known of imports, and of the messages that they brought. Administration: it has no viewer."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from alongside.archives.models import Import


@dataclass(frozen=True, slots=True)
class ImportView:
    import_id: int
    name: str
    connection: str
    state: str
    fingerprint: str


def unscoped_imports() -> list[ImportView]:
    rows = Import.objects.select_related("connection").order_by("id")
    return [
        ImportView(row.pk, row.name, row.connection.name if row.connection else "", row.state, row.fingerprint)
        for row in rows
    ]


def unscoped_messages_missing(room_id: int, import_id: int) -> list[int]:
    """Messages of a room that an import did not bring though it brought earlier and later ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id FROM conversations_message m JOIN (SELECT min(said_at) AS first, max(said_at) AS last"
            " FROM conversations_message WHERE room_id = %s AND last_brought_by = %s) span"
            " ON m.said_at >= span.first AND m.said_at <= span.last"
            " WHERE m.room_id = %s AND m.last_brought_by <> %s ORDER BY m.id",
            [room_id, import_id, room_id, import_id],
        )
        return [row[0] for row in cursor.fetchall()]


def unscoped_messages_named(connection_id: int, source_ids: Sequence[str]) -> list[int]:
    marks = ", ".join("%s" for _ in source_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id FROM conversations_message m JOIN conversations_room r ON r.id = m.room_id"
            f" WHERE r.connection_id = %s AND m.source_id IN ({marks}) ORDER BY m.id",
            [connection_id, *source_ids],
        )
        return [row[0] for row in cursor.fetchall()]

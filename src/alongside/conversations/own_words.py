"""What the viewer said, to take along."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from alongside.audiences.queries import condition
from alongside.conversations.reading import marks_for, rows_of, time_of, time_or_none
from alongside.people.rules import Viewer


@dataclass(frozen=True, slots=True)
class MyWord:
    source_id: str
    room_id: int
    context: str
    title: str
    author_id: int
    html: str
    said_at: datetime
    edited_at: datetime | None
    url: str
    helped: bool
    reply_to: str


@dataclass(frozen=True, slots=True)
class MyRoom:
    """A room in which the viewer said something, with which of the viewer's accounts."""

    room_id: int
    source_id: str
    name: str
    url: str
    audience_kind: str
    connection: str
    account_ids: tuple[int, ...]


def my_rooms(viewer: Viewer) -> list[MyRoom]:
    """Rooms in which the viewer said something that is not sealed; without their names where the viewer left."""
    may = condition(viewer, "r.audience_id")
    name, url = (f"CASE WHEN {may.sql} THEN {column} ELSE '' END" for column in ("r.name", "r.url"))
    rows = rows_of(
        f"SELECT DISTINCT r.id, r.source_id, {name}, {url}, a.kind, c.key, m.author_id FROM conversations_message m"
        " JOIN conversations_room r ON r.id = m.room_id JOIN people_connection c ON c.id = r.connection_id"
        " JOIN audiences_audience a ON a.id = m.audience_id"
        f" WHERE m.author_id IN ({marks_for(viewer.account_ids)}) AND NOT a.is_sealed ORDER BY r.id, a.kind, m.author_id",
        [*may.params, *may.params, *viewer.account_ids],
    )
    by_room = [list(of_one) for _, of_one in groupby(rows, key=itemgetter(0))]
    return [
        MyRoom(some[0][0], some[0][1], some[0][2], some[0][3], some[0][4], some[0][5], tuple(row[6] for row in some))
        for some in by_room
    ]


def my_words(viewer: Viewer) -> Iterator[MyWord]:
    """Everything that the viewer said, in the order it came in, streamed: it is theirs, also where they read no more.

    What is sealed stays sealed, for its authors too, until a member opens it. A title goes along where it is theirs.
    """
    if not viewer.account_ids:
        return
    last = (0,)
    while True:
        rows = rows_of(
            "SELECT m.id, m.source_id, m.room_id, v.source_id, CASE WHEN (SELECT f.author_id"
            " FROM conversations_message f WHERE f.conversation_id = v.id ORDER BY f.said_at, f.id LIMIT 1)"
            f" IN ({marks_for(viewer.account_ids)}) THEN v.title ELSE '' END, m.author_id, m.html, m.said_at, m.edited_at,"
            " m.url, m.helped, m.reply_to_source_id FROM conversations_message m"
            " JOIN conversations_conversation v ON v.id = m.conversation_id"
            " JOIN audiences_audience a ON a.id = m.audience_id"
            f" WHERE m.author_id IN ({marks_for(viewer.account_ids)}) AND NOT a.is_sealed AND m.id > %s"
            " ORDER BY m.id LIMIT 500",
            [*viewer.account_ids, *viewer.account_ids, *last],
        )
        for row in rows:
            yield MyWord(
                source_id=row[1],
                room_id=row[2],
                context=row[3],
                title=row[4],
                author_id=row[5],
                html=row[6],
                said_at=time_of(row[7]),
                edited_at=time_or_none(row[8]),
                url=row[9],
                helped=bool(row[10]),
                reply_to=row[11],
            )
        if not rows:
            return
        last = (rows[-1][0],)

"""Reads of rooms and of what was said in them, in hand-written SQL: the same text for both stores.

Every read begins with who reads; `audiences.queries.condition` is in every WHERE. What is hidden is not there:
both raise NotThere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from alongside.audiences.queries import NotThere, condition, condition_of_few, sealed_of
from alongside.conversations.left_out import titles_without_the_paused
from alongside.conversations.reading import as_stored, bound, marks_for, rows_of, time_of, time_or_none
from alongside.conversations.rules import CONVERSATIONS_A_PAGE, MESSAGES_A_PAGE, Heard
from alongside.people.rules import Viewer


@dataclass(frozen=True, slots=True)
class RoomView:
    public_id: str
    name: str
    tool: str
    connection: str
    audience_kind: str
    url: str


@dataclass(frozen=True, slots=True)
class RoomAtHome:
    """A room with the newest thing said in it."""

    room: RoomView
    title: str
    conversation_id: str
    last_said_at: datetime


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """A conversation in a list, with who began it, and whether somebody said in the tool that something helped."""

    public_id: str
    title: str
    started_at: datetime
    last_said_at: datetime
    starter: str
    helped: bool


@dataclass(frozen=True, slots=True)
class RoomPage:
    room: RoomView
    conversations: tuple[ConversationLine, ...]
    has_newer: bool
    has_older: bool
    page: int


@dataclass(frozen=True, slots=True)
class MessageView:
    author: str
    said_at: datetime
    edited_at: datetime | None
    html: str
    url: str
    helped: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class ConversationPage:
    public_id: str
    title: str
    url: str
    started_at: datetime
    last_said_at: datetime
    room: RoomView
    messages: tuple[MessageView, ...]
    page: int
    has_earlier: bool
    has_later: bool


@dataclass(frozen=True, slots=True)
class FoundText:
    """A conversation that an index proposed and the database confirmed, with the words to choose a passage from."""

    conversation_id: int
    public_id: str
    source_id: str
    title: str
    room: RoomView
    started_at: datetime
    last_said_at: datetime
    messages: tuple["TextOfMessage", ...]


class TextOfMessage(NamedTuple):
    """Hundreds are read for each question and ten are shown: a plain tuple, its time parsed where it is wanted."""

    message_id: int
    source_id: str
    author: str
    stored_time: Any
    text: str
    url: str
    helped: bool
    author_id: int

    @property
    def said_at(self) -> datetime:
        return time_of(self.stored_time)


@dataclass(frozen=True, slots=True)
class SealedRoom:
    audience_id: int
    name: str
    connection: str


_ROOM = "r.public_id, r.name, c.tool, c.name, ra.kind, r.url"
_ROOM_FROM = " JOIN people_connection c ON c.id = r.connection_id JOIN audiences_audience ra ON ra.id = r.audience_id"


def rooms_at_home(viewer: Viewer, limit: int = 12, *, after: int = 0) -> list[RoomAtHome]:
    """Rooms with something that the viewer may read, the one with the newest words first. One query."""
    may = condition(viewer, "v.audience_id")
    reads_room = condition(viewer, "r.audience_id")
    rows = rows_of(
        f"SELECT {_ROOM}, v.title, v.public_id, v.last_said_at FROM conversations_room r{_ROOM_FROM}"
        " JOIN conversations_conversation v ON v.id = (SELECT v.id FROM conversations_conversation v"
        f" WHERE v.room_id = r.id AND {may.sql} ORDER BY v.last_said_at DESC, v.id DESC LIMIT 1)"
        f" WHERE {reads_room.sql} ORDER BY v.last_said_at DESC, r.id LIMIT %s OFFSET %s",
        [*may.params, *reads_room.params, limit, after],
    )
    return [RoomAtHome(RoomView(*row[:6]), row[6], row[7], time_of(row[8])) for row in rows]


def room_page(viewer: Viewer, public_id: str, page: int = 1) -> RoomPage:
    """A room's conversations, newest first. Raises NotThere when nothing in it is the viewer's to read. Two queries."""
    may = condition(viewer, "v.audience_id")
    reads_room = condition(viewer, "r.audience_id")
    rooms = rows_of(
        f"SELECT {_ROOM}, r.id FROM conversations_room r{_ROOM_FROM} WHERE r.public_id = %s AND ({reads_room.sql}"
        f" OR EXISTS (SELECT 1 FROM conversations_conversation v WHERE v.room_id = r.id AND {may.sql}))",
        [public_id, *reads_room.params, *may.params],
    )
    if not rooms:
        raise NotThere
    start = (page - 1) * CONVERSATIONS_A_PAGE
    found = rows_of(
        "SELECT v.public_id, v.title, v.started_at, v.last_said_at, (SELECT a.name FROM conversations_message m"
        " JOIN people_account a ON a.id = m.author_id WHERE m.conversation_id = v.id ORDER BY m.said_at, m.id LIMIT 1),"
        " EXISTS (SELECT 1 FROM conversations_message m WHERE m.conversation_id = v.id AND m.helped)"
        " FROM conversations_conversation v"
        f" WHERE v.room_id = %s AND {may.sql} ORDER BY v.last_said_at DESC, v.id DESC LIMIT %s OFFSET %s",
        [rooms[0][6], *may.params, CONVERSATIONS_A_PAGE + 1, start],
    )
    if not found and page > 1:
        raise NotThere
    lines = tuple(
        ConversationLine(row[0], row[1], time_of(row[2]), time_of(row[3]), row[4] or "", bool(row[5]))
        for row in found[:CONVERSATIONS_A_PAGE]
    )
    return RoomPage(RoomView(*rooms[0][:6]), lines, page > 1, len(found) > CONVERSATIONS_A_PAGE, page)


def conversation_page(viewer: Viewer, public_id: str, page: int = 1) -> ConversationPage:
    """A conversation with a page of its messages in order. Raises NotThere. Two queries, whatever its length."""
    may = condition(viewer, "v.audience_id")
    heads = rows_of(
        f"SELECT v.id, v.title, v.started_at, v.last_said_at, {_ROOM} FROM conversations_conversation v"
        f" JOIN conversations_room r ON r.id = v.room_id{_ROOM_FROM} WHERE v.public_id = %s AND {may.sql}",
        [public_id, *may.params],
    )
    if not heads:
        raise NotThere
    head = heads[0]
    may_message = condition(viewer, "m.audience_id")
    mine = viewer.account_ids
    rows = rows_of(
        "SELECT a.name, m.said_at, m.edited_at, m.html, m.url,"
        " m.helped OR EXISTS (SELECT 1 FROM conversations_helped h WHERE h.message_id = m.id),"
        f" m.author_id IN ({marks_for(mine)}) FROM conversations_message m"
        f" JOIN people_account a ON a.id = m.author_id WHERE m.conversation_id = %s AND {may_message.sql}"
        " ORDER BY m.said_at, m.id LIMIT %s OFFSET %s",
        [*mine, head[0], *may_message.params, MESSAGES_A_PAGE + 1, (page - 1) * MESSAGES_A_PAGE],
    )
    if not rows and page > 1:
        raise NotThere
    messages = tuple(
        MessageView(row[0], time_of(row[1]), time_or_none(row[2]), row[3], row[4], bool(row[5]), bool(row[6]))
        for row in rows[:MESSAGES_A_PAGE]
    )
    return ConversationPage(
        public_id=public_id,
        title=head[1],
        url=messages[0].url if messages else "",
        started_at=time_of(head[2]),
        last_said_at=time_of(head[3]),
        room=RoomView(*head[4:10]),
        messages=messages,
        page=page,
        has_earlier=page > 1,
        has_later=len(rows) > MESSAGES_A_PAGE,
    )


def conversation_row(viewer: Viewer, public_id: str) -> int:
    """The row of a conversation, for an index. Raises NotThere."""
    return conversation_titled(viewer, public_id)[0]


def conversation_titled(viewer: Viewer, public_id: str) -> tuple[int, str]:
    """Row and title of a conversation. Raises NotThere."""
    may = condition(viewer, "v.audience_id")
    rows = rows_of(
        f"SELECT v.id, v.title FROM conversations_conversation v WHERE v.public_id = %s AND {may.sql}",
        [public_id, *may.params],
    )
    if not rows:
        raise NotThere
    return rows[0][0], rows[0][1]


def confirmed(
    viewer: Viewer, conversation_ids: Sequence[int], messages_each: int = 400, *, most: int | None = None
) -> list[FoundText]:
    """What an index proposed, as far as the viewer may read it now, in the order proposed. Two queries.

    The database has the last word: an index may be some seconds behind. `most`: no more are needed, so that the
    words of the others, which are most of the work, stay where they are.
    """
    if not conversation_ids:
        return []
    may = condition_of_few(viewer, "v.audience_id")
    heads = rows_of(
        f"SELECT v.id, v.public_id, v.source_id, v.title, {as_stored('v.started_at')}, {as_stored('v.last_said_at')},"
        f" {_ROOM} FROM conversations_conversation v JOIN conversations_room r ON r.id = v.room_id{_ROOM_FROM}"
        f" WHERE v.id IN ({marks_for(conversation_ids)}) AND {may.sql}",
        [*conversation_ids, *may.params],
    )
    by_id = {head[0]: head for head in heads}
    shown = [by_id[one] for one in conversation_ids if one in by_id]
    found = _found_texts(viewer, shown[:most], messages_each)
    if most is not None and len(found) < most < len(shown):  # some have no message that this viewer may read
        found += _found_texts(viewer, shown[most:], messages_each)
    return found[:most]


def _found_texts(viewer: Viewer, heads: Sequence[Any], messages_each: int) -> list[FoundText]:
    texts, begun_by_paused = _texts_of(viewer, [head[0] for head in heads], messages_each)
    titles = titles_without_the_paused(begun_by_paused)
    return [
        FoundText(
            head[0],
            head[1],
            head[2],
            titles.get(head[0], head[3]),
            RoomView(*head[6:12]),
            time_of(head[4]),
            time_of(head[5]),
            tuple(texts[head[0]]),
        )
        for head in heads
        if head[0] in texts
    ]


# What a page of results comes to, unless conversations are long: then they are cut where they stand.
_PLAINLY = 2_000
_TEXT = f"m.conversation_id, m.id, m.source_id, a.name, {as_stored('m.said_at')}, m.text, m.url, m.helped, a.id"


def _texts_of(
    viewer: Viewer, conversation_ids: Sequence[int], messages_each: int
) -> tuple[dict[int, list[TextOfMessage]], dict[int, str]]:
    """What is said in them by those who did not pause, and the first words of it where one who did began."""
    rows = _all_texts_of(viewer, conversation_ids) if messages_each > 1 else None
    if rows is None:
        rows = _first_texts_of(viewer, conversation_ids, messages_each)
    texts: dict[int, list[TextOfMessage]] = {}
    for row in rows:
        texts.setdefault(row[0], []).append(
            TextOfMessage(row[1], row[2], row[3], row[4], row[5], row[6], bool(row[7]), row[8])
        )
    begun = {row[0]: texts[row[0]][0].text for row in rows if row[9]}
    return {conversation_id: of_one[:messages_each] for conversation_id, of_one in texts.items()}, begun


def _all_texts_of(viewer: Viewer, conversation_ids: Sequence[int]) -> list[Any] | None:
    """Without numbering them, which takes as long as reading them. None when there are too many for that."""
    may = condition(viewer, "m.audience_id")
    rows = rows_of(
        f"SELECT {_TEXT}, a.is_paused FROM conversations_message m JOIN people_account a ON a.id = m.author_id"
        f" WHERE m.conversation_id IN ({marks_for(conversation_ids)}) AND {may.sql}"
        " ORDER BY m.conversation_id, m.said_at, m.id LIMIT %s",
        [*conversation_ids, *may.params, _PLAINLY + 1],
    )
    if len(rows) > _PLAINLY:
        return None
    begun: dict[int, bool] = {}
    for row in rows:
        begun.setdefault(row[0], row[9])
    return [(*row[:9], begun[row[0]]) if begun[row[0]] else row for row in rows if not row[9]]


def _first_texts_of(viewer: Viewer, conversation_ids: Sequence[int], messages_each: int) -> list[Any]:
    may = condition(viewer, "m.audience_id")
    return rows_of(
        f"SELECT {_TEXT}, placed.begun FROM"
        " (SELECT m.id, w.is_paused, ROW_NUMBER() OVER (PARTITION BY m.conversation_id, w.is_paused"
        " ORDER BY m.said_at, m.id) AS place, FIRST_VALUE(w.is_paused) OVER (PARTITION BY m.conversation_id"
        " ORDER BY m.said_at, m.id) AS begun FROM conversations_message m JOIN people_account w ON w.id = m.author_id"
        f" WHERE m.conversation_id IN ({marks_for(conversation_ids)}) AND {may.sql}) placed"
        " JOIN conversations_message m ON m.id = placed.id JOIN people_account a ON a.id = m.author_id"
        " WHERE placed.place <= %s AND NOT placed.is_paused ORDER BY m.conversation_id, placed.place",
        [*conversation_ids, *may.params, messages_each],
    )


def rooms_named(viewer: Viewer, name: str) -> list[int]:
    """Rows of the rooms that are called this, as far as the viewer may read them; for `in:#room`."""
    may = condition_of_few(viewer, "r.audience_id")
    rows = rows_of(
        f"SELECT r.id FROM conversations_room r WHERE lower(r.name) IN (%s, %s) AND {may.sql}",
        [name.lstrip("#").lower(), "#" + name.lstrip("#").lower(), *may.params],
    )
    return [row[0] for row in rows]


def rooms_beginning(viewer: Viewer, letters: str, limit: int = 8) -> list[RoomView]:
    """Rooms that the viewer may read whose name begins so; for completion."""
    may = condition(viewer, "r.audience_id")
    begin = letters.lstrip("#").lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    rows = rows_of(
        f"SELECT {_ROOM} FROM conversations_room r{_ROOM_FROM}"
        f" WHERE (lower(r.name) LIKE %s ESCAPE '!' OR lower(r.name) LIKE %s ESCAPE '!') AND {may.sql}"
        " ORDER BY r.name, r.id LIMIT %s",
        [f"{begin}%", f"#{begin}%", *may.params, limit],
    )
    return [RoomView(*row) for row in rows]


def rooms_readable(viewer: Viewer, limit: int = 200) -> list[RoomView]:
    """Rooms that the viewer may read, by name; what the bar of a try-out names, and where one could ask."""
    may = condition(viewer, "r.audience_id")
    rows = rows_of(
        f"SELECT {_ROOM} FROM conversations_room r{_ROOM_FROM} WHERE {may.sql} ORDER BY r.name, r.id LIMIT %s",
        [*may.params, limit],
    )
    return [RoomView(*row) for row in rows]


def conversations_i_spoke_in(viewer: Viewer) -> list[int]:
    """Rows of conversations in which the viewer spoke; for `from:me`. There is no such read for anybody else."""
    rows = rows_of(
        "SELECT DISTINCT m.conversation_id FROM conversations_message m"
        f" WHERE m.author_id IN ({marks_for(viewer.account_ids)})",
        list(viewer.account_ids),
    )
    return [row[0] for row in rows]


def sealed_rooms_of(viewer: Viewer) -> list[SealedRoom]:
    """Rooms that an archive brought sealed and that the viewer, being a member, could open."""
    audience_ids = sealed_of(viewer)
    rows = rows_of(
        "SELECT r.audience_id, r.name, c.name FROM conversations_room r"
        f" JOIN people_connection c ON c.id = r.connection_id WHERE r.audience_id IN ({marks_for(audience_ids)})"
        " ORDER BY r.name, r.id",
        audience_ids,
    )
    return [SealedRoom(*row) for row in rows]


def unscoped_heard_before(room_id: int, moment: datetime, limit: int) -> list[Heard]:
    """The last messages of a room before a moment, oldest first; for telling a flat room's conversations apart."""
    rows = rows_of(
        "SELECT m.source_id, m.author_id, m.said_at, v.source_id, m.reply_to_source_id FROM conversations_message m"
        " JOIN conversations_conversation v ON v.id = m.conversation_id"
        " WHERE m.conversation_id IN (SELECT id FROM conversations_conversation WHERE room_id = %s"
        " ORDER BY last_said_at DESC, id DESC LIMIT %s) AND m.said_at < %s ORDER BY m.said_at DESC, m.id DESC LIMIT %s",
        [room_id, limit, bound(moment), limit],
    )
    return [Heard(row[0], row[1], time_of(row[2]), row[3], row[4]) for row in reversed(rows)]

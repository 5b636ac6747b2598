"""Reads of questions: what waits for an answer, and what the viewer wondered about. Viewer first, as in queries.py."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from alongside.audiences.queries import condition
from alongside.conversations.left_out import IS_BEGUN_BY_HEARD
from alongside.conversations.models import Helped, Message, Wondering
from alongside.conversations.queries import RoomView
from alongside.conversations.reading import bound, marks_for, rows_of, time_of
from alongside.conversations.rules import anchor_of
from alongside.people.rules import Viewer

QUESTIONS_A_PAGE = 20

# Open while nobody said of a message that it answers: in its tool, or here. Each by an index of its own, because
# questions are walked in the order in which they wait.
_ASKS = "v.asks"
_ANSWERED = (
    "(EXISTS (SELECT 1 FROM conversations_message m WHERE m.conversation_id = v.id AND m.helped)"
    " OR v.id IN (SELECT m.conversation_id FROM conversations_helped h"
    " JOIN conversations_message m ON m.id = h.message_id WHERE h.is_answer))"
)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    public_id: str
    title: str
    room: RoomView
    started_at: datetime
    asker: str
    is_mine: bool
    is_wondering: bool


@dataclass(frozen=True, slots=True)
class QuestionState:
    """What a conversation's page says of it as a question, to this viewer."""

    asks: bool
    is_answered: bool
    is_asker: bool
    is_wondering: bool


@dataclass(frozen=True, slots=True)
class HelpedWords:
    """What somebody said of a message that helped them. Without a sentence nobody is named: a list would be a tally."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class OwnHelped:
    """A message of which the viewer said that it helped them, to be taken back by its place."""

    anchor: str
    author: str
    sentence: str


def open_questions(viewer: Viewer, page: int = 1, size: int = QUESTIONS_A_PAGE) -> tuple[list[OpenQuestion], bool]:
    """Questions that nobody answered yet, the one waiting longest first, and whether there are more. One query."""
    may = condition(viewer, "v.audience_id")
    mine = ", ".join("%s" for _ in viewer.account_ids) or "NULL"
    rows = rows_of(
        "SELECT v.public_id, v.title, r.public_id, r.name, c.tool, c.name, ra.kind, r.url, v.started_at, a.name,"
        f" a.id IN ({mine}), EXISTS (SELECT 1 FROM conversations_wondering w WHERE w.conversation_id = v.id"
        " AND w.person_id = %s) FROM conversations_conversation v JOIN conversations_room r ON r.id = v.room_id"
        " JOIN people_connection c ON c.id = r.connection_id JOIN audiences_audience ra ON ra.id = r.audience_id"
        " JOIN conversations_message f ON f.id = (SELECT m.id FROM conversations_message m"
        " WHERE m.conversation_id = v.id ORDER BY m.said_at, m.id LIMIT 1) JOIN people_account a ON a.id = f.author_id"
        f" WHERE {_ASKS} AND NOT {_ANSWERED} AND NOT a.is_paused AND {may.sql} ORDER BY v.started_at, v.id LIMIT %s OFFSET %s",
        [*viewer.account_ids, viewer.person_id, *may.params, size + 1, (page - 1) * size],
    )
    found = [
        OpenQuestion(
            row[0],
            row[1],
            RoomView(*row[2:8]),
            time_of(row[8]),
            row[9],
            bool(row[10]),
            bool(row[11]),
        )
        for row in rows
    ]
    return found[:size], len(found) > size


def open_question_rows(
    viewer: Viewer,
    *,
    room_ids: Collection[int] | None = None,
    after: datetime | None = None,
    before: datetime | None = None,
) -> list[int]:
    """Rows of open questions, the one waiting longest first, for an index to look in. One query."""
    may = condition(viewer, "v.audience_id")
    narrower, params = [], [*may.params]
    if room_ids is not None:
        narrower.append(f" AND v.room_id IN ({marks_for(list(room_ids))})")
        params += room_ids
    for sql, moment in ((" AND v.last_said_at >= %s", after), (" AND v.started_at < %s", before)):
        if moment is not None:
            narrower.append(sql)
            params.append(bound(moment))
    rows = rows_of(
        f"SELECT v.id FROM conversations_conversation v WHERE {_ASKS} AND NOT {_ANSWERED} AND {may.sql}"
        f"{''.join(narrower)} ORDER BY v.started_at, v.id",
        params,
    )
    return [row[0] for row in rows]


def question_state(viewer: Viewer, conversation_id: int) -> QuestionState:
    """Of a conversation that the viewer reads. One query."""
    mine = ", ".join("%s" for _ in viewer.account_ids) or "NULL"
    rows = rows_of(
        f"SELECT {_ASKS}, {_ANSWERED}, (SELECT m.author_id FROM conversations_message m"
        f" WHERE m.conversation_id = v.id ORDER BY m.said_at, m.id LIMIT 1) IN ({mine}),"
        " EXISTS (SELECT 1 FROM conversations_wondering w WHERE w.conversation_id = v.id AND w.person_id = %s)"
        " FROM conversations_conversation v WHERE v.id = %s",
        [*viewer.account_ids, viewer.person_id, conversation_id],
    )
    return QuestionState(*(bool(value) for value in rows[0])) if rows else QuestionState(False, False, False, False)  # noqa: FBT003


def answered_that_i_wondered(viewer: Viewer) -> list[tuple[int, str, str]]:
    """Conversations about which the viewer wondered and that are answered now: row, public id, title. Told once."""
    if viewer.person_id is None or not Wondering.objects.filter(person_id=viewer.person_id).exists():
        return []
    may = condition(viewer, "v.audience_id")
    return [
        (row[0], row[1], row[2])
        for row in rows_of(
            "SELECT v.id, v.public_id, v.title FROM conversations_wondering w"
            " JOIN conversations_conversation v ON v.id = w.conversation_id"
            f" WHERE w.person_id = %s AND {_ANSWERED} AND {may.sql}",
            [viewer.person_id, *may.params],
        )
    ]


def said_to_help(viewer: Viewer, conversation_id: int) -> dict[int, tuple[bool, list[HelpedWords]]]:
    """Messages of which somebody said here that they helped: whether the asker did, and sentences. For a reader of it."""
    del viewer  # the conversation was read through its audience; this belongs to its messages
    rows = Helped.objects.filter(message__conversation_id=conversation_id).select_related("person", "account")
    found: dict[int, tuple[bool, list[HelpedWords]]] = {}
    for row in rows.order_by("id"):
        is_answer, words = found.get(row.message_id, (False, []))
        if row.sentence:
            name = row.person.name if row.person else row.account.name if row.account else ""
            words.append(HelpedWords(name, row.sentence))
        found[row.message_id] = (is_answer or row.is_answer, words)
    return found


def own_helped(viewer: Viewer, conversation_id: int) -> list[OwnHelped]:
    """What the viewer said of messages of a conversation that they read; nobody else is ever told so. One query."""
    if viewer.person_id is None:
        return []
    mine = Q(person_id=viewer.person_id) | Q(account_id__in=viewer.account_ids)
    rows = Helped.objects.filter(mine, message__conversation_id=conversation_id).select_related("message__author")
    return [
        OwnHelped(anchor_of(row.message.said_at), row.message.author.name if row.message.author else "", row.sentence)
        for row in rows.order_by("message__said_at", "message_id")
    ]


def message_at(viewer: Viewer, conversation_id: int, anchor: str) -> int | None:
    """The row of a message by what a link to it ends in, in a conversation that the viewer reads."""
    del viewer
    rows = Message.objects.filter(conversation_id=conversation_id).values_list("id", "said_at")
    return next((row for row, said_at in rows if anchor_of(said_at) == anchor), None)


def titles_between(viewer: Viewer, after: datetime, until: datetime, limit: int) -> list[str]:
    """Titles of conversations that the viewer may read and that began in a span, the newest first. One query."""
    may = condition(viewer, "v.audience_id")
    adapt = connection.ops.adapt_datetimefield_value
    rows = rows_of(
        f"SELECT v.title FROM conversations_conversation v WHERE v.last_said_at > %s AND v.last_said_at <= %s AND {may.sql}"
        f" AND {IS_BEGUN_BY_HEARD} ORDER BY v.last_said_at DESC, v.id DESC LIMIT %s",
        [adapt(after), adapt(until), *may.params, limit],
    )
    return [row[0] for row in rows]

"""Conversations whole, for indexes: no viewer, so that every read is named unscoped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from alongside.audiences.rules import Kind
from alongside.conversations.left_out import titles_without_the_paused
from alongside.conversations.reading import marks_for, rows_of, time_of


@dataclass(frozen=True, slots=True)
class WholeText:
    """A conversation as an index is given it, without what those said who paused.

    `is_readable` is false while it is sealed: then it is in no index.
    """

    conversation_id: int
    audience_id: int
    is_open: bool
    is_readable: bool
    room_id: int
    started_at: datetime
    last_said_at: datetime
    title: str
    messages: tuple[tuple[int, str], ...]


def unscoped_whole_texts(conversation_ids: Sequence[int]) -> list[WholeText]:
    """These conversations, whole, as far as they still are; for indexes. Two queries."""
    if not conversation_ids:
        return []
    return _whole_texts(f"IN ({marks_for(conversation_ids)})", list(conversation_ids))


def unscoped_all_texts(messages_at_once: int = 5_000) -> Iterator[list[WholeText]]:
    """Every conversation there is, some at a time in the order of rows; for making an index anew."""
    last, step = 0, max(1, messages_at_once // 40)
    while True:
        ends = rows_of(
            "SELECT max(id), count(*) FROM (SELECT id FROM conversations_conversation WHERE id > %s"
            " ORDER BY id LIMIT %s) step",
            [last, step],
        )
        end, number = ends[0]
        if not number:
            return
        yield _whole_texts("BETWEEN %s AND %s", [last + 1, end])
        last = end


def _whole_texts(which: str, params: Sequence[Any]) -> list[WholeText]:
    """Heads and messages apart: a head in each row of its messages, times and all, took longer than the messages."""
    heads = rows_of(
        "SELECT v.id, v.audience_id, a.kind, a.is_sealed, v.room_id, v.started_at, v.last_said_at, v.title"
        " FROM conversations_conversation v JOIN audiences_audience a ON a.id = v.audience_id"
        f" WHERE v.id {which} ORDER BY v.id",
        params,
    )
    rows = rows_of(
        "SELECT m.conversation_id, m.id, m.text, a.is_paused FROM conversations_message m"
        f" JOIN people_account a ON a.id = m.author_id WHERE m.conversation_id {which}"
        " ORDER BY m.conversation_id, m.said_at, m.id",
        params,
    )
    said: dict[int, tuple[tuple[int, str], ...]] = {}
    begun_by_paused: dict[int, str] = {}
    for row_id, of_one in groupby(rows, key=itemgetter(0)):
        messages = list(of_one)
        heard = tuple((row[1], row[2]) for row in messages if not row[3])
        if heard:
            said[row_id] = heard
            if messages[0][3]:
                begun_by_paused[row_id] = heard[0][1]
    titles = titles_without_the_paused(begun_by_paused)
    return [_whole_text(head, said[head[0]], titles.get(head[0], head[7])) for head in heads if head[0] in said]


def _whole_text(head: Sequence[Any], messages: tuple[tuple[int, str], ...], title: str) -> WholeText:
    return WholeText(
        conversation_id=head[0],
        audience_id=head[1],
        is_open=head[2] != Kind.CLOSED.value,
        is_readable=not head[3],
        room_id=head[4],
        started_at=time_of(head[5]),
        last_said_at=time_of(head[6]),
        title=title,
        messages=messages,
    )

"""What an answer is taken from, and whether all of it still stands: looked at once more right before it goes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from alongside.audiences.queries import condition_of_few
from alongside.conversations.left_out import IS_BEGUN_BY_HEARD
from alongside.conversations.reading import marks_for, rows_of
from alongside.conversations.rules import title_of
from alongside.notes.marks import unscoped_note_marks
from alongside.people.rules import Viewer


class Of(StrEnum):
    """What words, or a name, are taken from."""

    MESSAGE = "message"
    CONVERSATION = "conversation"  # its title
    NOTE = "note"
    AUDIENCE = "audience"  # the name of its room
    ACCOUNT = "account"  # its name


@dataclass(frozen=True, slots=True)
class Ground:
    """One of these, by its row, with a digest of its words as they were; `account_id`: whose words or name they are."""

    of: Of
    row: int
    digest: str = ""
    account_id: int = 0


def of_message(row: int, text: str, account_id: int) -> Ground:
    return Ground(Of.MESSAGE, row, _digest(text), account_id)


def of_conversation(row: int, title: str) -> Ground:
    return Ground(Of.CONVERSATION, row, _digest(title))


def of_note(row: int, mark: str) -> Ground:
    """`mark`: as it was before it was read."""
    return Ground(Of.NOTE, row, _digest(mark))


def of_note_now(row: int) -> Ground:
    """The same, of one that was just read or written. One query."""
    return of_note(row, unscoped_note_marks([row])[row].mark)


def of_audience(row: int) -> Ground:
    return Ground(Of.AUDIENCE, row)


def of_account(row: int) -> Ground:
    return Ground(Of.ACCOUNT, row, account_id=row)


def still_stand(viewer: Viewer, grounds: Collection[Ground]) -> bool:
    """Whether the viewer may read all of it, and it says the same; nobody whose words they are paused meanwhile.

    Two queries, whatever it is, and one more where a note is among it.
    """
    there = _there(grounds)
    audiences = {one.row for one in grounds if one.of is Of.AUDIENCE}
    audiences |= {row.audience_id for row in there.values() if row.audience_id is not None}
    return all(_says_the_same(one, there) for one in grounds) and _reads_all(viewer, sorted(audiences))


@dataclass(frozen=True, slots=True)
class _There:
    """A message, a conversation, a note or an account as it is now."""

    audience_id: int | None
    words: str
    account_id: int
    is_heard: bool


_MESSAGES = (
    "SELECT 'message', m.id, m.audience_id, m.text, m.author_id, NOT a.is_paused FROM conversations_message m"
    " JOIN people_account a ON a.id = m.author_id WHERE m.id IN ({})"
)
_CONVERSATIONS = (
    f"SELECT 'conversation', v.id, v.audience_id, v.title, 0, {IS_BEGUN_BY_HEARD} FROM conversations_conversation v"
    " WHERE v.id IN ({})"
)
_ACCOUNTS = (
    "SELECT 'account', a.id, CAST(NULL AS bigint), '', a.id, a.id IS NOT NULL FROM people_account a WHERE a.id IN ({})"
)
_ROWS = {Of.MESSAGE: _MESSAGES, Of.CONVERSATION: _CONVERSATIONS, Of.ACCOUNT: _ACCOUNTS}


def _there(grounds: Collection[Ground]) -> dict[tuple[Of, int], _There]:
    notes = unscoped_note_marks({one.row for one in grounds if one.of is Of.NOTE})
    rows = {(Of.NOTE, note): _There(now.audience_id, now.mark, 0, is_heard=True) for note, now in notes.items()}
    return rows | _said_there(grounds)


def _said_there(grounds: Collection[Ground]) -> dict[tuple[Of, int], _There]:
    """By hand, because every answer waits for it. One query."""
    asked: list[str] = []
    params: list[Any] = []
    for of, sql in _ROWS.items():
        if ids := sorted({one.row for one in grounds if one.of is of}):
            asked.append(sql.format(marks_for(ids)))
            params += ids
    rows = rows_of(" UNION ALL ".join(asked), params) if asked else []
    return {(Of(row[0]), row[1]): _There(row[2], row[3], row[4], bool(row[5])) for row in rows}


def _says_the_same(ground: Ground, there: Mapping[tuple[Of, int], _There]) -> bool:
    now = there.get((ground.of, ground.row))
    if now is None:
        return ground.of is Of.AUDIENCE
    if ground.of is Of.ACCOUNT:
        return True
    if ground.of is Of.CONVERSATION and not now.is_heard:  # shown by the words of somebody else, who did not pause
        titles = [title_of("", row.words) for (of, _row), row in there.items() if of is Of.MESSAGE]
        return ground.digest in map(_digest, titles)
    return now.is_heard and now.account_id == ground.account_id and _digest(now.words) == ground.digest


def _reads_all(viewer: Viewer, audience_ids: Sequence[int]) -> bool:
    if not audience_ids:
        return True
    may = condition_of_few(viewer, "x.id")
    rows = rows_of(
        f"SELECT x.id FROM audiences_audience x WHERE x.id IN ({marks_for(audience_ids)}) AND {may.sql}",
        [*audience_ids, *may.params],
    )
    return len(rows) == len(audience_ids)


def _digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()[:32]

"""Whether a note is still what it was: a digest of all that its text follows from."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

from alongside.conversations.reading import marks_for, rows_of

_PAUSED = "COALESCE({0}.is_paused, {1}.is_paused, FALSE)"
# What it says now, and whether somebody wrote in it who did not pause.
_WORDS = (
    "SELECT n.id, 0, r.id, n.audience_id, r.title, r.{when}, r.what_worked, r.why, r.where_not, u.kind,"
    " EXISTS (SELECT 1 FROM notes_revision o LEFT JOIN people_person op ON op.id = o.person_id"
    f" LEFT JOIN people_account oa ON oa.id = o.account_id WHERE o.note_id = n.id AND NOT {_PAUSED.format('op', 'oa')}),"
    " EXISTS (SELECT 1 FROM audiences_hearer h WHERE h.audience_id = n.audience_id)"
    " FROM notes_note n JOIN audiences_audience u ON u.id = n.audience_id"
    " JOIN notes_revision r ON r.note_id = n.id"
    " AND r.number = (SELECT MAX(l.number) FROM notes_revision l WHERE l.note_id = n.id) WHERE n.id IN ({marks})"
)
# What is quoted in it, as it was said and as it is said now, to whom.
_PASSAGES = (
    "SELECT p.note_id, 1, p.id, COALESCE(m.audience_id, 0), p.standing, p.part, p.text, COALESCE(m.text, ''),"
    " CAST(p.position AS text), COALESCE(u.kind, ''), COALESCE(a.is_paused, FALSE), FALSE FROM notes_passage p"
    " LEFT JOIN conversations_message m ON m.id = p.message_id LEFT JOIN people_account a ON a.id = m.author_id"
    " LEFT JOIN audiences_audience u ON u.id = m.audience_id WHERE p.note_id IN ({marks})"
)
# Whether somebody paused who spoke where it was kept from: it may be called by their words.
_SOURCES = (
    "SELECT s.note_id, 2, s.conversation_id, 0, '', '', '', '', '', '', EXISTS (SELECT 1"
    " FROM conversations_message m JOIN people_account a ON a.id = m.author_id"
    " WHERE m.conversation_id = s.conversation_id AND a.is_paused), FALSE FROM notes_source s WHERE s.note_id IN ({marks})"
)
_ALL = f"{_WORDS} UNION ALL {_PASSAGES} UNION ALL {_SOURCES} ORDER BY 1, 2, 3"


@dataclass(frozen=True, slots=True)
class Marked:
    """A note's audience, and the digest."""

    audience_id: int
    mark: str


def unscoped_note_marks(note_ids: Collection[int]) -> dict[int, Marked]:
    """By hand, because every answer with a note in it waits for it. One query, and none for no notes."""
    if not note_ids:
        return {}
    ids = sorted(note_ids)
    rows = rows_of(_ALL.format(marks=marks_for(ids), when='"when"'), [*ids, *ids, *ids])
    return {note: _marked(list(of_note)) for note, of_note in groupby(rows, key=lambda row: int(row[0]))}


def _marked(rows: list[Any]) -> Marked:
    """The first row is what the note says."""
    plain = [(*row[:-2], bool(row[-2]), bool(row[-1])) for row in rows]
    return Marked(rows[0][3], sha256(repr(plain).encode()).hexdigest()[:32])

"""`is:open`: questions that nobody answered yet, those who wait longest first."""

from collections.abc import Sequence
from datetime import UTC, datetime

from alongside.conversations.asking import open_question_rows
from alongside.people.rules import Viewer
from alongside.search.rules import Asked, Proposal, Scope


def waiting_within(viewer: Viewer, understood: Asked, scope: Scope) -> list[int] | None:
    """Open questions within a scope, the one waiting longest first; None where they are not asked for alone."""
    if not understood.is_open:
        return None
    after, until = (
        None if moment is None else datetime.fromtimestamp(moment, UTC) for moment in (scope.after, scope.before)
    )
    rows = open_question_rows(viewer, room_ids=scope.room_ids, after=after, before=until)
    mine = scope.conversation_ids
    return [row for row in rows if mine is None or row in mine]


def longest_first(proposals: Sequence[Proposal], waiting: Sequence[int] | None, understood: Asked) -> list[Proposal]:
    """Of open questions those that fit best are shown, in the order in which they wait."""
    if waiting is None or understood.newest_first:
        return list(proposals)
    place = {row: at for at, row in enumerate(waiting)}
    return sorted(proposals, key=lambda one: place.get(one.conversation_id, len(place)))

"""What follows from what happens in conversations: words that were deleted or changed there go from notes, or follow.

Readers see none of them from the moment on in which it happens (queries, whole_texts); here the table follows.
"""

from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import QuerySet

from alongside.audiences.queries import unscoped_parts_of
from alongside.audiences.rules import OPEN_KINDS
from alongside.journal.actions import move_cursor, tell
from alongside.journal.followers import TooFarBehind, follow
from alongside.journal.queries import unscoped_cursor, unscoped_end
from alongside.journal.rules import Kind, Position
from alongside.notes.actions.wiping import wipe_passages
from alongside.notes.following import followed, stands_in
from alongside.notes.models import Passage
from alongside.notes.queries import unscoped_orphaned_passages
from alongside.notes.rules import Standing, standing_of_changed, standing_of_passage

FOLLOWER = "passages of notes"
A_STEP = 500
# Further behind than anybody can be: everything is looked at.
BEFORE_ANYTHING = Position(-1, -1)


def keep_passages_true() -> int:
    """Once, now, as far as the journal goes. How many passages changed. Several machines may do it at once."""
    return wipe_removed_passages() + sum(_follow_edits(ids) for ids in _edited())


def wipe_removed_passages() -> int:
    done = 0
    while orphaned := unscoped_orphaned_passages():  # asked without the lock of the store: mostly there are none
        with transaction.atomic():
            wipe_passages(None, passage_ids=[passage for passage, _ in orphaned])
        done += len(orphaned)
    return done


def _edited() -> Iterator[Sequence[int]]:
    """Passages whose conversations changed since; the first time, and after a long absence, all of them."""
    try:
        for lines in follow(unscoped_cursor(FOLLOWER) or BEFORE_ANYTHING):
            changed = sorted({one for line in lines if line.kind is Kind.CONVERSATIONS_CHANGED for one in line.ids})
            for start in range(0, len(changed), A_STEP):
                some = changed[start : start + A_STEP]
                yield from _ids(Passage.objects.filter(message__conversation_id__in=some))
            move_cursor(FOLLOWER, lines[-1].position)
    except TooFarBehind:
        end = unscoped_end()
        yield from _ids(Passage.objects.filter(message__isnull=False))
        move_cursor(FOLLOWER, end)


def _ids(rows: "QuerySet[Passage]") -> Iterator[Sequence[int]]:
    last = 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:A_STEP]):
        yield ids
        last = ids[-1]


def _follow_edits(passage_ids: Sequence[int]) -> int:
    """A sentence that was changed slightly is taken over as its author says it now; any other one goes."""
    with transaction.atomic():
        here = Passage.objects.select_for_update(of=("self",)).filter(pk__in=passage_ids, message__isnull=False)
        rows = here.exclude(text="").select_related("message__audience", "note")
        changed = [row for row in rows if row.message is not None and not stands_in(row.text, row.message.text)]
        wiped = [row.pk for row in changed if not _follows(row)]
        if wiped:
            wipe_passages(None, passage_ids=wiped)
        if changed:
            tell(Kind.NOTES_CHANGED, sorted({row.note_id for row in changed}))
    return len(changed)


def _follows(row: Passage) -> bool:
    message = row.message
    words = followed(row.text, message.text) if message is not None else ""
    if message is None or not words:
        return False
    as_if_new = standing_of_passage(
        said_in=message.audience_id,
        note_parts=unscoped_parts_of([row.note.audience_id])[row.note.audience_id],
        said_openly=message.audience.kind in OPEN_KINDS,
        is_own=False,
    )
    row.text, row.standing = words, standing_of_changed(Standing(row.standing), as_if_new=as_if_new).value
    row.save(update_fields=["text", "standing"])
    return True

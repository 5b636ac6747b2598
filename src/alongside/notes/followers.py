"""What follows from what happens in conversations: words that were deleted there go from notes."""

from django.db import transaction

from alongside.journal.actions import tell
from alongside.journal.rules import Kind
from alongside.notes.models import Passage
from alongside.notes.queries import unscoped_orphaned_passages
from alongside.notes.rules import Standing


def wipe_removed_passages() -> int:
    """Readers do not see such a passage any more since its message went; here its words leave the table too."""
    with transaction.atomic():
        orphaned = unscoped_orphaned_passages()
        if not orphaned:
            return 0
        ids = [passage for passage, _ in orphaned]
        rows = Passage.objects.filter(pk__in=ids)
        # What was never shown leaves no place behind.
        rows.exclude(standing__in=(Standing.SHOWN.value, Standing.AGREED.value)).delete()
        rows.update(text="", standing=Standing.REMOVED.value)
        tell(Kind.NOTES_CHANGED, sorted({note for _, note in orphaned}))
    return len(ids)

"""Words that their author took away leave notes: the one place where they do."""

from collections.abc import Collection

from alongside.journal.actions import tell
from alongside.journal.rules import Kind
from alongside.notes.models import Passage
from alongside.notes.rules import Standing


def wipe_passages(_actor: None, *, passage_ids: Collection[int]) -> None:
    """The words go, now and from every index. What was shown leaves its place; what never was leaves nothing.

    For whoever calls there is a transaction around it. A passage whose message is gone says that it was removed.
    """
    rows = Passage.objects.filter(pk__in=passage_ids)
    note_ids = sorted(set(rows.values_list("note_id", flat=True)))
    rows.filter(standing__in=(Standing.ASKED.value, Standing.DECLINED.value)).delete()
    rows.update(text="")
    rows.filter(message__isnull=True).update(standing=Standing.REMOVED.value)
    tell(Kind.NOTES_CHANGED, note_ids)

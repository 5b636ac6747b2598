"""Titles of notes that are somebody's words, when those go: deleted, changed, or forgotten."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db import transaction

from alongside.conversations.models import Conversation, Message
from alongside.journal.actions import tell
from alongside.journal.rules import Kind
from alongside.notes.content import PARTS
from alongside.notes.models import Passage, Revision, Source
from alongside.notes.rules import Standing
from alongside.notes.titles import is_said_in, title_instead

_SHOWN = (Standing.SHOWN.value, Standing.AGREED.value)


def take_back_titles(_actor: None, *, message_ids: Collection[int], now: Mapping[int, str] | None = None) -> int:
    """Before these messages go or change, because afterwards nobody knows that a title was theirs. `now`: what those
    say that are changed. In every revision: history holds no words that their author took away. How many is returned.
    """
    now = now or {}
    said, becomes = defaultdict[int, list[str]](list), defaultdict[int, list[str]](list)
    for key, conversation, text in Message.objects.filter(pk__in=message_ids).values_list(
        "id", "conversation_id", "text"
    ):
        said[conversation].append(text)
        becomes[conversation] += [now[key]] if key in now else []
    if not said:
        return 0
    with transaction.atomic():
        for conversation, title in _begun_by(message_ids):
            said[conversation].append(title)
        changed = [
            row
            for note, conversation in Source.objects.filter(conversation_id__in=said).values_list(
                "note_id", "conversation_id"
            )
            for row in Revision.objects.filter(note_id=note)
            if _retitled(row, said[conversation], becomes[conversation], message_ids)
        ]
        Revision.objects.bulk_update(changed, ["title"])
        _tell({row.note_id for row in changed}, is_forgotten=not now)
    return len(changed)


def _begun_by(message_ids: Collection[int]) -> list[tuple[int, str]]:
    """Of conversations that begin with one of these messages, what they are called: a mail's subject, say."""
    begun = Conversation.objects.filter(pk__in=Message.objects.filter(pk__in=message_ids).values("conversation_id"))
    return [
        (row.pk, row.title)
        for row in begun
        if (
            first := Message.objects.filter(conversation=row).order_by("said_at", "id").values_list("id", flat=True)[:1]
        )
        and first[0] in message_ids
    ]


def _retitled(row: Revision, said: list[str], becomes: list[str], message_ids: Collection[int]) -> bool:
    if not is_said_in(row.title, said) or is_said_in(row.title, becomes):
        return False
    quoted = Passage.objects.filter(note_id=row.note_id, standing__in=_SHOWN).exclude(message_id__in=message_ids)
    left = [
        *(getattr(row, part) for part in PARTS),
        *quoted.order_by("part", "position").values_list("text", flat=True),
    ]
    row.title = title_instead(row.title, now_said=becomes, left=left)
    return True


def _tell(note_ids: set[int], *, is_forgotten: bool) -> None:
    if not note_ids:
        return
    tell(Kind.NOTES_CHANGED, sorted(note_ids))
    if is_forgotten:
        tell(Kind.NOTES_FORGOTTEN, sorted(note_ids))

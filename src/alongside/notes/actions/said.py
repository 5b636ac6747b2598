"""What was said goes or changes: always through here from above, so that no note goes on being called by it."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from alongside.audiences.actions import make_all_of
from alongside.conversations.actions.messages import Gone, TakenIn, remove, take_in
from alongside.conversations.actions.moving import move
from alongside.conversations.models import Conversation, Message
from alongside.conversations.rules import Said, is_older_edit
from alongside.journal.actions import tell
from alongside.journal.rules import Kind
from alongside.notes.actions.titling import take_back_titles
from alongside.notes.models import Note, Source


def remove_said(_actor: None, *, message_ids: Sequence[int]) -> Gone:
    """As `conversations.actions.messages.remove`."""
    with transaction.atomic():
        take_back_titles(None, message_ids=message_ids)
        return remove(None, message_ids=message_ids)


def take_in_said(
    _actor: None, *, said: Sequence[Said], audiences: Mapping[int, int], brought_by: int | None
) -> TakenIn:
    """As `conversations.actions.messages.take_in`."""
    with transaction.atomic():
        if now := _said_otherwise(said):
            take_back_titles(None, message_ids=list(now), now=now)
        return take_in(None, said=said, audiences=audiences, brought_by=brought_by)


def move_said(_actor: None, *, message_ids: Sequence[int], room_id: int, context: str) -> None:
    """As `conversations.actions.moving.move`; what is kept from it is read by nobody who does not read it there."""
    with transaction.atomic():
        kept = Source.objects.filter(conversation__in=Message.objects.filter(pk__in=message_ids).values("conversation"))
        notes = list(Note.objects.select_for_update().filter(pk__in=list(kept.values_list("note_id", flat=True))))
        homes = move(None, message_ids=message_ids, room_id=room_id, context=context)
        if not notes:
            return
        now = set(Conversation.objects.filter(pk__in=homes).values_list("audience_id", flat=True))
        for note in notes:
            note.audience_id = make_all_of(None, audience_ids={note.audience_id, *now})
            note.save(update_fields=["audience"])
            Source.objects.bulk_create(
                [Source(note=note, conversation_id=home) for home in homes], ignore_conflicts=True
            )
        tell(Kind.NOTES_CHANGED, sorted(note.pk for note in notes))


def _said_otherwise(said: Sequence[Said]) -> dict[int, str]:
    """What edits say now of messages of which notes are kept, by their rows. No query where nothing was edited, one
    where nothing is kept at all, as when an archive comes in first.
    """
    edits: dict[tuple[int, str, int], Said] = {}
    for one in said:
        before = edits.get((one.room_id, one.source_id, one.author_id))
        if one.edited_at and not (before and is_older_edit(one.edited_at, before.edited_at)):
            edits[one.room_id, one.source_id, one.author_id] = one
    if not edits or not Source.objects.exists():
        return {}
    kept = Message.objects.filter(
        room_id__in={room_id for room_id, _, _ in edits},
        source_id__in={source_id for _, source_id, _ in edits},
        conversation_id__in=Source.objects.values("conversation_id"),
    )
    return {
        row.pk: edit.text
        for row in kept.only("id", "room_id", "source_id", "author_id", "edited_at")
        if (edit := edits.get((row.room_id, row.source_id, row.author_id)))
        and not is_older_edit(edit.edited_at, row.edited_at)
    }

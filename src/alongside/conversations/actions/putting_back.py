"""Taking an archive back: what it brought goes, and what it replaced is as it was, but for what its tool changed since.

Nothing here brings back what was deleted, moved away or said otherwise in its tool meanwhile, nor a title that says it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from alongside.conversations.actions.messages import remove_empty, retitle, settle, with_first_words
from alongside.conversations.kept_out import unscoped_kept_out
from alongside.conversations.models import Conversation, Message, Room
from alongside.conversations.questions import is_question
from alongside.conversations.rules import NO_TITLE, mark_of_words, title_of
from alongside.journal.actions import tell
from alongside.journal.rules import Kind
from alongside.kit.ids import new_id

_WORDS = ("html", "text", "url", "helped", "edited_at", "last_brought_by")


def withdraw(_actor: None, *, message_ids: Sequence[int]) -> None:
    """Messages that an archive brought go. Conversations stay, though nothing is left in them."""
    with transaction.atomic():
        rows = Message.objects.filter(pk__in=message_ids)
        words = list(rows.values_list("conversation_id", "text"))
        touched = sorted({conversation_id for conversation_id, _ in words})
        rows.delete()
        retitle(words)
        settle(
            sorted(set(Message.objects.filter(conversation_id__in=touched).values_list("conversation_id", flat=True)))
        )
        tell(Kind.CONVERSATIONS_CHANGED, touched)


def begin_again(_actor: None, *, conversations: Sequence[Mapping[str, Any]]) -> None:
    """Conversations that went, for their messages to come back into; what they are called is said once those are here."""
    names = [column.attname for column in Conversation._meta.concrete_fields]
    rows = (Conversation(**{name: row[name] for name in names} | {"title": NO_TITLE}) for row in conversations)
    Conversation.objects.bulk_create(rows, ignore_conflicts=True)


def put_back(_actor: None, *, messages: Sequence[Mapping[str, Any]]) -> None:
    """Messages that an archive removed, but for those that are here anew, or that their tool has taken away since."""
    with transaction.atomic():
        coming = _that_may_come(messages)
        homes = _homes(coming)
        rows = [_message(row, homes[row["id"]]) for row in coming]
        touched = sorted({row.conversation_id for row in rows})
        instead = [*_first_words(touched), *((one, "") for one in touched)]
        Message.objects.bulk_create(rows)
        retitle(instead)
        settle(touched)
        tell(Kind.CONVERSATIONS_CHANGED, touched)


def _that_may_come(messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    keys = {(row["room_id"], row["source_id"]) for row in messages}
    rooms = set(Room.objects.filter(pk__in={room_id for room_id, _ in keys}).values_list("id", flat=True))
    here = Message.objects.filter(room_id__in=rooms, source_id__in={source_id for _, source_id in keys})
    stays = unscoped_kept_out(keys) | set(here.values_list("room_id", "source_id"))
    return [row for row in messages if row["room_id"] in rooms and (row["room_id"], row["source_id"]) not in stays]


def _message(row: Mapping[str, Any], conversation_id: int) -> Message:
    columns = {name: value for name, value in row.items() if name != "context"}
    return Message(**{**columns, "conversation_id": conversation_id})


def _homes(messages: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Where each message comes back: its conversation, or where that went meanwhile one of the same thread."""
    wanted = {row["conversation_id"] for row in messages}
    there = set(Conversation.objects.filter(pk__in=wanted).values_list("id", flat=True))
    homes = {}
    for row in messages:
        is_there = row["conversation_id"] in there
        homes[row["id"]] = row["conversation_id"] if is_there else _begun_anew(row).pk
    return homes


def _begun_anew(row: Mapping[str, Any]) -> Conversation:
    home, _is_new = Conversation.objects.get_or_create(
        room_id=row["room_id"],
        source_id=row["context"],
        audience_id=row["audience_id"],
        defaults={
            "public_id": new_id(),
            "title": title_of("", row["text"]),
            "asks": is_question("", row["text"]),
            "started_at": row["said_at"],
            "last_said_at": row["said_at"],
            "first_brought_by": row["first_brought_by"],
        },
    )
    return home


def put_words_back(_actor: None, *, messages: Sequence[Mapping[str, Any]]) -> None:
    """What messages said before an archive changed it, the last change first; only where they say still what that
    archive had them say. `left` is the mark of that.
    """
    with transaction.atomic():
        here = {row.pk: row for row in Message.objects.filter(pk__in={one["id"] for one in messages})}
        instead = _first_words(row.conversation_id for row in here.values())
        changed = set()
        for before in messages:
            row = here.get(before["id"])
            if row is not None and row.room_id == before["room_id"] and mark_of_words(row.html) == before["left"]:
                changed.add(row.pk)
                for name in _WORDS:
                    setattr(row, name, before[name])
        Message.objects.bulk_update([here[one] for one in sorted(changed)], _WORDS, batch_size=500)
        touched = sorted({here[one].conversation_id for one in changed})
        retitle([(one, words) for one, words in instead if one in touched])
        tell(Kind.CONVERSATIONS_CHANGED, touched)


def _first_words(conversation_ids: Iterable[int]) -> list[tuple[int, str]]:
    return [(row.pk, row.first_words) for row in with_first_words(set(conversation_ids))]


def part_again(_actor: None, *, conversation: Mapping[str, Any], message_ids: Sequence[int], into: int) -> None:
    """A conversation that an archive had joined to another stands by itself again, with what is still there of it."""
    with transaction.atomic():
        begin_again(None, conversations=[conversation])
        moved = Message.objects.filter(pk__in=message_ids, conversation_id=into)
        moved.update(conversation_id=conversation["id"])
        retitle([(conversation["id"], "")])
        remove_empty([into, conversation["id"]])


def call_as_before(_actor: None, *, titles: Sequence[Mapping[str, Any]]) -> None:
    """Titles as they were, the last change first, once the words are. One that was somebody's words only where these are
    said still: `is_subject` says that it was not.
    """
    with transaction.atomic():
        said: dict[int, set[str]] = {}
        of_them = Message.objects.filter(conversation_id__in={one["id"] for one in titles})
        for conversation_id, text in of_them.values_list("conversation_id", "text"):
            said.setdefault(conversation_id, set()).add(title_of("", text))
        called = {}
        for one in titles:
            if one["id"] in said and (one.get("is_subject") or one["title"] in said[one["id"]]):
                called[one["id"]] = one["title"]
        for row, title in called.items():
            Conversation.objects.filter(pk=row).update(title=title)
        tell(Kind.CONVERSATIONS_CHANGED, sorted(called))

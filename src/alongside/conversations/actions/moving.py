"""Messages that are in another thread or room of their tool now, or in one with another id."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Replace

from alongside.audiences.queries import unscoped_audience
from alongside.audiences.rules import OPEN_KINDS
from alongside.conversations.actions.messages import remove_empty, settle
from alongside.conversations.models import Conversation, Message, Room
from alongside.conversations.questions import is_question
from alongside.conversations.rules import title_of
from alongside.journal.actions import tell
from alongside.journal.rules import Kind
from alongside.kit.ids import new_id


def move(_actor: None, *, message_ids: Sequence[int], room_id: int, context: str) -> None:
    """Follow a move. A message keeps a narrower audience than that of where it went: only its author opens it."""
    with transaction.atomic():
        rows = list(Message.objects.filter(pk__in=message_ids).order_by("said_at", "id"))
        if not rows:
            return
        home = _home(Room.objects.get(pk=room_id), context, rows[0])
        is_home_open = unscoped_audience(home.audience_id).kind in OPEN_KINDS
        left = sorted({row.conversation_id for row in rows} - {home.pk})
        for row in rows:
            is_narrower = is_home_open and unscoped_audience(row.audience_id).kind not in OPEN_KINDS
            row.conversation_id, row.room_id = home.pk, room_id
            row.audience_id = row.audience_id if is_narrower else home.audience_id
        Message.objects.bulk_update(rows, ["conversation", "room", "audience"], batch_size=500)
        settle([home.pk])
        tell(Kind.CONVERSATIONS_CHANGED, [home.pk])
        remove_empty(left)


def _home(room: Room, context: str, first: Message) -> Conversation:
    found = Conversation.objects.filter(room=room, source_id=context).first()
    return found or Conversation.objects.create(
        public_id=new_id(),
        room=room,
        audience_id=room.audience_id,
        source_id=context,
        title=title_of("", first.text),
        asks=is_question("", first.text),
        started_at=first.said_at,
        last_said_at=first.said_at,
    )


def renumber(_actor: None, *, room: Room, source_id: str) -> None:
    """A room has another id in its tool now, and ids and addresses of what was said in it have that in them."""

    def now(column: str) -> Replace:
        return Replace(F(column), Value(room.source_id), Value(source_id))

    with transaction.atomic():
        Conversation.objects.filter(room=room).update(source_id=now("source_id"))
        Message.objects.filter(room=room).update(
            source_id=now("source_id"), reply_to_source_id=now("reply_to_source_id"), url=now("url")
        )
        Room.objects.filter(pk=room.pk).update(source_id=source_id, url=now("url"))

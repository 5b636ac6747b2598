"""Messages that are in another thread or room of their tool now, or in one with another id."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Replace

from alongside.audiences.actions import make_all_of
from alongside.audiences.queries import unscoped_audience
from alongside.audiences.rules import OPEN_KINDS
from alongside.audiences.rules import Kind as AudienceKind
from alongside.conversations.actions.messages import remove_empty, settle
from alongside.conversations.models import Conversation, FormerId, Message, Room
from alongside.conversations.questions import is_question
from alongside.conversations.rules import title_of
from alongside.journal.actions import tell
from alongside.journal.rules import Kind
from alongside.kit.ids import new_id


def move(_actor: None, *, message_ids: Sequence[int], room_id: int, context: str) -> list[int]:
    """Follow a move; the conversations in which the messages are now are returned. They are read by nobody by whom they
    were not read before: only their authors open them. What others read than the thread to which they went is a
    conversation of its own, because a conversation is read, titled and indexed as one.
    """
    with transaction.atomic():
        rows = list(Message.objects.filter(pk__in=message_ids).order_by("said_at", "id"))
        room = Room.objects.get(pk=room_id)
        threads = Conversation.objects.filter(room=room, source_id=context)
        there = set(threads.values_list("audience_id", flat=True))
        base = room.audience_id if not there or room.audience_id in there else min(there)
        left, homes = {row.conversation_id for row in rows}, set[int]()
        narrowest = {one: _narrowest(one, base) for one in {row.audience_id for row in rows}}
        for row in rows:
            home = _home(room, context, row, narrowest[row.audience_id])
            row.conversation_id, row.room_id, row.audience_id = home.pk, room_id, home.audience_id
            homes.add(home.pk)
        Message.objects.bulk_update(rows, ["conversation", "room", "audience"], batch_size=500)
        settle(sorted(homes))
        tell(Kind.CONVERSATIONS_CHANGED, sorted(homes))
        remove_empty(sorted(left - homes))
    return sorted(homes)


def _narrowest(audience_id: int, base: int) -> int:
    """The audience of something that was said in one and stands in the other now: who reads both."""
    if audience_id == base:
        return base
    before, now = unscoped_audience(audience_id).kind, unscoped_audience(base).kind
    if before is AudienceKind.WORLD or (before in OPEN_KINDS and now is not AudienceKind.WORLD):
        return base
    return audience_id if now in OPEN_KINDS else make_all_of(None, audience_ids=[audience_id, base])


def _home(room: Room, context: str, first: Message, audience_id: int) -> Conversation:
    found = Conversation.objects.filter(room=room, source_id=context, audience_id=audience_id).first()
    return found or Conversation.objects.create(
        public_id=new_id(),
        room=room,
        audience_id=audience_id,
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
        FormerId.objects.get_or_create(room=room, source_id=room.source_id)
        Room.objects.filter(pk=room.pk).update(source_id=source_id, url=now("url"))

"""What Alongside took in of a room goes again, when its members ask for it."""

from alongside.bridges.models import Followed
from alongside.bridges.queries import RoomThere, is_hearer_of
from alongside.bridges.rules import may_ask_to_remember
from alongside.conversations.models import Message
from alongside.kit.refused import Refused
from alongside.notes.actions.said import remove_said
from alongside.people.rules import Viewer

AT_ONCE = 500


def forget_room(actor: Viewer, *, room: RoomThere) -> None:
    """By one of its members. What an archive brought is not touched: who brought it takes it back."""
    if not may_ask_to_remember(is_member=is_hearer_of(actor, room)):
        raise Refused("Only somebody who is in this room can say that.")
    Followed.objects.filter(room_id=room.room_id).delete()
    while ids := list(
        Message.objects.filter(room_id=room.room_id, first_brought_by__isnull=True).values_list("id", flat=True)[
            :AT_ONCE
        ]
    ):
        remove_said(None, message_ids=ids)

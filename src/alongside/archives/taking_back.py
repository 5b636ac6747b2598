"""Taking an import wholly back: what it brought goes, what it changed is as it was."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from alongside.archives.models import Import, Replaced
from alongside.archives.rules import State, later_ones
from alongside.audiences.actions import remove as remove_audiences
from alongside.audiences.models import Audience
from alongside.conversations.actions.messages import part_again, put_back, remove
from alongside.conversations.actions.rooms import put_room_back, remove_rooms
from alongside.conversations.models import Conversation, Message, Room
from alongside.people.actions import put_account_back
from alongside.people.models import Account, Connection

A_STEP = 500


class NotTakenBack(Exception):
    """It cannot be taken back now; the message says why, and what to do first."""


def take_back(_actor: None, *, import_id: int) -> int:
    """Take an import back. Goes on where a killed one stopped. How many messages went is returned.

    An export that came later into the same connection may have been compared with this one, so it goes first.
    """
    row = Import.objects.filter(pk=import_id).exclude(state=State.UNDONE.value).first()
    if row is None:
        raise NotTakenBack(f"There is no import {import_id} to take back. `alongside import --list` names them.")
    siblings = list(Import.objects.filter(connection=row.connection).values_list("id", "state"))
    if later := later_ones(import_id, siblings):
        raise NotTakenBack(
            f"Import {later[0]} came later from the same tool and stands on this one: take it back first."
        )
    _put_rooms_and_accounts_back(import_id)
    gone = _remove_messages(import_id)
    _put_messages_back(import_id)
    with transaction.atomic():
        _remove_rooms_and_people(import_id)
        Replaced.objects.filter(brought_by=row).delete()
        row.state = State.UNDONE.value
        row.save(update_fields=["state"])
    return gone


def _replaced(import_id: int, what: str) -> "list[Any]":
    rows = Replaced.objects.filter(brought_by_id=import_id, what=what).order_by("-id")
    return list(rows.values_list("row", flat=True))


def _put_rooms_and_accounts_back(import_id: int) -> None:
    for before in _replaced(import_id, "room"):
        put_room_back(None, before=before)
    for before in _replaced(import_id, "account"):
        put_account_back(None, before=before)


def _remove_messages(import_id: int) -> int:
    gone = 0
    while ids := list(Message.objects.filter(first_brought_by=import_id).values_list("id", flat=True)[:A_STEP]):
        gone += len(remove(None, message_ids=ids).messages)
    return gone


def _put_messages_back(import_id: int) -> None:
    messages = [_with_times(row) for row in _replaced(import_id, "message")]
    conversations = [_with_times(row) for row in _replaced(import_id, "conversation")]
    for start in range(0, max(len(messages), len(conversations)), A_STEP):
        put_back(
            None,
            conversations=conversations[start : start + A_STEP],
            messages=messages[start : start + A_STEP],
        )
    for row in _replaced(import_id, "joined"):
        message_ids = row.pop("messages")
        part_again(None, conversation=_with_times(row), message_ids=message_ids)


def _with_times(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") and value else value for name, value in row.items()
    }


def _remove_rooms_and_people(import_id: int) -> None:
    """Rooms and accounts that it brought first, unless something else came to stand on them meanwhile."""
    rooms = Room.objects.filter(first_brought_by=import_id).exclude(pk__in=Conversation.objects.values("room_id"))
    room_ids, audience_ids = list(rooms.values_list("id", flat=True)), list(rooms.values_list("audience_id", flat=True))
    remove_rooms(None, room_ids=room_ids)
    remove_audiences(None, audience_ids=_unused(audience_ids))
    Account.objects.filter(first_brought_by=import_id).exclude(pk__in=Message.objects.values("author_id")).delete()
    connections = Connection.objects.filter(first_brought_by=import_id)
    connections.exclude(pk__in=Room.objects.values("connection_id")).exclude(
        pk__in=Account.objects.values("connection_id")
    ).delete()


def _unused(audience_ids: Sequence[int]) -> list[int]:
    used = set(Room.objects.filter(audience_id__in=audience_ids).values_list("audience_id", flat=True))
    used |= set(Conversation.objects.filter(audience_id__in=audience_ids).values_list("audience_id", flat=True))
    return list(Audience.objects.filter(pk__in=set(audience_ids) - used).values_list("id", flat=True))

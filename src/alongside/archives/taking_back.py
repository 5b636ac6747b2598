"""Taking an import wholly back: what it brought goes, what it changed is as it was."""

from collections.abc import Callable
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import transaction

from alongside.archives.models import Import, Replaced
from alongside.archives.rules import State, later_ones
from alongside.conversations.actions.messages import remove_empty
from alongside.conversations.actions.putting_back import (
    begin_again,
    call_as_before,
    part_again,
    put_back,
    put_words_back,
    withdraw,
)
from alongside.conversations.actions.rooms import put_room_back, remove_rooms
from alongside.conversations.models import Conversation, KeptOut, Message, Room
from alongside.conversations.rules import NO_TITLE
from alongside.notes.actions.bringing import put_note_back, remove_audiences_of_no_use, take_notes_back
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
    take_notes_back(None, brought_by=import_id)
    gone = _remove_messages(import_id)
    _go_back(import_id)
    _remove_empty(row.connection_id)
    with transaction.atomic():
        _remove_rooms_and_people(import_id)
        Replaced.objects.filter(brought_by=row).delete()
        row.state = State.UNDONE.value
        row.save(update_fields=["state"])
    return gone


def _remove_messages(import_id: int) -> int:
    """What it brought. Conversations stay for now, empty: earlier messages may yet come back into them."""
    gone = 0
    while ids := list(Message.objects.filter(first_brought_by=import_id).values_list("id", flat=True)[:A_STEP]):
        withdraw(None, message_ids=ids)
        gone += len(ids)
    return gone


def _go_back(import_id: int) -> None:
    """Its changes, the last one first, each step gone from the list with its transaction: killed, it goes on there.
    Titles when all words are back: somebody's words are a title only where they are said still.
    """
    steps = Replaced.objects.filter(brought_by_id=import_id).exclude(what="audience").order_by("-id")
    for of_these in (steps.exclude(what="title"), steps):
        while some := list(of_these[:A_STEP]):
            with transaction.atomic():
                for what, rows in groupby(some, key=attrgetter("what")):
                    _PUTTING_BACK[what](import_id, [_with_times(one.row) for one in rows])
                Replaced.objects.filter(pk__in=[one.pk for one in some]).delete()


def _put_rooms_back(_import_id: int, rows: list[dict[str, Any]]) -> None:
    for before in rows:
        put_room_back(None, before=before)


def _put_accounts_back(_import_id: int, rows: list[dict[str, Any]]) -> None:
    for before in rows:
        put_account_back(None, before=before)


def _begin_conversations_again(import_id: int, rows: list[dict[str, Any]]) -> None:
    begin_again(None, conversations=rows)
    _call_later(import_id, rows)


def _call_later(import_id: int, rows: list[dict[str, Any]]) -> None:
    titles = [{name: row[name] for name in ("id", "title", "is_subject")} for row in rows if row["title"] != NO_TITLE]
    Replaced.objects.bulk_create(Replaced(brought_by_id=import_id, what="title", row=title) for title in titles)


def _put_messages_back(_import_id: int, rows: list[dict[str, Any]]) -> None:
    put_back(None, messages=rows)


def _put_words_back(_import_id: int, rows: list[dict[str, Any]]) -> None:
    put_words_back(None, messages=rows)


def _call_as_before(_import_id: int, rows: list[dict[str, Any]]) -> None:
    call_as_before(None, titles=rows)


def _part_conversations(import_id: int, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        part_again(None, conversation=row, message_ids=row["messages"], into=row["into"])
    _call_later(import_id, rows)


def _put_notes_back(_import_id: int, rows: list[dict[str, Any]]) -> None:
    for before in rows:
        put_note_back(None, before=before)


_PUTTING_BACK: dict[str, Callable[[int, list[dict[str, Any]]], None]] = {
    "room": _put_rooms_back,
    "account": _put_accounts_back,
    "conversation": _begin_conversations_again,
    "message": _put_messages_back,
    "edit": _put_words_back,
    "joined": _part_conversations,
    "title": _call_as_before,
    "note": _put_notes_back,
}


def _remove_empty(connection_id: int | None) -> None:
    of_connection = Conversation.objects.filter(room__connection_id=connection_id or 0)
    empty = of_connection.exclude(pk__in=Message.objects.values("conversation_id")).values_list("id", flat=True)
    while some := list(empty[:A_STEP]):
        with transaction.atomic():
            remove_empty(some)


def _with_times(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") and value else value for name, value in row.items()
    }


def _remove_rooms_and_people(import_id: int) -> None:
    """Rooms and accounts that it brought first, unless something else came to stand on them meanwhile."""
    rooms = Room.objects.filter(first_brought_by=import_id, is_live=False).exclude(
        pk__in=Conversation.objects.values("room_id")
    )
    rooms = rooms.exclude(pk__in=KeptOut.objects.values("room_id"))  # for the same archive, brought in again
    room_ids, audience_ids = list(rooms.values_list("id", flat=True)), list(rooms.values_list("audience_id", flat=True))
    made = Replaced.objects.filter(brought_by_id=import_id, what="audience").values_list("row", flat=True)
    audience_ids += [row["id"] for row in made]
    remove_rooms(None, room_ids=room_ids)
    remove_audiences_of_no_use(None, audience_ids=audience_ids)
    # Who paused is known: the same archive, brought in again, finds that they did.
    brought = Account.objects.filter(first_brought_by=import_id, is_paused=False, is_live=False)
    brought.exclude(pk__in=Message.objects.values("author_id")).delete()
    connections = Connection.objects.filter(first_brought_by=import_id)
    connections.exclude(pk__in=Room.objects.values("connection_id")).exclude(
        pk__in=Account.objects.values("connection_id")
    ).delete()

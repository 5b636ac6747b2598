"""What its tool deleted or moved away never comes back into its room: not late, not by an archive, not by taking one back.

Nothing is kept of it but that it is not to come: a digest, with its room's own random id in it, from which no id, no
author and no word is read. In the store, so that a backup brings it along.
"""

from collections.abc import Collection
from hashlib import sha256

from django.db.models import Exists, OuterRef

from alongside.conversations.models import KeptOut, Room

Key = tuple[int, str]


def mark_of(room: Room, source_id: str) -> str:
    """The same for as long as the room stands: where it gets another id, ids of what was said in it change with that."""
    of_room = source_id.removeprefix(f"{room.source_id}:")
    return sha256(f"{room.public_id}\0{of_room}".encode()).hexdigest()[:32]


def unscoped_kept_out(messages: Collection[Key]) -> set[Key]:
    """Of messages, each by its room's row and its id, those that are not to come. A query; two where a room has some."""
    if not messages:
        return set()
    has_some = Exists(KeptOut.objects.filter(room_id=OuterRef("pk")))
    rooms = Room.objects.filter(has_some, pk__in={room_id for room_id, _ in messages}).in_bulk()
    marks = {(row, mark_of(rooms[row], source_id)): (row, source_id) for row, source_id in messages if row in rooms}
    if not marks:
        return set()
    found = KeptOut.objects.filter(room_id__in=rooms, mark__in={mark for _, mark in marks})
    return {marks[one] for one in found.values_list("room_id", "mark") if one in marks}

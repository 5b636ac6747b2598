"""A person takes their own words with them, by themselves, as an Alongside archive."""

from collections.abc import Iterator
from pathlib import Path

from alongside.archives.own_notes import MYSELF, OwnNotes, of_connection
from alongside.archives.port import Header, MessageRecord, PersonRecord, RoomAudience, RoomRecord
from alongside.archives.writing import lines, write
from alongside.audiences.models import Hearer
from alongside.audiences.queries import readable_by
from alongside.audiences.rules import OPEN_KINDS, Kind
from alongside.conversations.models import Room
from alongside.conversations.own_words import MyRoom, MyWord, my_rooms, my_words
from alongside.people.queries import AccountView, accounts_of
from alongside.people.rules import Viewer


def own_words(viewer: Viewer) -> Iterator[bytes]:
    """The lines of the archive, streamed. Rooms come with oneself as their only known member."""
    accounts = accounts_of(viewer)
    header = Header(key=f"own-words-{viewer.person_id or 0}", name=f"What {viewer.name} said", tool="alongside")
    rooms = my_rooms(viewer)
    here = {room.room_id: room for room in rooms}
    people = {account.account_id: _person_id(account) for account in accounts}
    places = {room.room_id: (_room_id(room), room.audience_kind != Kind.CLOSED.value) for room in rooms}
    kept = OwnNotes(viewer, people, places)
    more_rooms = [_room_of_notes(room, kept) for room in kept.rooms_of_notes_alone()]
    return lines(
        header,
        [*map(_person, accounts), *_somebody_without_account(viewer, accounts, kept)],
        [*(_room(room, [people[one] for one in room.account_ids if one in people]) for room in rooms), *more_rooms],
        (_message(word, here[word.room_id], people[word.author_id]) for word in my_words(viewer)),
        kept.notes(),
        kept.weaves(),
    )


def write_own_words(viewer: Viewer, path: Path) -> int:
    """Into a file, whole or not at all. How many messages were written."""
    written = 0

    def counted() -> Iterator[bytes]:
        nonlocal written
        for line in own_words(viewer):
            written += line.startswith(b'{"type":"Note"')
            yield line

    write(path, counted())
    return written


def _person_id(account: AccountView) -> str:
    return of_connection(account.connection_key, account.source_id)


def _room_id(room: MyRoom) -> str:
    return of_connection(room.connection, room.source_id)


def _person(account: AccountView) -> PersonRecord:
    return PersonRecord(
        _person_id(account), account.name, account.handle, account.email, account.is_guest, account.is_deactivated
    )


def _room(room: MyRoom, members: list[str]) -> RoomRecord:
    is_closed = room.audience_kind == Kind.CLOSED.value
    audience = RoomAudience.MEMBERS if is_closed else RoomAudience.ORGANISATION
    return RoomRecord(_room_id(room), room.name, audience, tuple(members) if is_closed else (), room.url)


def _somebody_without_account(viewer: Viewer, accounts: list[AccountView], kept: OwnNotes) -> list[PersonRecord]:
    """Who keeps something and has no account in any tool is in the archive all the same."""
    return [PersonRecord(MYSELF, viewer.name)] if not accounts and kept.are_there() else []


def _room_of_notes(room: Room, kept: OwnNotes) -> RoomRecord:
    """A room in which one said nothing, and for whose readers one kept a note."""
    source_id, is_open = of_connection(room.connection.key, room.source_id), room.audience.kind in OPEN_KINDS
    kept.rooms[room.pk] = (source_id, is_open)
    heard_as = Hearer.objects.filter(audience_id=room.audience_id, account_id__in=list(kept.people))
    members = [kept.people[one] for one in heard_as.order_by("account_id").values_list("account_id", flat=True)]
    may_read = readable_by(kept.viewer, Room.objects.filter(pk=room.pk)).exists()
    return RoomRecord(
        source_id,
        room.name if may_read else "",
        RoomAudience.ORGANISATION if is_open else RoomAudience.MEMBERS,
        () if is_open else tuple(members or [kept.myself()]),
        room.url if may_read else "",
    )


def _message(word: MyWord, room: MyRoom, author: str) -> MessageRecord:
    return MessageRecord(
        source_id=of_connection(room.connection, word.source_id),
        room=_room_id(room),
        author=author,
        html=word.html,
        said_at=word.said_at,
        context=of_connection(room.connection, word.context),
        reply_to=of_connection(room.connection, word.reply_to) if word.reply_to else None,
        subject=word.title,
        edited_at=word.edited_at,
        url=word.url,
        helped=word.helped,
    )

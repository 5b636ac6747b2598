"""A person takes their own words with them, by themselves, as an Alongside archive."""

from collections.abc import Iterator
from pathlib import Path

from alongside.archives.port import Header, MessageRecord, PersonRecord, RoomAudience, RoomRecord
from alongside.archives.rules import fitted
from alongside.archives.writing import lines, write
from alongside.audiences.rules import Kind
from alongside.conversations.own_words import MyRoom, MyWord, my_rooms, my_words
from alongside.people.queries import AccountView, accounts_of
from alongside.people.rules import Viewer

LONGEST_ID = 500


def own_words(viewer: Viewer) -> Iterator[bytes]:
    """The lines of the archive, streamed. Rooms come with oneself as their only known member."""
    accounts = accounts_of(viewer)
    header = Header(key=f"own-words-{viewer.person_id or 0}", name=f"What {viewer.name} said", tool="alongside")
    rooms = my_rooms(viewer)
    here = {room.room_id: room for room in rooms}
    people = {account.account_id: _person_id(account) for account in accounts}
    return lines(
        header,
        (_person(account) for account in accounts),
        (_room(room, [people[one] for one in room.account_ids if one in people]) for room in rooms),
        (_message(word, here[word.room_id], people[word.author_id]) for word in my_words(viewer)),
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


def _of_connection(key: str, source_id: str) -> str:
    """Ids are unique in a tool, an archive holds several tools'; and a reader takes ids of at most 500 letters."""
    return fitted(f"{key}/{source_id}", LONGEST_ID)


def _person_id(account: AccountView) -> str:
    return _of_connection(account.connection_key, account.source_id)


def _room_id(room: MyRoom) -> str:
    return _of_connection(room.connection, room.source_id)


def _person(account: AccountView) -> PersonRecord:
    return PersonRecord(
        _person_id(account), account.name, account.handle, account.email, account.is_guest, account.is_deactivated
    )


def _room(room: MyRoom, members: list[str]) -> RoomRecord:
    is_closed = room.audience_kind == Kind.CLOSED.value
    audience = RoomAudience.MEMBERS if is_closed else RoomAudience.ORGANISATION
    return RoomRecord(_room_id(room), room.name, audience, tuple(members) if is_closed else (), room.url)


def _message(word: MyWord, room: MyRoom, author: str) -> MessageRecord:
    return MessageRecord(
        source_id=_of_connection(room.connection, word.source_id),
        room=_room_id(room),
        author=author,
        html=word.html,
        said_at=word.said_at,
        context=_of_connection(room.connection, word.context),
        reply_to=_of_connection(room.connection, word.reply_to) if word.reply_to else None,
        subject=word.title,
        edited_at=word.edited_at,
        url=word.url,
        helped=word.helped,
    )

"""A few people, rooms and what was said in them, as real rows made by the same actions as an archive's.

Ana, Ben and Cleo are of the organisation, Gus is a guest from outside.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from alongside.audiences.actions import keep_hearers, narrow
from alongside.audiences.rules import Kind
from alongside.conversations.actions.messages import remove, take_in
from alongside.conversations.actions.rooms import keep_room
from alongside.conversations.models import Conversation, Message, Room
from alongside.conversations.rules import RoomSaid, Said
from alongside.notes.actions.keeping import Credited, Quoted, keep
from alongside.notes.content import Content
from alongside.notes.models import Note
from alongside.notes.rules import Part, Readers
from alongside.people.actions import keep_accounts, keep_connection, link_account, make_person, make_token
from alongside.people.models import Person
from alongside.people.queries import unscoped_viewer_of_account, viewer_of_person
from alongside.people.rules import NOBODY, AccountSaid, Viewer

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def content(title: str = "How do we calm a caller?", what_worked: str = "", **parts: str) -> Content:
    return Content(title, parts.get("when", ""), what_worked, parts.get("why", ""), parts.get("where_not", ""))


class World:
    def __init__(self) -> None:
        self.connection = keep_connection(None, tool="slack", key="acme", name="Acme")
        self.minutes = 0
        self.accounts: dict[str, int] = {}
        for name in ("ana", "ben", "cleo"):
            self.account(name)
        self.account("gus", is_guest=True)

    def account(self, name: str, *, is_guest: bool = False) -> int:
        said = AccountSaid(name, name.title(), name, f"{name}@acme.example", is_guest=is_guest)
        self.accounts |= keep_accounts(None, connection_id=self.connection.pk, said=[said], brought_by=1).ids
        return self.accounts[name]

    def sign_up(self, name: str) -> Viewer:
        """From now on a person with their account, by their own act."""
        person = make_person(None, email=f"{name}@acme.example", name=name.title(), is_full_member=False)
        link_account(viewer_of_person(person), account_id=self.accounts[name])
        return self.viewer(name)

    def viewer(self, name: str) -> Viewer:
        """As they are now: a person who signed up, otherwise their account alone."""
        person = Person.objects.filter(email=f"{name}@acme.example").first()
        if person is not None:
            return viewer_of_person(person)
        return Viewer(None, (self.accounts[name],), reads_organisation=name != "gus", name=name.title())

    @staticmethod
    def viewer_of(account_id: int) -> Viewer:
        """Through an account of a tool."""
        return unscoped_viewer_of_account(account_id) or NOBODY

    def token(self, name: str) -> str:
        return make_token(self.viewer(name), name="tests")

    def room(self, name: str, *members: str, is_open: bool = False) -> Room:
        """A closed room of its members; an open one of the organisation, with its guests."""
        said = RoomSaid(
            name,
            name,
            Kind.ORGANISATION if is_open else Kind.CLOSED,
            tuple(self.accounts[one] for one in members),
        )
        return keep_room(None, connection_id=self.connection.pk, said=said, is_try_out=True, brought_by=None).room

    def members(self, room: Room, *members: str) -> None:
        keep_hearers(None, audience_id=room.audience_id, account_ids=[self.accounts[one] for one in members])

    def close(self, room: Room, *members: str) -> None:
        hearers = [self.accounts[one] for one in members]
        narrow(None, audience_id=room.audience_id, is_sealed=False, account_ids=hearers)

    def say(self, room: Room, author: str, text: str, *, context: str | None = None) -> Message:
        """A message; without a context it begins a conversation of its own."""
        self.minutes += 1
        source_id = f"{room.source_id}-{self.minutes}"
        said = Said(
            source_id=source_id,
            room_id=room.pk,
            author_id=self.accounts[author],
            html=f"<p>{text}</p>",
            text=text,
            said_at=BEGAN + timedelta(minutes=self.minutes),
            context=context or source_id,
        )
        audiences = {room.pk: Room.objects.get(pk=room.pk).audience_id}
        take_in(None, said=[said], audiences=audiences, brought_by=None)
        return Message.objects.select_related("conversation").get(room=room, source_id=source_id)

    def edit(self, message: Message, text: str) -> None:
        """The author changed it in the tool."""
        self.minutes += 1
        said = Said(
            source_id=message.source_id,
            room_id=message.room_id,
            author_id=message.author_id,
            html=f"<p>{text}</p>",
            text=text,
            said_at=message.said_at,
            context=message.conversation.source_id,
            edited_at=BEGAN + timedelta(minutes=self.minutes),
        )
        take_in(None, said=[said], audiences={message.room_id: message.audience_id}, brought_by=None)

    def delete(self, message: Message) -> None:
        remove(None, message_ids=[message.pk])

    def keep(
        self,
        name: str,
        *messages: Message,
        written: Content | None = None,
        readers: Readers = Readers.SAME,
        quoted: Sequence[Message] = (),
        credited: Sequence[str] = (),
    ) -> Note:
        """A note of these messages' conversations, quoting some of them whole."""
        return keep(
            self.viewer(name),
            conversation_ids=[conversation(one).pk for one in messages],
            content=written or content(),
            passages=[Quoted(Part.WHAT_WORKED, one.pk, one.text) for one in quoted],
            credited=[Credited(self.accounts[one], "the idea") for one in credited],
            readers=readers,
        )


def conversation(message: Message) -> Conversation:
    return message.conversation

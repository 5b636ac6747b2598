"""The draft of a note from a conversation, as its reader may see it: what was said there, chosen by rules."""

from dataclasses import dataclass
from datetime import datetime

from alongside.conversations.queries import confirmed, conversation_row
from alongside.conversations.rules import anchor_of
from alongside.notes.drafting import Draft, Said, draft
from alongside.people.rules import Viewer


@dataclass(frozen=True, slots=True)
class Drafted:
    """Machine-filled, so for the one who asked for it alone, until a person has read and saved it."""

    conversation_id: int
    public_id: str
    title: str
    room: str
    draft: Draft
    messages: tuple["DraftedFrom", ...]

    @property
    def texts(self) -> dict[int, str]:
        return {one.message_id: one.text for one in self.messages}

    @property
    def authors(self) -> frozenset[int]:
        return frozenset(one.author_id for one in self.messages)


@dataclass(frozen=True, slots=True)
class DraftedFrom:
    """A message that passages may be from."""

    message_id: int
    author_id: int
    author: str
    text: str
    said_at: datetime
    anchor: str


def drafted(viewer: Viewer, public_id: str) -> Drafted:
    """Raises NotThere."""
    row = conversation_row(viewer, public_id)
    text = confirmed(viewer, [row])[0]
    said = [Said(one.message_id, one.author_id, one.author, one.text, one.said_at, one.helped) for one in text.messages]
    messages = tuple(
        DraftedFrom(one.message_id, one.author_id, one.author, one.text, one.said_at, anchor_of(one.said_at))
        for one in text.messages
    )
    return Drafted(row, public_id, text.title, text.room.name, draft(text.title, said), messages)

"""The draft of a note from a conversation, as its reader may see it: what was said there, chosen by rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from alongside.audiences.queries import NotThere
from alongside.conversations.queries import confirmed, conversation_row
from alongside.conversations.rules import anchor_of
from alongside.notes.drafting import Draft, Said, draft, question_of, sentences
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


# How near each sentence is in meaning to a question; None where there is no model, or it would take too long.
Nearness = Callable[[str, Sequence[str]], Sequence[float] | None]


def drafted(viewer: Viewer, public_id: str, nearness: Nearness | None = None) -> Drafted:
    """Raises NotThere. `nearness` comes from above: what knows meaning stands over notes."""
    row = conversation_row(viewer, public_id)
    text = next(iter(confirmed(viewer, [row])), None)
    if text is None:  # nothing that was said in it is the viewer's to read
        raise NotThere
    said = [Said(one.message_id, one.author_id, one.author, one.text, one.said_at, one.helped) for one in text.messages]
    messages = tuple(
        DraftedFrom(one.message_id, one.author_id, one.author, one.text, one.said_at, anchor_of(one.said_at))
        for one in text.messages
    )
    near = nearness(question_of(text.title, said), [one.text for one in sentences(said)]) if nearness else None
    return Drafted(row, public_id, text.title, text.room.name, draft(text.title, said, near), messages)

"""What an act knows of who does it and where, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from alongside.bridges.port import Body, Can, Form
from alongside.bridges.queries import BridgeFacts, RoomThere
from alongside.bridges.rules import Act
from alongside.letters.rules import Because
from alongside.people.rules import Viewer
from alongside.search.grounds import Ground


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody asks for something in a tool. Lives while the act is done, and is stored nowhere."""

    bridge: BridgeFacts
    can: frozenset[Can]
    viewer: Viewer
    account_id: int
    account: str  # its id in the tool
    act: Act
    room: RoomThere | None = None  # None: written to Alongside alone
    context: str = ""
    message: str = ""  # what it was said of or in answer to
    said_in: str = ""  # the message that said it
    about: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    subject: str = ""
    reply: str = ""
    trigger: str = ""
    is_thread_here: bool = False  # the thread was fetched from the tool already


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something to be said in a tool, not to the one who asked: in a room, or to somebody else."""

    because: Because
    body: Body
    connection_id: int
    room: str = ""
    account: str = ""
    account_id: int | None = None
    context: str = ""
    subject: str = ""
    in_name_of: str = ""
    in_name_of_account: str = ""
    about: str = ""
    is_farewell: bool = False
    attachment: str = ""
    hearers: str = ""
    # What its words are taken from; and what is said there instead once that does not stand any more.
    grounds: tuple[Ground, ...] = ()
    otherwise: Body | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered to the one who asked, alone; and what else their act says."""

    body: Body | None = None
    about: tuple[str, ...] = ()
    form: Form | None = None
    attachment: str = ""  # goes along with it, by name (bridges.followers.attaching)
    also: Sequence[Outgoing] = ()
    # What the words of others in it are taken from. What the act did is said also where those may not go any more.
    grounds: tuple[Ground, ...] = ()
    done: tuple[str, ...] = ()


class NeedsThread(Exception):
    """The act is about a thread that is not here: it has to be fetched from the tool first."""

    def __init__(self, room: RoomThere, context: str) -> None:
        super().__init__()
        self.room = room
        self.context = context


def said(*lines: str, title: str = "") -> Answer:
    """A few plain sentences."""
    return Answer(Body(title=title, lines=lines))

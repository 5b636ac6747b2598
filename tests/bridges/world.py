"""An organisation in a pretended chat and mailbox, worked through the real core.

Ana and Bo are in both rooms; Cy is of the organisation, in the open room only; Dee is a guest of #with-dee.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alongside.bridges.actions.connecting import connect
from alongside.bridges.actions.intake import take_in
from alongside.bridges.adapters.pretend import PretendChat, PretendMail
from alongside.bridges.adapters.pretend.told import Told
from alongside.bridges.followers.running import work_off_now
from alongside.bridges.pace import forget_paces
from alongside.bridges.port import (
    AccountSeen,
    Anything,
    Arrived,
    Batch,
    Deleted,
    InvitedIn,
    Joined,
    Left,
    PutOut,
    Reach,
    Reacted,
    RoomSeen,
    Sign,
)
from alongside.bridges.queries import BridgeFacts
from alongside.bridges.sealed import opened
from alongside.people.models import Account
from alongside.people.queries import unscoped_viewer_of_account
from alongside.people.rules import Viewer
from alongside.search.followers import catch_up_words

HOTLINE, LEADS, WITH_DEE = "C-hotline", "G-leads", "C-with-dee"
PEOPLE = {"ana": "Ana Moreau", "bo": "Bo Lindgren", "cy": "Cy Tanaka", "dee": "Dee Laurent"}


@dataclass
class World:
    folder: Path
    chat: PretendChat = field(init=False)
    mail: PretendMail = field(init=False)
    bridge: BridgeFacts = field(init=False)
    mailing: BridgeFacts = field(init=False)
    _number: int = 0

    def __post_init__(self) -> None:
        forget_paces()
        self.bridge = connect(
            None, kind="pretend-chat", key="acme", name="Acme chat", given={"file": str(self.folder / "chat")}
        )
        self.mailing = connect(
            None, kind="pretend-mail", key="acme", name="Acme mail", given={"file": str(self.folder / "mail")}
        )
        chat, mail = opened(self.bridge), opened(self.mailing)
        assert isinstance(chat, PretendChat)
        assert isinstance(mail, PretendMail)
        self.chat, self.mail = chat, mail
        for source_id, name in PEOPLE.items():
            seen = AccountSeen(source_id=source_id, name=name, handle=source_id, is_guest=source_id == "dee")
            self.happens(seen)
            address = f"{source_id}@acme.example"
            self.happens(AccountSeen(source_id=address, name=name, email=address), bridge=self.mailing)
        self.room(HOTLINE, "hotline", Reach.ORGANISATION, ["ana", "bo", "cy"])
        self.room(LEADS, "leads", Reach.MEMBERS, ["ana", "bo"])
        self.room(WITH_DEE, "with-dee", Reach.ORGANISATION, ["ana", "dee"])

    # What the tool tells.

    def happens(self, *events: Anything, bridge: BridgeFacts | None = None, remote_id: str = "") -> int:
        bridge = bridge or self.bridge
        arrived = []
        for event in events:
            self._number += 1
            arrived.append(Arrived(remote_id=remote_id or f"event-{self._number}", event=event))
        new = take_in(
            None, bridge_id=bridge.bridge_id, connection_id=bridge.connection_id, batch=Batch(arrived=tuple(arrived))
        )
        self.work()
        return new

    def comes(self, arrived: Arrived, bridge: BridgeFacts | None = None) -> int:
        bridge = bridge or self.bridge
        new = take_in(
            None, bridge_id=bridge.bridge_id, connection_id=bridge.connection_id, batch=Batch(arrived=(arrived,))
        )
        self.work()
        return new

    def work(self) -> None:
        work_off_now(self.bridge, self.chat)
        work_off_now(self.mailing, self.mail)
        catch_up_words()

    def room(self, source_id: str, name: str, reach: Reach, members: list[str] | None, **more: Any) -> None:
        self.happens(
            RoomSeen(
                source_id=source_id,
                name=name,
                reach=reach,
                members=None if members is None else tuple(members),
                url=f"https://chat.acme.example/{source_id}",
                **more,
            )
        )

    # What people do.

    def invite(self, room: str = HOTLINE, by: str = "ana") -> None:
        self.happens(InvitedIn(room=room, by=by))

    def put_out(self, room: str) -> None:
        self.happens(PutOut(room=room))

    def say(self, account: str, text: str, room: str = HOTLINE, context: str = "") -> str:
        arrived = self.chat.say(account, text, room=room, context=context)
        self.comes(arrived)
        return arrived.remote_id

    def ask(self, account: str, text: str, room: str = HOTLINE, context: str = "") -> str:
        """Says it to Alongside, in a room."""
        return self.say(account, f"@alongside {text}", room, context)

    def write(self, account: str, text: str, context: str = "") -> str:
        """To Alongside alone, by chat."""
        return self.say(account, text, "", context)

    def mails(self, account: str, text: str, context: str = "") -> None:
        arrived = self.mail.say(f"{account}@acme.example", text, context=context)
        self.comes(arrived, self.mailing)

    def press(self, account: str, on: Told, label: str, fields: dict[str, str] | None = None) -> None:
        assert on.body is not None
        button = next(one for one in on.body.buttons if one.label == label)
        self.comes(self.chat.press(account, on.id, button.words, fields))

    def react(
        self, account: str, source_id: str, sign: Sign, room: str = HOTLINE, *, is_taken_back: bool = False
    ) -> None:
        self.happens(Reacted(room=room, source_id=source_id, account=account, sign=sign, is_taken_back=is_taken_back))

    def joins(self, account: str, room: str) -> None:
        self.happens(Joined(room=room, account=account))

    def leaves(self, account: str, room: str) -> None:
        self.happens(Left(room=room, account=account))

    def deletes(self, source_id: str, room: str = HOTLINE) -> None:
        self.happens(Deleted(room=room, source_id=source_id))

    # What is seen.

    def whispers(self, account: str, room: str = HOTLINE) -> list[Told]:
        """What Alongside said in a room to this account alone."""
        return [one for one in self.chat.seen_by(account, room) if not one.author and one.only_for == account]

    def said_in(self, room: str = HOTLINE) -> list[Told]:
        """What Alongside said in a room to everybody there."""
        return [one for one in self.chat.seen_by("nobody at all", room) if not one.author]

    def written_to(self, account: str) -> list[Told]:
        return [one for one in self.chat.seen_by(account) if not one.author]

    def mailed_to(self, account: str) -> list[Told]:
        return [one for one in self.mail.seen_by(f"{account}@acme.example") if not one.author]

    def viewer(self, account: str) -> Viewer:
        row = Account.objects.get(connection_id=self.bridge.connection_id, source_id=account)
        found = unscoped_viewer_of_account(row.pk)
        assert found is not None
        return found


def words_of(told: Told) -> str:
    """Everything that stands in a post, as a reader would read it."""
    body = told.body
    assert body is not None
    items = [
        " ".join((one.title, one.where, "".join(piece for piece, _ in one.passage), one.link, one.source))
        for one in body.items
    ]
    buttons = [f"[{one.label}]" for one in body.buttons]
    return "\n".join((body.title, *body.lines, body.quote, *items, *buttons, *body.foot))

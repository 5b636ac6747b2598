"""Matrix as the contract drives it: a real Synapse, and before it a proxy that can fail."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import uuid4

from alongside.bridges.adapters.matrix.render import MARK
from alongside.bridges.port import Sign
from tests.bridges.harness import Placed, Shown
from tests.bridges.matrix.proxy import Loop, Proxy
from tests.bridges.matrix.synapse import SERVER, Client, Synapse, quoted

KEYS = {Sign.HELPED: "🙏", Sign.KEEP: "📌"}


class MatrixHarness:
    """`dee` is a guest as a bridge of another tool brings them: `@irc-…`."""

    kind: ClassVar[str] = "matrix"
    cannot: ClassVar[frozenset[str]] = frozenset({"press", "command"})

    def __init__(self, synapse: Synapse, loop: Loop) -> None:
        self.synapse = synapse
        self.loop = loop
        self.proxy = Proxy(loop, synapse.address)
        self.mark = uuid4().hex[:8]
        self.us = synapse.registered(f"alongside-{self.mark}", "Alongside")
        self.admin = synapse.registered(f"admin-{self.mark}", "Admin", is_admin=True)
        people = {
            name: synapse.registered(f"{way}{name}-{self.mark}", name.title())
            for name, way in (("ana", ""), ("bo", ""), ("cy", ""), ("dee", "irc-"))
        }
        self.clients: dict[str, Client] = {client.account: client for client in people.values()}
        self.ana, self.bo, self.cy, self.dee = (client.account for client in people.values())
        self.open_room = self.as_(self.ana).make_room(preset="public_chat", name="Hotline")
        self.closed_room = self.as_(self.ana).make_room(self.bo, preset="private_chat", name="Leads")
        for account in (self.bo, self.cy, self.dee):
            self.as_(account).join(self.open_room)
        self.as_(self.bo).join(self.closed_room)
        self.rooms = {self.open_room, self.closed_room}

    def as_(self, account: str) -> Client:
        return self.clients[account]

    def settings(self) -> Mapping[str, str]:
        return {
            "homeserver": self.proxy.address,
            "account": self.us.account,
            "token": self.us.token,
            "is_organisations": "yes",
            "guests": f"@irc-*:{SERVER}",
            "administrator_token": self.admin.token,
        }

    # What people do.
    def make_room(self, name: str, members: Sequence[str], *, is_open: bool) -> str:
        first, *others = members
        preset = "public_chat" if is_open else "private_chat"
        room = self.as_(first).make_room(*others, preset=preset, name=name)
        for account in others:
            self.as_(account).join(room)
        self.rooms.add(room)
        return room

    def invite_us(self, room: str, by: str) -> None:
        self.as_(by).invite(room, self.us.account)

    def put_us_out(self, room: str, by: str) -> None:
        """Who may not, has it done by who made the room."""
        way = f"/rooms/{quoted(room)}/kick"
        if self.as_(by).status("POST", way, {"user_id": self.us.account}) >= 300:
            self.as_(self.ana).ask("POST", way, {"user_id": self.us.account})

    def say(self, account: str, room: str, text: str, context: str = "") -> Placed:
        client = self.as_(account)
        event = client.say_in_thread(room, context, text) if context else client.say(room, text)
        return Placed(event, context or event)

    def mention(self, account: str, room: str, text: str, context: str = "") -> Placed:
        """As Element writes it: a pill, plain text, and who is meant."""
        more: dict[str, Any] = {
            "format": "org.matrix.custom.html",
            "formatted_body": f'<a href="https://matrix.to/#/{self.us.account}">Alongside</a>: {text}',
            "m.mentions": {"user_ids": [self.us.account]},
        }
        client, body = self.as_(account), f"Alongside: {text}"
        event = client.say_in_thread(room, context, body, **more) if context else client.say(room, body, **more)
        return Placed(event, context or event)

    def say_to_us(self, account: str, text: str) -> Placed:
        return Placed(self.as_(account).say(self.for_two(account), text), "")

    def for_two(self, account: str) -> str:
        """Their room with Alongside: the one that is there, or one that they make, once Alongside has come into it."""
        client = self.as_(account)
        self.accept(account)
        for room in client.joined():
            members = client.ask("GET", f"/rooms/{quoted(room)}/joined_members")["joined"]
            if set(members) == {account, self.us.account} and room not in self.rooms:
                return room
        room = client.make_room(self.us.account, preset="trusted_private_chat", is_direct=True)
        for _ in range(400):
            if self.us.account in client.ask("GET", f"/rooms/{quoted(room)}/joined_members")["joined"]:
                break
            time.sleep(0.05)
        return room

    def accept(self, account: str) -> None:
        """Come into every room that somebody asked them into."""
        for room in self.as_(account).invitations():
            self.as_(account).join(room)

    def room_of(self, account: str, room: str) -> str:
        return room or self.for_two(account)

    def edit(self, account: str, room: str, source_id: str, text: str) -> None:
        self.as_(account).edit(self.room_of(account, room), source_id, text)

    def delete(self, account: str, room: str, source_id: str) -> None:
        self.as_(account).redact(self.room_of(account, room), source_id)

    def react(self, account: str, room: str, source_id: str, sign: Sign) -> None:
        self.as_(account).react(self.room_of(account, room), source_id, KEYS[sign])

    def press(self, account: str, label: str) -> None:
        raise NotImplementedError("Matrix has no buttons.")

    def command(self, account: str, room: str, words: str) -> None:
        raise NotImplementedError("Matrix has no commands.")

    def join(self, account: str, room: str) -> None:
        """Into a closed room somebody has to ask them first."""
        if self.as_(account).status("POST", f"/join/{quoted(room)}", {}) >= 300:
            self.as_(self.ana).invite(room, account)
            self.as_(account).join(room)

    def leave(self, account: str, room: str) -> None:
        self.as_(account).leave(room)

    def rename_room(self, room: str, name: str) -> None:
        self.as_(self.ana).state(room, "m.room.name", {"name": name})

    def rename(self, account: str, name: str) -> None:
        self.as_(account).ask("PUT", f"/profile/{quoted(account)}/displayname", {"displayname": name})

    def deactivate(self, account: str) -> None:
        identifier = {"type": "m.id.user", "user": account}
        proof = {"type": "m.login.password", "identifier": identifier, "password": "a password"}
        self.as_(account).ask("POST", "/account/deactivate", {"auth": proof})

    # How it fails.
    def fail_sends(self, times: int, retry_after: float = 0.0) -> None:
        self.proxy.fail_sends(times, retry_after)

    def swallow_answer(self) -> None:
        self.proxy.swallow_answer()

    def cut(self) -> None:
        self.proxy.cut()

    def repeat_last(self) -> None:
        self.proxy.repeat_last()

    # What is seen.
    def seen_by(self, account: str) -> Sequence[Shown]:
        client = self.as_(account)
        self.accept(account)
        shown: list[tuple[int, Shown]] = []
        for room in client.joined():
            members = client.ask("GET", f"/rooms/{quoted(room)}/joined_members")["joined"]
            is_alone = set(members) <= {account, self.us.account} and room not in self.rooms
            ours = [event for event in client.messages(room) if event["sender"] == self.us.account]
            shown += [(event["origin_server_ts"], _shown(event, "" if is_alone else room)) for event in ours]
        return [one for _at, one in sorted(shown, key=lambda pair: pair[0])]

    def close(self) -> None:
        self.proxy.close()
        for client in (*self.clients.values(), self.us, self.admin):
            client.close()


def _shown(event: Mapping[str, Any], room: str) -> Shown:
    content = event["content"]
    assert content[MARK] is True
    relation = content.get("m.relates_to", {})
    links = [part.split('"')[0] for part in content.get("formatted_body", "").split('href="')[1:]]
    return Shown(
        text=content["body"],
        room=room,
        is_for_them_alone=not room,
        context=relation.get("event_id", "") if relation.get("rel_type") == "m.thread" else "",
        source_id=event["event_id"],
        links=tuple(links),
    )

"""Four people with mailboxes and two lists, on real Dovecot and Postfix."""

import atexit
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from functools import cache
from html import unescape
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from alongside.bridges.adapters.mail.addresses import addresses_of
from alongside.bridges.port import Sign
from alongside.kit import ids
from tests.bridges.harness import Placed, Shown
from tests.bridges.mail.failing import Gate, Line
from tests.bridges.mail.running import KnownRooms
from tests.bridges.mail.servers import OWN, PASSWORD, SERVER_NAME, MailServers

OWN_ADDRESSES = addresses_of(OWN, KnownRooms())
_MAIL_LINK = re.compile(r'<a href="(mailto:[^"]+)"[^>]*>([^<]*)</a>')
_BROKEN_TO_BE_SENT = re.compile(r" \r?\n *")
_WEB_LINK = re.compile(r'<a href="(https?://[^"]+)"')


@cache
def shared_servers() -> MailServers:
    for is_last in (False, False, True):
        servers = MailServers()
        atexit.register(servers.stop)
        try:
            servers.start()
        except OSError:  # somebody else took one of the ports meanwhile
            if is_last:
                raise
        else:
            return servers
    raise AssertionError


class MailHarness:
    kind: ClassVar[str] = "mail"
    # A mail cannot be changed or taken back; there are no reactions and commands; nothing says that a mailbox is gone
    # or somebody is called otherwise before the next mail does.
    cannot: ClassVar[frozenset[str]] = frozenset(
        {"edit", "delete", "react", "command", "rename", "rename_room", "deactivate", "whisper"}
    )
    ana = "ana@example.org"
    bo = "bo@example.org"
    cy = "cy@example.org"
    dee = "dee@outside.example"
    open_room = "company.lists.example.org"
    closed_room = "hotline.lists.example.org"
    # Lists that nobody is in, until a test makes rooms of them: an administrator has to have named them before.
    spare_rooms = tuple(f"{reach}-{number}.lists.example.org" for reach in ("open", "closed") for number in range(3))

    def __init__(self, servers: MailServers | None = None) -> None:
        self.servers = servers or shared_servers()
        self.servers.empty()
        self.gate, self.line = Gate(self.servers), Line(self.servers.ports.imap)
        self.gate.start()
        self.names = {self.ana: "Ana Moreau", self.bo: "Bo Lang", self.cy: "Cy Brandt", self.dee: "Dee Okafor"}
        self.servers.lists.names.clear()
        self.servers.lists.put_members(self.open_room, [self.ana, self.bo, self.cy])
        self.servers.lists.put_members(self.closed_room, [self.ana, self.bo])
        for room in self.spare_rooms:
            self.servers.lists.put_members(room, [])
        self._now = datetime.now(UTC) - timedelta(minutes=1)
        self._last: tuple[str, list[str], bytes] | None = None

    def settings(self) -> Mapping[str, str]:
        return {
            "address": OWN,
            "imap": f"imap://127.0.0.1:{self.line.port}",
            "smtp": f"smtp://127.0.0.1:{self.gate.port}",
            "password": PASSWORD,
            "smtp_password": "-",
            "server_name": SERVER_NAME,
            "domains": "example.org",
            "lists": "\n".join(self._as_named(room) for room in (self.open_room, self.closed_room, *self.spare_rooms)),
            "ca_file": str(self.servers.at / "cert.pem"),
        }

    def _as_named(self, room: str) -> str:
        named = f"{room} {_post(room)} members={self.servers.lists.members_file(room)}"
        return f"{named} organisation" if room == self.open_room or room.startswith("open-") else named

    # What people do.

    def make_room(self, name: str, members: Sequence[str], *, is_open: bool) -> str:
        room = f"{name}.lists.example.org"
        assert room in self.spare_rooms
        assert is_open == room.startswith("open-")
        self.servers.lists.put_members(room, list(members))
        return room

    def invite_us(self, room: str, by: str) -> None:
        lists = self.servers.lists
        lists.put_members(room, [*lists.members(room), OWN])

    def put_us_out(self, room: str, by: str) -> None:
        lists = self.servers.lists
        lists.put_members(room, [one for one in lists.members(room) if not OWN_ADDRESSES.is_ours(one)])

    def say(self, account: str, room: str, text: str, context: str = "") -> Placed:
        return self.write(account, [_post(room)], text, context=context)

    def mention(self, account: str, room: str, text: str, context: str = "") -> Placed:
        return self.write(account, [_post(room), OWN], text, context=context)

    def say_to_us(self, account: str, text: str) -> Placed:
        return self.write(account, [OWN], text)

    def write(self, account: str, to: Sequence[str], text: str, *, context: str = "", subject: str = "") -> Placed:
        """A mail as a mail program writes it."""
        message_id = f"{ids.new_id()}@{account.partition('@')[2]}"
        mail = EmailMessage(policy=default)
        mail["From"] = f"{self.names[account]} <{account}>"
        mail["To"] = to[0]
        if to[1:]:
            mail["Cc"] = ", ".join(to[1:])
        if subject:
            mail["Subject"] = subject
        mail["Message-ID"] = f"<{message_id}>"
        mail["Date"] = format_datetime(self._a_moment())
        if context:
            mail["In-Reply-To"] = mail["References"] = f"<{context}>"
        mail.set_content(text)
        self.post(account, list(to), mail.as_bytes())
        return Placed(message_id, context or message_id)

    def _a_moment(self) -> datetime:
        """Dates of mails are whole seconds, and people do not answer within one."""
        self._now = max(self._now + timedelta(seconds=1), datetime.now(UTC).replace(microsecond=0))
        return self._now

    def post(self, account: str, to: list[str], content: bytes) -> None:
        self._last = (account, to, content)
        self.servers.send(account, to, content)

    def answer(self, account: str, shown: Shown, text: str) -> Placed:
        """What "Reply" does in a mail program."""
        mail = next(one for one in self._mails(account) if str(one["Message-ID"]).strip("<>") == shown.source_id)
        said = EmailMessage(policy=default)
        message_id = f"{ids.new_id()}@{account.partition('@')[2]}"
        said["From"] = f"{self.names[account]} <{account}>"
        said["To"] = mail["Reply-To"] or mail["From"]
        said["Subject"] = f"Re: {str(mail['Subject']).removeprefix('Re: ')}"
        said["Message-ID"] = f"<{message_id}>"
        said["In-Reply-To"] = mail["Message-ID"]
        said["References"] = f"{mail['References'] or ''} {mail['Message-ID']}".strip()
        quoted = "\n".join(f"> {line}" for line in shown.text.splitlines())
        said.set_content(f"{text}\n\nOn Monday, 3 March, Alongside wrote:\n{quoted}\n")
        self.post(account, [str(said["To"].addresses[0].addr_spec)], said.as_bytes())
        return Placed(message_id, shown.context)

    def forward(self, account: str, mails: Sequence[bytes], text: str) -> Placed:
        """“Forward as attachment”, of one mail or several."""
        said = EmailMessage(policy=default)
        message_id = f"{ids.new_id()}@{account.partition('@')[2]}"
        said["From"] = f"{self.names[account]} <{account}>"
        said["To"] = OWN
        said["Subject"] = "Fwd:"
        said["Message-ID"] = f"<{message_id}>"
        said.set_content(text)
        for raw in mails:
            said.add_attachment(message_from_bytes(raw, policy=default))
        self.post(account, [OWN], said.as_bytes())
        return Placed(message_id, message_id)

    def edit(self, account: str, room: str, source_id: str, text: str) -> None:
        raise NotImplementedError

    def delete(self, account: str, room: str, source_id: str) -> None:
        raise NotImplementedError

    def react(self, account: str, room: str, source_id: str, sign: Sign) -> None:
        raise NotImplementedError

    def press(self, account: str, label: str) -> None:
        """A link that opens a mail with the words in it; then they send it."""
        for mail in reversed(self._mails(account)):
            for address, words in _MAIL_LINK.findall(_part(mail, "html")):
                if unescape(words) == label:
                    link = urlsplit(unescape(address))
                    fields = parse_qs(link.query)
                    self.write(account, [unquote(link.path)], fields["body"][0], subject=fields["subject"][0])
                    return
        raise AssertionError(f"{account} sees no button “{label}”")

    def command(self, account: str, room: str, words: str) -> None:
        raise NotImplementedError

    def join(self, account: str, room: str) -> None:
        self.servers.lists.put_members(room, [*self.servers.lists.members(room), account])

    def leave(self, account: str, room: str) -> None:
        self.servers.lists.put_members(room, [one for one in self.servers.lists.members(room) if one != account])

    def rename_room(self, room: str, name: str) -> None:
        self.servers.lists.names[room] = name

    def rename(self, account: str, name: str) -> None:
        self.names[account] = name

    def deactivate(self, account: str) -> None:
        raise NotImplementedError

    # How it fails.

    def fail_sends(self, times: int, retry_after: float = 0.0) -> None:
        self.gate.refusals += ["451 4.7.1 Try again later"] * times

    def swallow_answer(self) -> None:
        self.gate.swallows += 1

    def cut(self) -> None:
        self.line.cut()

    def repeat_last(self) -> None:
        assert self._last is not None
        self.servers.send(*self._last)

    # What is seen.

    def seen_by(self, account: str) -> Sequence[Shown]:
        self.servers.wait_for_queue()
        return [_shown(mail) for mail in self._mails(account) if OWN in str(mail["From"])]

    def _mails(self, account: str) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=default) for raw in self.servers.mails(account)]

    def close(self) -> None:
        self.gate.stop()
        self.line.close()


def _post(room: str) -> str:
    return room.replace(".", "@", 1)


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    return str(body.get_content()) if body is not None else ""


def _shown(mail: EmailMessage) -> Shown:
    own_id = str(mail["Message-ID"]).strip("<>")
    references = str(mail["References"] or "").split()
    room = re.sub(r".*<|>.*", "", str(mail["List-Id"] or ""))
    html = _part(mail, "html")
    return Shown(
        # As a program shows it: the subject above, and lines that were broken to be sent joined again (RFC 3676).
        text=f"{mail['Subject']}\n\n{_BROKEN_TO_BE_SENT.sub(' ', _part(mail, 'plain'))}",
        room=room,
        is_for_them_alone=not room,
        context=references[0].strip("<>") if references else own_id,
        source_id=own_id,
        buttons=tuple(unescape(words) for _, words in _MAIL_LINK.findall(html)),
        links=tuple(unescape(link) for link in _WEB_LINK.findall(html)),
    )

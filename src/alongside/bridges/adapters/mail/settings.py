"""What an administrator gives for a mailbox, and what the adapter makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from alongside.bridges.adapters.mail.addresses import LONGEST_LOCAL, Addresses, addresses_of
from alongside.bridges.adapters.mail.lists import MailList, Unclear, lists_in
from alongside.bridges.adapters.mail.senders import Asked, is_plain_address
from alongside.bridges.adapters.mail.servers import NoServer, Server, server_in
from alongside.bridges.port import Choice, Known, Permanent

# What a token without `about` takes, with its purpose.
_ROOM_FOR_TOKEN: Final = 3 + 20

CHOICES: Final = (
    Choice(
        name="address",
        label="Alongside's address",
        help="alongside@example.org: a mailbox of its own, that gets what is sent to alongside+anything@example.org too.",
    ),
    Choice(name="imap", label="IMAP server", help="imaps://imap.example.org, or imap://… where STARTTLS is used."),
    Choice(name="smtp", label="SMTP server", help="smtps://mail.example.org, or smtp://mail.example.org:587."),
    Choice(name="login", label="Login", help="Often the address itself.", is_optional=True),
    Choice(name="password", label="Password of the mailbox", is_secret=True),
    Choice(
        name="smtp_password",
        label="Password for sending",
        help="Empty: the same. A hyphen: this server asks for none.",
        is_secret=True,
        is_optional=True,
    ),
    Choice(name="folder", label="Folder that is read", default="INBOX", is_optional=True),
    Choice(
        name="done_folder",
        label="Folder for mails that are done with",
        help="Empty: what was written to Alongside alone is removed from the mailbox once it was taken in.",
        is_optional=True,
    ),
    Choice(
        name="server_name",
        label="Your mail server's name in Authentication-Results",
        help="The first word of that header in any mail that you got. Empty: only answers to Alongside's mails are believed.",
        is_optional=True,
    ),
    Choice(
        name="proof",
        label="What proves a sender",
        help="dmarc, or aligned: then a DKIM signature or SPF of the sender's own domain is enough.",
        default=Asked.DMARC.value,
        is_optional=True,
    ),
    Choice(
        name="domains",
        label="Mail domains of your organisation",
        help="example.org example.com: whoever has an address there may read what the organisation shares. Others are guests.",
        is_optional=True,
    ),
    Choice(
        name="lists",
        label="Mailing lists",
        help="One a line: its List-Id, its address, and members=FILE organisation strangers vouches archive, as far as it holds.",
        is_optional=True,
    ),
    Choice(
        name="ca_file",
        label="Certificate authority of your own",
        help="A PEM file, where your servers' certificates are signed by one.",
        is_optional=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    own: Addresses
    imap: Server
    smtp: Server
    login: str
    password: str
    smtp_password: str
    folder: str
    done_folder: str
    server_name: str
    asked: Asked
    domains: frozenset[str]
    lists: dict[str, MailList]


def settings_in(given: Mapping[str, str], known: Known) -> Settings:
    """Raises Permanent, of the whole connection, with what is wrong."""
    text = {choice.name: (given.get(choice.name) or choice.default).strip() for choice in CHOICES}
    try:
        return _settings(text, known)
    except (NoServer, Unclear, ValueError) as error:
        raise Permanent(str(error), is_of_connection=True) from None


def _settings(text: Mapping[str, str], known: Known) -> Settings:
    address = text["address"].lower()
    if not is_plain_address(address) or "+" in address:
        raise ValueError(f"“{address}” cannot be Alongside's address. It should look like alongside@example.org.")
    if len(address.partition("@")[0]) > LONGEST_LOCAL - _ROOM_FOR_TOKEN:
        raise ValueError(
            f"“{address}” is too long before the @: a token of {_ROOM_FOR_TOKEN} letters has to fit behind it."
        )
    if text["proof"] not in set(Asked):
        raise ValueError(f"“{text['proof']}” proves nothing: it is dmarc or aligned.")
    sent_with = text["smtp_password"] or text["password"]
    return Settings(
        own=addresses_of(address, known),
        imap=server_in(text["imap"], "imap", text["ca_file"]),
        smtp=server_in(text["smtp"], "smtp", text["ca_file"]),
        login=text["login"] or address,
        password=text["password"],
        smtp_password="" if sent_with == "-" else sent_with,
        folder=text["folder"],
        done_folder=text["done_folder"],
        server_name=text["server_name"].lower(),
        asked=Asked(text["proof"]),
        domains=frozenset(text["domains"].lower().replace(",", " ").split()),
        lists=lists_in(text["lists"]),
    )

"""Mail that no person wrote: it is never answered. And of it, what says that a mail of ours did not arrive."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Final

from flufl.bounce import all_failures

from alongside.bridges.adapters.mail.addresses import Addresses, Purpose
from alongside.bridges.adapters.mail.senders import is_plain_address
from alongside.kit.mail_headers import (
    Fields,
    addresses_of,
    decoded,
    first,
    ids_of,
    is_automatic,
    person_of,
    words_of,
)
from alongside.kit.mail_threads import thread_of

# It says at every detector that it runs.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

OWN_MARK: Final = "X-Alongside"
MARK_OF_CHECK: Final = "check"
_MOST_RECEIVED: Final = 30
_MOST_ROUNDS: Final = 25
_BYTES_SCANNED: Final = 200_000
_MOST_ADDRESSES: Final = 50

_PRECEDENCE: Final = frozenset([b"bulk", b"junk", b"list", b"auto_reply"])
_MACHINES: Final = re.compile(
    r"^(?:mailer-daemon|mail-daemon|postmaster|daemon|root|no-?reply|do-?not-?reply|donotreply|bounces?|listserv"
    r"|majordomo|[^@]*(?:-bounces?|-request))(?:[+=][^@]*)?@"
)
_SAYS_SO: Final = re.compile(
    r"^\s*(?:re:\s*)?(?:auto(?:matic|mated)?[ -]?(?:reply|response|antwort)|out of (?:the )?office|on vacation"
    r"|(?:automatische )?abwesenheit|automatische antwort|réponse automatique|absence du bureau|respuesta automática"
    r"|risposta automatica|automatisch antwoord|autosvar|automatiskt svar|automaattinen vastaus|自动回复|自動応答)",
    re.IGNORECASE,
)
_ANY_ADDRESS: Final = re.compile(rb"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}")


@dataclass(frozen=True, slots=True)
class Failed:
    address: str
    is_permanent: bool


def must_not_be_answered(fields: Fields, own: Addresses) -> bool:
    """Written by a machine, or perhaps part of a loop. For mail that came to us alone, not over a list."""
    if is_automatic(fields) or is_of_ours(fields, own):
        return True
    # Where our mails come back to when they do not arrive, no person writes.
    if any(_is_back(address, own) for address in (*delivered_to(fields), *addressed_to(fields))):
        return True
    if any(name.startswith("list-") or name == "x-auto-response-suppress" for name in fields):
        return True
    if first(fields, "precedence").strip().lower() in _PRECEDENCE:
        return True
    return (
        bool(_MACHINES.search(person_of(first(fields, "from"))[0]))
        or bool(_SAYS_SO.search(words_of(first(fields, "subject"))))
        or is_going_round(fields, own)
    )


def is_of_ours(fields: Fields, own: Addresses) -> bool:
    """A mail that we sent, come back: by its mark, its id or its sender."""
    if OWN_MARK.lower() in fields or own.is_ours(person_of(first(fields, "from"))[0]):
        return True
    return any(own.is_own_id(name) for name in ids_of(first(fields, "message-id")))


def is_check(fields: Fields) -> bool:
    """Sent to oneself by `check`, which looks for it and then removes it."""
    return first(fields, OWN_MARK.lower()) == MARK_OF_CHECK.encode()


def is_going_round(fields: Fields, own: Addresses) -> bool:
    """Over too many machines, or to and fro with one that does not say that it is one."""
    if len(fields.get("received", [])) > _MOST_RECEIVED:
        return True
    _, references = thread_of(fields, "")
    return sum(own.is_own_id(name) for name in references) > _MOST_ROUNDS


def _is_back(address: str, own: Addresses) -> bool:
    return own.is_ours(address) and f"+{Purpose.BOUNCE}." in address


def bounces(content: bytes, recipients: Iterable[str], own: Addresses) -> tuple[Failed, ...]:
    """Accounts that a mail of ours did not reach. Only where the address that it came back to was made for that
    account: anybody can write a bounce about anybody.
    """
    backs = [address for address in recipients if _is_back(address, own)]
    if not backs:
        return ()
    failed = failures_in(content)
    named = {one.address for one in failed}
    # The tool may not know the form; who is meant, the address says, once somebody is named at all.
    others = [Failed(address, is_permanent=True) for address in _named_in(content) if address not in named]
    candidates = [*failed, *([] if failed else others)]
    return tuple(one for one in candidates if any(own.token_in(back, one.address) for back in backs))


def failures_in(content: bytes) -> tuple[Failed, ...]:
    """As flufl.bounce reads it; nothing where it cannot."""
    try:
        mail: Message = BytesParser(policy=compat32).parsebytes(content[:_BYTES_SCANNED])
        temporary, permanent = all_failures(mail)
    except Exception:  # noqa: BLE001 (seventeen detectors meet whatever a stranger sends)
        return ()
    found = {_text(address): False for address in temporary} | {_text(address): True for address in permanent}
    return tuple(
        Failed(address, permanent) for address, permanent in sorted(found.items()) if is_plain_address(address)
    )


def _text(address: bytes | str) -> str:
    return (decoded(address) if isinstance(address, bytes) else address).strip("<> ").lower()


def _named_in(content: bytes) -> list[str]:
    found = dict.fromkeys(raw.lower() for raw in _ANY_ADDRESS.findall(content[:_BYTES_SCANNED]))
    return [decoded(raw) for raw in list(found)[:_MOST_ADDRESSES]]


def delivered_to(fields: Fields) -> list[str]:
    """Where one's own server says that it delivered the mail."""
    names = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
    return addresses_of([raw for name in names for raw in fields.get(name, [])])


def addressed_to(fields: Fields) -> list[str]:
    return addresses_of([raw for name in ("to", "cc") for raw in fields.get(name, [])[:5]])

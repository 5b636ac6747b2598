"""Alongside's own addresses and message ids, and what travels in them.

    alongside@example.org                 itself
    alongside+c.TOKEN@example.org         where an answer to one of its mails goes
    alongside+b.TOKEN@example.org         where a mail that cannot be delivered comes back to
    alongside+u.TOKEN@example.org         where one mail ends such mails
    alongside+l.TOKEN@example.org         under which it is subscribed to a list
    <MARK.TOKEN@example.org>              the id of one of its mails

A token holds what the core wants back (`about`), the day it was made, and a keyed sum over these and the account it was
given to: it is worth something only in a mail that says it is from that account. It is base32 in small letters, because
mail systems change letters' case, and a local part has 64 letters at most (RFC 5321); what is longer travels in the
message id alone.
"""

import hmac
from base64 import b32decode, b32encode
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from alongside.bridges.port import Known

LONGEST_LOCAL: Final = 64
# Of a message id: some programs cut or fold what is longer, and readers of archives shorten past 400.
LONGEST_ID: Final = 240
DAYS_THAT_AUTHORISE: Final = 90

_SUM: Final = 10
_MARK: Final = 10
_MARK_SUM: Final = 5
_MARK_LETTERS: Final = 24
_EPOCH: Final = date(2020, 1, 1)


class Purpose(StrEnum):
    ANSWER = "c"
    BOUNCE = "b"
    STOP = "u"
    LIST = "l"


@dataclass(frozen=True, slots=True)
class Token:
    """What a valid token said. `made_on`: the day it was given out."""

    purpose: Purpose
    about: str
    made_on: date

    def authorises_on(self, day: date) -> bool:
        return self.made_on <= day + timedelta(days=1) and day - self.made_on <= timedelta(days=DAYS_THAT_AUTHORISE)


@dataclass(frozen=True, slots=True)
class Addresses:
    """`own` in small letters; `key` is known to this installation alone."""

    own: str
    key: bytes

    @property
    def domain(self) -> str:
        return self.own.partition("@")[2]

    def is_ours(self, address: str) -> bool:
        local, _, domain = address.partition("@")
        return domain == self.domain and local.partition("+")[0] == self.own.partition("@")[0]

    def made(self, purpose: Purpose, *, about: str, account: str, day: date) -> str:
        """An address of ours with a token for an account. Without `about` where that does not fit."""
        whole = self._with_token(purpose, about, account, day)
        if len(whole.partition("@")[0]) <= LONGEST_LOCAL:
            return whole
        return self._with_token(purpose, "", account, day)

    def _with_token(self, purpose: Purpose, about: str, account: str, day: date) -> str:
        payload = max(0, (day - _EPOCH).days).to_bytes(2, "big") + about.encode("utf-8", "replace")
        local, _, domain = self.own.partition("@")
        return f"{local}+{purpose}.{_letters(self._sum(purpose, payload, account)[:_SUM] + payload)}@{domain}"

    def token_in(self, address: str, account: str) -> Token | None:
        """What is in an address of ours, when it was made for that account and nobody changed it."""
        if not self.is_ours(address):
            return None
        purpose, _, letters = address.partition("@")[0].partition("+")[2].partition(".")
        raw = _bytes(letters)
        if purpose not in set(Purpose) or len(raw) < _SUM + 2:
            return None
        claimed, payload = raw[:_SUM], raw[_SUM:]
        if not hmac.compare_digest(claimed, self._sum(purpose, payload, account)[:_SUM]):
            return None
        made_on = _EPOCH + timedelta(days=int.from_bytes(payload[:2], "big"))
        return Token(Purpose(purpose), payload[2:].decode("utf-8", "replace"), made_on)

    def message_id(self, key: str, *, about: str, account: str) -> str:
        """The same for every try of one post, without its angle brackets."""
        mark = sha256(key.encode("utf-8", "replace")).digest()[:_MARK]
        first = _letters(mark + self._sum("mark", mark, "")[:_MARK_SUM])
        token = _letters(
            self._sum("id", mark + about.encode("utf-8", "replace"), account)[:_SUM] + about.encode("utf-8", "replace")
        )
        whole = f"{first}.{token}@{self.domain}"
        return whole if len(whole) <= LONGEST_ID else f"{first}@{self.domain}"

    def is_own_id(self, message_id: str) -> bool:
        first = message_id.lower().partition("@")[0].partition(".")[0]
        raw = _bytes(first)
        if len(first) != _MARK_LETTERS or len(raw) != _MARK + _MARK_SUM:
            return False
        return hmac.compare_digest(raw[_MARK:], self._sum("mark", raw[:_MARK], "")[:_MARK_SUM])

    def about_in_id(self, message_id: str, account: str) -> str:
        """What the mail with this id was about: said to everybody, or to this account."""
        local = message_id.lower().partition("@")[0]
        if not self.is_own_id(message_id):
            return ""
        mark, raw = _bytes(local[:_MARK_LETTERS])[:_MARK], _bytes(local[_MARK_LETTERS + 1 :])
        for hearer in (account, ""):
            if hmac.compare_digest(raw[:_SUM], self._sum("id", mark + raw[_SUM:], hearer)[:_SUM]):
                return raw[_SUM:].decode("utf-8", "replace")
        return ""

    def of_list(self, list_id: str) -> str:
        """Under which a list knows us. Only the list and its members' roster know it; it does not age."""
        return self._with_token(Purpose.LIST, "", f"list {list_id}", _EPOCH)

    def _sum(self, purpose: str, payload: bytes, account: str) -> bytes:
        # Each piece with its length before it: no two of them read alike.
        pieces = (purpose.encode(), account.encode("utf-8", "replace"), payload)
        return hmac.digest(self.key, b"".join(len(piece).to_bytes(4, "big") + piece for piece in pieces), "sha256")


def addresses_of(own: str, known: Known) -> Addresses:
    """What `known` seals is 26 letters longer than what it seals: too long for a local part with an account in it. So
    it gives a key, once, and the sums are made with that.
    """
    return Addresses(own, sha256(f"mail addresses {known.seal('mail addresses')}".encode()).digest())


def _letters(raw: bytes) -> str:
    return b32encode(raw).decode().rstrip("=").lower()


def _bytes(letters: str) -> bytes:
    if not letters.isascii():
        return b""
    try:
        return b32decode(letters.upper() + "=" * (-len(letters) % 8))
    except ValueError:
        return b""

"""Who is who on a homeserver, and how one links to what was said: decided from what an administrator gave."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import quote

from alongside.bridges.port import Sign

_VARIATION = "\ufe0f"
_FIRST_TONE, _LAST_TONE = "\U0001f3fb", "\U0001f3ff"


@dataclass(frozen=True, slots=True)
class Policy:
    """`us` is our own account, `our_names` what people call it. `servers`: whose accounts are of the house."""

    us: str
    our_names: tuple[str, ...] = ()
    servers: frozenset[str] = frozenset()
    is_organisations: bool = False
    guests: tuple[str, ...] = ()
    links: str = "https://matrix.to/#/"
    signs: tuple[tuple[str, Sign], ...] = ()

    def is_local(self, account: str) -> bool:
        return server_of(account) in self.servers

    def is_guest(self, account: str) -> bool:
        """Of another server, a guest of ours (its name is a number; no other account's is), or brought by a bridge."""
        if not self.is_local(account) or localpart_of(account).isdecimal():
            return True
        return any(fnmatchcase(account, pattern) for pattern in self.guests)

    def sign_of(self, key: str) -> Sign | None:
        """The colour of a hand says nothing about what it means."""
        return dict(self.signs).get(plain_key(key))

    def link(self, room: str, event: str = "") -> str:
        way = quote(room, safe="!#:.@") + (f"/{quote(event, safe='$:.')}" if event else "")
        via = f"?via={quote(server_of(self.us))}" if "matrix.to" in self.links else ""
        return f"{self.links}{way}{via}"


def plain_key(key: str) -> str:
    return "".join(sign for sign in key if sign != _VARIATION and not _FIRST_TONE <= sign <= _LAST_TONE).strip().lower()


def server_of(account: str) -> str:
    return account.partition(":")[2]


def localpart_of(account: str) -> str:
    return account.partition(":")[0].removeprefix("@")

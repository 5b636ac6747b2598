"""Mailing lists as rooms.

A list's mail does not say who reads it, and its software lets nobody ask who did not run it. So an administrator names
each list in the settings, and where its members stand: a file, an address a line, as list software writes it. Without
one its members are unknown: then nobody reads what was said there, and nothing is said there either. Alongside is in a
list when the list's members say so (or, without them, when the list's mail comes).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from alongside.bridges.adapters.mail.addresses import Addresses
from alongside.bridges.adapters.mail.senders import is_plain_address, sender_of
from alongside.bridges.port import Reach
from alongside.kit.mail_headers import line_of

_LIST_ID: Final = re.compile(r"[a-z0-9._+-]{1,200}")
_MOST_MEMBERS: Final = 200_000


class Unclear(Exception):
    """A line of the setting that cannot be understood; the message says which, and how it would be."""


@dataclass(frozen=True, slots=True)
class MailList:
    """`vouches`: the list's own server lets nobody write in another's name, so that what it sends on is believed.
    `has_archive`: whoever subscribes reads there what was said before.
    """

    list_id: str
    post: str
    members_file: str = ""
    reach: Reach = Reach.MEMBERS
    has_strangers: bool = False
    vouches: bool = False
    has_archive: bool = False

    @property
    def domain(self) -> str:
        return self.post.partition("@")[2]

    @property
    def plain_name(self) -> str:
        return self.post.partition("@")[0] + "@"


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is subscribed, by address, with names where they stand there. `has_us`: Alongside is too."""

    names: Mapping[str, str] = field(default_factory=dict)
    has_us: bool = False


def lists_in(setting: str) -> dict[str, MailList]:
    """`tools.lists.example.org tools@lists.example.org members=/etc/alongside/tools.txt organisation`, one a line.

    Raises Unclear.
    """
    lists = [
        _list_in(line) for raw in re.split(r"[\n;]", setting) if (line := raw.strip()) and not line.startswith("#")
    ]
    return {one.list_id: one for one in lists}


def _list_in(line: str) -> MailList:
    words = line.split()
    list_id = words[0].strip("<>").lower()
    if len(words) < 2 or not _LIST_ID.fullmatch(list_id) or not is_plain_address(words[1]):  # noqa: PLR2004 (id, address)
        raise Unclear(
            f"“{line_of(line, 80)}” names no list. A line is its List-Id, the address one writes to, and what is known of"
            " it: tools.lists.example.org tools@lists.example.org members=/etc/alongside/tools.txt"
        )
    members_file, reach, flags = "", Reach.MEMBERS, set()
    for word in words[2:]:
        if word.startswith("members="):
            members_file = word.removeprefix("members=")
        elif word == "organisation":
            reach = Reach.ORGANISATION
        elif word in {"strangers", "vouches", "archive"}:
            flags.add(word)
        else:
            raise Unclear(
                f"“{line_of(word, 80)}” is not known of a list. There are: members=FILE organisation strangers vouches archive"
            )
    return MailList(
        list_id, words[1].lower(), members_file, reach, *(one in flags for one in ("strangers", "vouches", "archive"))
    )


def roster_in(text: str, own: Addresses) -> Roster:
    """A member a line: `ana@example.org` or `Ana Moreau <ana@example.org>`. Other lines are passed over."""
    names: dict[str, str] = {}
    has_us = False
    for line in text.splitlines():
        member = sender_of({"from": [line.encode("utf-8", "replace")]}) if "@" in line else None
        if member is None or line.lstrip().startswith("#"):
            continue
        if own.is_ours(member.address):
            has_us = True
        elif len(names) < _MOST_MEMBERS:
            names[member.address] = member.name
    return Roster(names, has_us)

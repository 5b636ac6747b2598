"""Reading the files in which lists' members stand."""

from pathlib import Path
from typing import Final

from alongside.bridges.adapters.mail.addresses import Addresses
from alongside.bridges.adapters.mail.lists import MailList, Roster, roster_in

_MOST_BYTES: Final = 20_000_000


def roster_of(one: MailList, own: Addresses) -> Roster | None:
    """None where it cannot be known: then nobody reads what is said there."""
    if not one.members_file:
        return None
    try:
        with Path(one.members_file).open("rb") as file:
            return roster_in(file.read(_MOST_BYTES).decode("utf-8", "replace"), own)
    except OSError:
        return None


def changed_at(one: MailList) -> int:
    """0 for a file that is not there."""
    try:
        return Path(one.members_file).stat().st_mtime_ns if one.members_file else 0
    except OSError:
        return 0

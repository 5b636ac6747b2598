"""Who somebody is when they read: plain values, decided from plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads. A person, or an account that nobody has linked. Nothing here is stored or logged."""

    person_id: int | None
    account_ids: tuple[int, ...]
    reads_organisation: bool
    name: str = ""
    is_administrator: bool = False
    # Of everybody in a room together: the audiences that each of them reads, beside what reads_organisation gives.
    # None for somebody alone, whose audiences are asked of the store.
    shares: frozenset[int] | None = None


# Somebody who is not signed in: reads what the world may read.
NOBODY = Viewer(None, (), reads_organisation=False)


@dataclass(frozen=True, slots=True)
class AccountSaid:
    """An account as a tool or an archive gives it."""

    source_id: str
    name: str
    handle: str = ""
    email: str = ""
    is_guest: bool = False
    is_deactivated: bool = False


class Theme(StrEnum):
    AS_THE_MACHINE = ""
    PAPER = "paper"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What decides how far an account reads."""

    account_id: int
    is_guest: bool
    is_deactivated: bool


def viewer_of(
    accounts: Sequence[AccountFacts],
    *,
    name: str,
    person_id: int | None = None,
    is_full_member: bool = False,
    is_administrator: bool = False,
) -> Viewer:
    """A person with their accounts, or accounts alone.

    Deactivated accounts give nothing. A person reads what the organisation reads when they are a full member by
    themselves, or through an active account that is not a guest's.
    """
    active = [account for account in accounts if not account.is_deactivated]
    return Viewer(
        person_id=person_id,
        account_ids=tuple(sorted(account.account_id for account in active)),
        reads_organisation=is_full_member or any(not account.is_guest for account in active),
        name=name,
        is_administrator=is_administrator,
    )


def may_act_as_anybody(*, has_run_with_base_url: bool, base_url: str) -> bool:
    """Being anybody (`--as`, the bar of a try-out, measuring) is for stores that never met the outside, for good."""
    return not has_run_with_base_url and not base_url


def may_take_base_url(*, is_try_out: bool) -> bool:
    """A try-out's store refuses: in it anybody was anybody."""
    return not is_try_out


def may_be_linked(*, account_email: str, person_email: str, is_deactivated: bool, is_linked: bool) -> bool:
    """An address only offers a link, by own act; a deactivated account is never offered: addresses are given anew."""
    if is_deactivated or is_linked:
        return False
    return bool(account_email) and account_email.casefold() == person_email.casefold()

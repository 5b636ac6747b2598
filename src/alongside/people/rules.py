"""Who somebody is when they read: plain values, decided from plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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


@dataclass(frozen=True, slots=True)
class Restore:
    """A backup took the store's place: at a moment, and of which moment it was."""

    at: datetime
    to: datetime


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


@dataclass(frozen=True, slots=True)
class Whom:
    """Whose words something is about: accounts, and the person who linked them, if there is one."""

    account_ids: tuple[int, ...]
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Something that is stored about somebody, in plain words, for them alone."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two who are to be joined: a person, or an account that nobody linked."""

    person_id: int | None = None
    account_id: int | None = None
    # A person who can sign in; without an address they exist by their accounts alone.
    has_address: bool = False
    is_usable: bool = True
    """False for a deactivated account, and for a person who may not come in."""


class Joining(StrEnum):
    REFUSED = "refused"
    TWO_ACCOUNTS = "a person is made for both"
    TO_ASKER = "the account that said the code goes to the person who asked for it"
    TO_SAYER = "the account that asked goes to the person who said it"
    INTO_ASKER = "the person who said it, known by accounts alone, becomes the one who asked"
    INTO_SAYER = "the person who asked, known by accounts alone, becomes the one who said it"


CODE_LASTS = timedelta(minutes=15)
CODE_LETTERS = 8
# Of all codes said here together: 31 to the power of 8 against a hundred tries in a quarter of an hour.
MOST_WRONG_CODES = 100


def joining_of(asker: Side, sayer: Side) -> Joining:
    """What becomes of the two. Nobody is joined to themselves, and two who both sign in stay two."""
    if not (asker.is_usable and sayer.is_usable) or asker == sayer:
        return Joining.REFUSED
    if asker.person_id is None and sayer.person_id is None:
        return Joining.TWO_ACCOUNTS
    if sayer.person_id is None:
        return Joining.TO_ASKER
    if asker.person_id is None:
        return Joining.TO_SAYER
    if not sayer.has_address:
        return Joining.INTO_ASKER
    return Joining.REFUSED if asker.has_address else Joining.INTO_SAYER


def may_try_code(*, wrong: int, since: datetime, now: datetime) -> bool:
    """Whether another code may be tried at all: what is counted is wrong codes of everybody, in one span."""
    return wrong < MOST_WRONG_CODES or now - since >= CODE_LASTS


QUIET_HOUR = 3


def cleaned_at_latest(forgotten_at: datetime) -> datetime:
    """The next quiet hour after something was forgotten, in the time zone of what is given: less than a day on."""
    hour = forgotten_at.replace(hour=QUIET_HOUR, minute=0, second=0, microsecond=0)
    return hour if hour > forgotten_at else hour + timedelta(days=1)

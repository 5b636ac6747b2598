"""Who somebody is. Nothing here tells anybody about somebody else but their name where they spoke."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from alongside.people.ledger import forgotten_of, name_of_account, name_of_person
from alongside.people.models import Account, Connection, DeclinedLink, Installation, Person, Token
from alongside.people.rules import AccountFacts, Restore, Viewer, Whom, may_be_linked, viewer_of


class NobodyKnown(Exception):
    """No person and no account has this address; the message says so in a sentence."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as its own person sees it."""

    account_id: int
    source_id: str
    name: str
    handle: str
    email: str
    tool: str
    connection: str
    is_guest: bool
    is_deactivated: bool
    connection_key: str


@dataclass(frozen=True, slots=True)
class PersonInBar:
    person_id: int
    name: str
    is_guest: bool


@dataclass(frozen=True, slots=True)
class TokenView:
    token_id: int
    name: str
    made_at: datetime


def _facts(accounts: "QuerySet[Account]") -> list[AccountFacts]:
    return [AccountFacts(*row) for row in accounts.values_list("id", "is_guest", "is_deactivated")]


def viewer_of_person(person: Person) -> Viewer:
    """A person with every account that they linked. Asked by every page, so by hand. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, is_guest, is_deactivated FROM people_account WHERE person_id = %s", [person.pk])
        accounts = [AccountFacts(key, bool(guest), bool(gone)) for key, guest, gone in cursor.fetchall()]
    return viewer_of(
        accounts,
        name=person.name,
        person_id=person.pk,
        is_full_member=bool(person.is_full_member and person.is_active),
        is_administrator=bool(person.is_administrator),
    )


def unscoped_viewer_with_address(email: str) -> Viewer:
    """For `--as` in a store that never met the outside: a person, or the accounts that an archive brought.

    Where several tools' accounts have the address, all of them: in such a store anybody may be anybody.
    Raises NobodyKnown.
    """
    person = Person.objects.filter(email__iexact=email).first()
    if person is not None:
        return viewer_of_person(person)
    accounts = Account.objects.filter(email__iexact=email, person__isnull=True)
    name = accounts.values_list("name", flat=True).first()
    if name is None:
        raise NobodyKnown(
            f"Nobody here has the address “{email}”. `alongside import --look` shows who an archive brings."
        )
    return viewer_of(_facts(accounts), name=name)


def unscoped_viewer_of_account(account_id: int) -> Viewer | None:
    """Who acts when this account does: its person with all that is theirs, or the account by itself.

    None for an account that is deactivated in its tool: nothing more is read through it, whoever it belongs to.
    """
    found = Account.objects.select_related("person").filter(pk=account_id).first()
    return unscoped_viewer_of_row(found) if found else None


def unscoped_viewer_of_row(found: Account) -> Viewer | None:
    """The same, of an account that was read with its person."""
    if found.is_deactivated:
        return None
    if found.person is not None and found.person.is_active:
        return viewer_of_person(found.person)
    return viewer_of([AccountFacts(found.pk, found.is_guest, found.is_deactivated)], name=found.name)


def unscoped_viewers_of_accounts(account_ids: Collection[int]) -> list[Viewer]:
    """Each of these accounts with its person, as `unscoped_viewer_of_account`; deactivated ones are left out.
    Two queries, however many.
    """
    rows = list(Account.objects.filter(pk__in=account_ids, is_deactivated=False).select_related("person"))
    people = {row.person.pk for row in rows if row.person is not None and row.person.is_active}
    theirs: dict[int, list[AccountFacts]] = {}
    for one in Account.objects.filter(person_id__in=people):
        facts = AccountFacts(one.pk, one.is_guest, one.is_deactivated)
        theirs.setdefault(one.person_id or 0, []).append(facts)
    return [_viewer_of_row(row, theirs) for row in rows]


def _viewer_of_row(row: Account, theirs: Mapping[int, Sequence[AccountFacts]]) -> Viewer:
    if row.person is None or not row.person.is_active:
        return viewer_of([AccountFacts(row.pk, row.is_guest, row.is_deactivated)], name=row.name)
    return viewer_of(
        theirs[row.person.pk],
        name=row.person.name,
        person_id=row.person.pk,
        is_full_member=row.person.is_full_member,
    )


def unscoped_viewer_of_owner(email: str) -> Viewer:
    """For an administrator's command that names who is told: nothing is read as them. Raises NobodyKnown."""
    person = Person.objects.filter(email__iexact=email, is_active=True).first()
    if person is None:
        raise NobodyKnown(f"Nobody here has the address “{email}”. `alongside manage createperson` lets somebody in.")
    return viewer_of_person(person)


def whom_of(viewer: Viewer) -> Whom:
    """Whose words are the viewer's: all linked accounts of a person, deactivated ones too, or an account alone."""
    if viewer.person_id is None:
        return Whom(viewer.account_ids)
    mine = Account.objects.filter(person_id=viewer.person_id).order_by("id").values_list("id", flat=True)
    return Whom(tuple(mine), viewer.person_id)


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose about being left out. `is_whole` is false where it holds for some of their accounts only."""

    is_paused: bool
    is_whole: bool


def choice_of(viewer: Viewer) -> Choice:
    """One query."""
    accounts = Account.objects.filter(person_id=viewer.person_id) if viewer.person_id else None
    if accounts is None:
        chosen = set(Account.objects.filter(pk__in=viewer.account_ids).values_list("is_paused", flat=True))
    else:
        person = Person.objects.filter(pk=viewer.person_id or 0).values_list("is_paused", flat=True)
        chosen = set(accounts.values_list("is_paused", flat=True).union(person))
    return Choice(is_paused=True in chosen, is_whole=len(chosen) < 2)  # noqa: PLR2004


def unscoped_paused(account_ids: Sequence[int]) -> set[int]:
    return set(Account.objects.filter(pk__in=account_ids, is_paused=True).values_list("pk", flat=True))


def unscoped_names_of(whom: Whom) -> list[str]:
    """What the ledger knows somebody by."""
    accounts = Account.objects.filter(pk__in=whom.account_ids)
    names = [name_of_account(*one) for one in accounts.values_list("connection__tool", "connection__key", "source_id")]
    person = Person.objects.filter(pk=whom.person_id or 0).values_list("id", "email", "password").first()
    return [*names, name_of_person(person[0], person[1] or "", person[2])] if person else names


def unscoped_to_forget_again() -> list[Whom]:
    """Accounts and people in the store whom the ledger knows: a backup brought them back."""
    columns = ("id", "connection__tool", "connection__key", "source_id")
    accounts = {name_of_account(*row[1:]): row[0] for row in Account.objects.values_list(*columns)}
    rows = Person.objects.values_list("id", "email", "password")
    people = {name_of_person(row[0], row[1] or "", row[2]): row[0] for row in rows}
    found = tuple(sorted(accounts[name] for name in forgotten_of(list(accounts))))
    again = [Whom((), people[name]) for name in sorted(forgotten_of(list(people)))]
    return [Whom(found), *again] if found else again


@dataclass(frozen=True, slots=True)
class Cleaning:
    """When something last left the rows, and up to when the store's files were cleaned of it."""

    forgotten_at: datetime | None
    cleaned_at: datetime | None


def unscoped_cleaning() -> Cleaning:
    row = Installation.objects.filter(pk=1).values_list("forgotten_at", "cleaned_at").first()
    return Cleaning(*row) if row else Cleaning(None, None)


def unscoped_ledger_mark() -> str:
    """Which ledger belongs to this store; empty when nobody was ever forgotten here."""
    return Installation.objects.filter(pk=1).values_list("ledger", flat=True).first() or ""


def unscoped_viewer_with_token(token: str) -> Viewer:
    """Raises NobodyKnown for a token that is not, or no longer, anybody's."""
    found = Token.objects.select_related("person").filter(digest=digest_of(token)).first()
    if found is None or not found.person.is_active:
        raise NobodyKnown("This token is not valid. Its person can make a new one under “My choices”.")
    return viewer_of_person(found.person)


def unscoped_people(limit: int) -> list[PersonInBar]:
    """Everybody who can be chosen in the bar of a try-out. For a try-out only. One query."""
    full = Account.objects.filter(person=OuterRef("pk"), is_guest=False, is_deactivated=False)
    people = Person.objects.filter(is_active=True).annotate(is_full=Exists(full)).order_by("name", "id")
    rows = people.values_list("id", "name", "is_full", "is_full_member")[:limit]
    return [PersonInBar(key, name, is_guest=not (is_full or by_person)) for key, name, is_full, by_person in rows]


def unscoped_person(person_id: int) -> Person | None:
    """Somebody who may come in. Asked by every page, so by hand. One query."""
    fields = Person._meta.concrete_fields
    columns = ", ".join(str(field.column) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM people_person WHERE id = %s AND is_active = %s", [person_id, True])
        row = cursor.fetchone()
    return row and Person.from_db(connection.alias, [field.attname for field in fields], row)


def digest_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def unscoped_installation() -> Installation:
    """Asked by every page, so by hand. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_try_out, has_run_with_base_url FROM people_installation WHERE id = 1")
        is_try_out, has_run_with_base_url = cursor.fetchone() or (False, False)
    return Installation(pk=1, is_try_out=bool(is_try_out), has_run_with_base_url=bool(has_run_with_base_url))


def unscoped_restore() -> Restore | None:
    """When this store was brought back from a backup last. None: never."""
    found = Installation.objects.filter(pk=1).values_list("restored_at", "restored_to").first()
    at, to = found or (None, None)
    return None if at is None or to is None else Restore(at, to)


def accounts_of(viewer: Viewer) -> list[AccountView]:
    """The viewer's own accounts."""
    if viewer.person_id is None:
        return _views(Account.objects.filter(pk__in=viewer.account_ids))
    return _views(Account.objects.filter(person_id=viewer.person_id))


def links_offered_to(viewer: Viewer) -> list[AccountView]:
    """Accounts that an archive brought, with the viewer's own address, that nobody linked and the viewer did not
    decline. One that only a tool told of can say a code, and addresses are given anew: it is joined by that alone.
    """
    person = None if viewer.person_id is None else unscoped_person(viewer.person_id)
    if person is None or not person.email:
        return []
    declined = DeclinedLink.objects.filter(person=person).values("account_id")
    candidates = Account.objects.filter(
        email__iexact=person.email, person__isnull=True, first_brought_by__isnull=False
    ).exclude(pk__in=declined)
    return [
        view
        for view in _views(candidates)
        if may_be_linked(
            account_email=view.email,
            person_email=person.email,
            is_deactivated=view.is_deactivated,
            is_linked=False,
        )
    ]


def tokens_of(viewer: Viewer) -> list[TokenView]:
    if viewer.person_id is None:
        return []
    rows = Token.objects.filter(person_id=viewer.person_id).order_by("id").values_list("id", "name", "made_at")
    return [TokenView(*row) for row in rows]


def unscoped_account_ids(connection_id: int, source_ids: Sequence[str]) -> dict[str, int]:
    rows = Account.objects.filter(connection_id=connection_id, source_id__in=source_ids)
    return dict(rows.values_list("source_id", "id"))


def unscoped_connections() -> list[Connection]:
    return list(Connection.objects.order_by("id"))


def _views(found: "QuerySet[Account]") -> list[AccountView]:
    accounts = found.select_related("connection").order_by("connection__name", "id")
    return [
        AccountView(
            account_id=account.pk,
            source_id=account.source_id,
            name=account.name,
            handle=account.handle,
            email=account.email,
            tool=account.connection.tool,
            connection=account.connection.name,
            is_guest=account.is_guest,
            is_deactivated=account.is_deactivated,
            connection_key=account.connection.key,
        )
        for account in accounts
    ]


def first_person_of_try_out(email: str) -> Person | None:
    """Who one is at first in a try-out: this one, where the archive has them, otherwise the first by name."""
    return (
        Person.objects.filter(email=email).first()
        or Person.objects.filter(is_active=True).order_by("name", "id").first()
    )


def unscoped_accounts_called(names: Sequence[str]) -> list[int]:
    """Accounts that somebody means by a name, a handle or an address; a name that several people have is nobody's.

    Nothing of it is told to who asks: whoever is meant is asked, and others are not.
    """
    found = []
    for name in names:
        wanted = name.strip().removeprefix("@")
        rows = Account.objects.filter(is_deactivated=False).filter(
            Q(name__iexact=wanted) | Q(handle__iexact=wanted) | Q(email__iexact=wanted)
        )
        people = {row.person_id or -row.pk: row.pk for row in rows[:20]}
        if len(people) == 1:
            found.append(next(iter(people.values())))
    return found

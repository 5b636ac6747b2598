"""What people do about who they are, and what an administrator does to let them in."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from alongside.kit import clock
from alongside.kit.refused import Refused
from alongside.people.actions.leaving_out import follow_choice
from alongside.people.ledger import forgotten_of, name_of_account
from alongside.people.models import Account, Connection, DeclinedLink, Installation, Person, Token
from alongside.people.queries import digest_of, links_offered_to, unscoped_installation
from alongside.people.rules import AccountSaid, Theme, Viewer, may_take_base_url

# What Django calls unusable: nothing ever matches it.
NO_PASSWORD = make_password(None)


def make_person(
    _actor: None, *, email: str, name: str, is_full_member: bool = True, is_administrator: bool = False
) -> Person:
    """Somebody who can sign in. Raises Refused when the address is taken."""
    try:
        with transaction.atomic():
            person = Person(
                email=email.strip(),
                name=name,
                is_full_member=is_full_member,
                is_administrator=is_administrator,
            )
            person.set_unusable_password()
            person.save()
    except IntegrityError:
        raise Refused(f"Somebody with the address {email} is here already.") from None
    return person


@dataclass(frozen=True, slots=True)
class KeptAccounts:
    """Rows by source id, and what was there before of those that changed. Who is forgotten has no row."""

    ids: dict[str, int]
    before: list[dict[str, Any]]
    forgotten: frozenset[str] = frozenset()


_FOLLOWED = ("name", "handle", "email", "is_guest", "is_deactivated")


def keep_connection(_actor: None, *, tool: str, key: str, name: str) -> Connection:
    """The connection with this key, begun where it is new."""
    return Connection.objects.get_or_create(tool=tool, key=key, defaults={"name": name})[0]


def keep_accounts(
    _actor: None, *, connection_id: int, said: Sequence[AccountSaid], brought_by: int | None
) -> KeptAccounts:
    """Accounts as the tool says they are now. Their links to people stay: only their people change those.

    Whoever asked to be forgotten is not made anew, by whatever archive or tool they come. Where no archive brought them
    (`brought_by` None) the tool itself says it, and from then on no archive, which is older, changes anything of it:
    whoever was switched off stays so.
    """
    is_live = brought_by is None
    forgotten = _forgotten(connection_id, [one.source_id for one in said])
    by_source = {one.source_id: one for one in said if one.source_id not in forgotten}
    with transaction.atomic():
        here = Account.objects.filter(connection_id=connection_id, source_id__in=list(by_source))
        known = {account.source_id: account for account in here}
        before = []
        for source_id, account in known.items():
            if (is_live or not account.is_live) and (changed := _followed(account, by_source[source_id], is_live)):
                before.append(changed)
        Account.objects.bulk_create(
            Account(
                connection_id=connection_id,
                is_live=is_live,
                first_brought_by=brought_by,
                last_brought_by=brought_by,
                **asdict(one),
            )
            for source_id, one in by_source.items()
            if source_id not in known
        )
    ids = Account.objects.filter(connection_id=connection_id, source_id__in=list(by_source))
    return KeptAccounts(dict(ids.values_list("source_id", "id")), before, forgotten)


def _forgotten(connection_id: int, source_ids: Sequence[str]) -> frozenset[str]:
    tool, key = Connection.objects.values_list("tool", "key").get(pk=connection_id)
    names = {name_of_account(tool, key, source_id): source_id for source_id in source_ids}
    return frozenset(names[name] for name in forgotten_of(list(names)))


def _followed(account: Account, said: AccountSaid, is_live: bool) -> dict[str, Any] | None:  # noqa: FBT001 (of this module)
    """Take over what changed; what was there before is returned, None when nothing changed."""
    before = {name: getattr(account, name) for name in _FOLLOWED}
    if before == {name: getattr(said, name) for name in _FOLLOWED} and account.is_live == is_live:
        return None
    for name in _FOLLOWED:
        setattr(account, name, getattr(said, name))
    account.is_live = is_live
    account.save(update_fields=[*_FOLLOWED, "is_live"])
    return {"id": account.pk, **before}


def put_account_back(_actor: None, *, before: dict[str, Any]) -> None:
    """As it was before an archive that is taken back; not where its tool itself has said since who it is."""
    Account.objects.filter(pk=before["id"], is_live=False).update(**{name: before[name] for name in _FOLLOWED})


def link_account(actor: Viewer, *, account_id: int) -> None:
    """“That is me.” Only an account that is offered can be linked; any other is refused the same way."""
    with transaction.atomic():
        if actor.person_id is None or account_id not in {one.account_id for one in links_offered_to(actor)}:
            raise Refused("This account is not offered to you.")
        if Account.objects.filter(pk=account_id, person__isnull=True).update(person_id=actor.person_id):
            follow_choice(None, account_id=account_id)


def unlink_account(actor: Viewer, *, account_id: int) -> None:
    """As easily undone. What is not the actor's own stays as it is, and says nothing."""
    if actor.person_id is not None:
        Account.objects.filter(pk=account_id, person_id=actor.person_id).update(person=None)


def decline_account(actor: Viewer, *, account_id: int) -> None:
    """“That is not me.” It is not offered to this person again."""
    if actor.person_id is None or account_id not in {one.account_id for one in links_offered_to(actor)}:
        raise Refused("This account is not offered to you.")
    DeclinedLink.objects.get_or_create(person_id=actor.person_id, account_id=account_id)


def make_token(actor: Viewer, *, name: str) -> str:
    """A token for commands and scripts, shown once: only its digest is kept."""
    if actor.person_id is None:
        raise Refused("Only somebody who is signed in can make a token.")
    token = f"alongside_{secrets.token_urlsafe(32)}"
    named = name.strip()[:100] or "a token"
    Token.objects.create(person_id=actor.person_id, name=named, digest=digest_of(token), made_at=clock.now())
    return token


def renew_token(actor: Viewer, *, token_id: int) -> str:
    """The same token with another secret; the old one stops at once. What is not the actor's is not there."""
    token = f"alongside_{secrets.token_urlsafe(32)}"
    mine = Token.objects.filter(pk=token_id, person_id=actor.person_id or 0)
    if not mine.update(digest=digest_of(token), made_at=clock.now()):
        raise Refused("There is no such token of yours.")
    return token


def withdraw_token(actor: Viewer, *, token_id: int) -> None:
    if actor.person_id is not None:
        Token.objects.filter(pk=token_id, person_id=actor.person_id).delete()


def choose_theme(actor: Viewer, *, theme: str) -> None:
    if theme not in {known.value for known in Theme}:
        raise Refused("There is no such theme.")
    if actor.person_id is not None:
        Person.objects.filter(pk=actor.person_id).update(theme=theme)


def mark_as_try_out(_actor: None) -> None:
    """From now on this store is a try-out's, for good. Raises Refused where it met the outside."""
    with transaction.atomic():
        here = unscoped_installation()
        if here.has_run_with_base_url:
            raise Refused(
                "This store has run with a base URL; it cannot become a try-out's. Give the try-out another home."
            )
        Installation.objects.update_or_create(pk=1, defaults={"is_try_out": True})


def mark_as_run_with_base_url(_actor: None) -> None:
    """From now on nobody can be somebody else here, for good. Raises Refused in a try-out's store."""
    with transaction.atomic():
        here = unscoped_installation()
        if not may_take_base_url(is_try_out=here.is_try_out):
            raise Refused(
                "This store was made by a try-out, in which anybody could be anybody: it takes no base URL."
                " Choose another ALONGSIDE_HOME and bring your archive in there."
            )
        Installation.objects.update_or_create(pk=1, defaults={"has_run_with_base_url": True})


def link_for_try_out(_actor: None) -> None:
    """A try-out's own act in its sample: one person for each address, with all the accounts that have it.

    Anywhere else an address only offers a link, and its owner takes it up or not.
    """
    if not unscoped_installation().is_try_out:
        raise Refused("Only a try-out links accounts by itself.")
    with transaction.atomic():
        accounts = list(Account.objects.filter(person__isnull=True, is_deactivated=False).order_by("id"))
        people = {person.email: person for person in Person.objects.all()}
        new: dict[str, Person] = {}
        for account in accounts:
            address = account.email or f"account-{account.pk}@try-out.invalid"
            if address not in people:
                new.setdefault(address, Person(email=address, name=account.name, password=NO_PASSWORD))
        people |= {person.email: person for person in Person.objects.bulk_create(new.values())}
        for account in accounts:
            account.person = people[account.email or f"account-{account.pk}@try-out.invalid"]
        Account.objects.bulk_update(accounts, ["person"], batch_size=500)

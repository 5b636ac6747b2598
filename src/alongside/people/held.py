"""What `people` holds of somebody: who they are (see holders.py)."""

from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import ProtectedError

from alongside.people.models import Account, JoinCode, Person
from alongside.people.queries import accounts_of, links_offered_to, tokens_of, unscoped_person
from alongside.people.rules import Known, Viewer, Whom


def tell_of(whom: Whom) -> None:
    """No index holds who somebody is."""


def forget_some(whom: Whom) -> int:
    """The last step: what is still held above protects these rows, and then everything begins again."""
    person = Person.objects.filter(pk=whom.person_id or 0).first()
    accounts = Account.objects.filter(pk__in=whom.account_ids)
    addresses = {address for address in accounts.values_list("email", flat=True) if address}
    _remove_letters({*addresses, person.email or ""} if person else addresses)
    _end_sessions(whom.person_id)
    try:
        with transaction.atomic():
            gone = accounts.delete()[0]
            return gone + Person.objects.filter(pk=whom.person_id or 0).delete()[0]
    except ProtectedError:
        return 1


def _end_sessions(person_id: int | None) -> None:
    if person_id is None:
        return
    for session in Session.objects.iterator():
        if str(session.get_decoded().get("_auth_user_id")) == str(person_id):
            session.delete()


def _remove_letters(addresses: set[str]) -> None:
    """Without a mail server letters are files of ours, each with the address that it went to."""
    wanted = [address.encode() for address in addresses if address]
    folder = Path(settings.EMAIL_FILE_PATH)
    if not wanted or not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_file() and any(address in path.read_bytes() for address in wanted):
            path.unlink()


def known_of(viewer: Viewer) -> list[Known]:
    person = None if viewer.person_id is None else unscoped_person(viewer.person_id)
    known = []
    if person is not None:
        known.append(Known("Who you are", tuple(_person(person))))
    if accounts := tuple(_accounts(viewer)):
        known.append(Known("Accounts that are you", accounts))
    if offered := links_offered_to(viewer):
        lines = (f"{one.name}, {one.tool.capitalize()} ({one.connection}): it has your address." for one in offered)
        known.append(Known("Accounts that may be you", tuple(lines)))
    if tokens := tokens_of(viewer):
        known.append(
            Known("Tokens for commands", tuple(f"{one.name}, made on {one.made_at:%d %B %Y}" for one in tokens))
        )
    if _has_code(viewer):
        waits = ("A code that joins another account to you waits to be said; only its digest is kept.",)
        known.append(Known("A code that waits", waits))
    return known


def _person(person: Person) -> list[str]:
    lines = [f"Your name: {person.name}"]
    if person.email:
        lines.append(f"Your address, to sign in with: {person.email}")
    if person.theme:
        lines.append(f"How pages look to you: {person.theme}")
    if person.is_administrator:
        lines.append("You look after this installation.")
    if person.is_paused:
        lines.append("You paused: your words are left out of find, suggestions and new notes.")
    return lines


def _accounts(viewer: Viewer) -> list[str]:
    paused = set(
        Account.objects.filter(is_paused=True)
        .filter(pk__in=[one.account_id for one in accounts_of(viewer)])
        .values_list("pk", flat=True)
    )
    lines = []
    for one in accounts_of(viewer):
        facts = [one.name, one.handle and f"called {one.handle}", one.email and f"with the address {one.email}"]
        facts += ["a guest" * one.is_guest, "deactivated there" * one.is_deactivated]
        facts.append("paused" * (one.account_id in paused))
        lines.append(f"In {one.tool.capitalize()} ({one.connection}): {', '.join(fact for fact in facts if fact)}")
    return lines


def _has_code(viewer: Viewer) -> bool:
    if viewer.person_id is not None:
        return JoinCode.objects.filter(person_id=viewer.person_id).exists()
    return JoinCode.objects.filter(account_id__in=viewer.account_ids).exists()

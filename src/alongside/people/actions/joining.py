"""Joining accounts to one person by that person's own act: a code told in one and said in the other.

Never by a name or an address: addresses are given anew. What can be told apart by trying is nothing: a wrong code, one
that ended, one of a deactivated account and one too many are all refused alike.
"""

from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from alongside.kit import clock
from alongside.kit.ids import new_id
from alongside.kit.refused import Refused
from alongside.people.actions import NO_PASSWORD
from alongside.people.actions.leaving_out import follow_choice
from alongside.people.models import Account, JoinCode, Person, WrongCodes
from alongside.people.rules import CODE_LASTS, CODE_LETTERS, Joining, Side, Viewer, joining_of, may_try_code

NO_SUCH_CODE = (
    "This code joins nothing: it is not right, it was used, or its quarter of an hour is over. Ask for a new one where"
    " you asked for this; after many wrong codes none works for a quarter of an hour."
)


def offer_code(actor: Viewer) -> str:
    """A code to be said elsewhere, shown once: only its keyed digest is kept. An earlier one of theirs ends."""
    who = _who(actor)
    if not _side(**who).is_usable:
        raise Refused("Only somebody who is there, or an account that is in use, can be joined to another.")
    code = new_id(CODE_LETTERS)
    with transaction.atomic():
        JoinCode.objects.filter(ends_at__lte=clock.now()).delete()
        JoinCode.objects.filter(**who).delete()
        JoinCode.objects.create(digest=_digest(code), ends_at=clock.now() + CODE_LASTS, **who)
    return f"{code[:4]}-{code[4:]}"


def join_by_code(actor: Viewer, *, code: str) -> None:
    """Whoever says a code is whoever was told it: the two become one person. Raises Refused, always alike."""
    if not _may_try():
        raise Refused(NO_SUCH_CODE)
    with transaction.atomic():
        row = JoinCode.objects.select_for_update().filter(digest=_digest(code), ends_at__gt=clock.now()).first()
        sayer = _side(**_who(actor))
        asker = None if row is None else _side(person_id=row.person_id, account_id=row.account_id)
        joining = Joining.REFUSED if asker is None else joining_of(asker, sayer)
        if row is not None and joining is not Joining.REFUSED and asker is not None:
            row.delete()
            _join(joining, asker, sayer)
            return
    _say_wrong()
    raise Refused(NO_SUCH_CODE)


def part(actor: Viewer, *, account_id: int) -> None:
    """Undo it. A person known by accounts alone ends with the last of them, which takes along what they made."""
    with transaction.atomic():
        account = Account.objects.filter(pk=account_id, person_id=actor.person_id or 0).first()
        if account is None:
            raise Refused("This account is not one of yours.")
        Account.objects.filter(pk=account.pk).update(person=None)
        person = Person.objects.filter(pk=actor.person_id or 0, email__isnull=True).first()
        if person is not None and not Account.objects.filter(person=person).exists():
            _hand_over(person.pk, person=None, account=account.pk)
            person.delete()


def _who(actor: Viewer) -> dict[str, int | None]:
    if actor.person_id is not None:
        return {"person_id": actor.person_id, "account_id": None}
    if len(actor.account_ids) != 1:
        raise Refused("Only somebody who is there, or an account that is in use, can be joined to another.")
    return {"person_id": None, "account_id": actor.account_ids[0]}


def _side(*, person_id: int | None, account_id: int | None) -> Side:
    """As they are in the store now, whatever the viewer was made from."""
    if person_id is not None:
        person = Person.objects.filter(pk=person_id, is_active=True).first()
        return Side(person_id=person_id, has_address=bool(person and person.email), is_usable=person is not None)
    account = Account.objects.filter(pk=account_id or 0, person__isnull=True, is_deactivated=False).first()
    return Side(account_id=account_id, is_usable=account is not None)


def _join(joining: Joining, asker: Side, sayer: Side) -> None:
    match joining:
        case Joining.TWO_ACCOUNTS:
            name = Account.objects.values_list("name", flat=True).get(pk=asker.account_id or 0)
            person = Person.objects.create(name=name, password=NO_PASSWORD)
            _link(asker, person.pk)
            _link(sayer, person.pk)
        case Joining.TO_ASKER:
            _link(sayer, asker.person_id)
        case Joining.TO_SAYER:
            _link(asker, sayer.person_id)
        case Joining.INTO_ASKER:
            _become(sayer.person_id, asker.person_id)
        case _:
            _become(asker.person_id, sayer.person_id)


def _link(side: Side, person_id: int | None) -> None:
    JoinCode.objects.filter(account_id=side.account_id or 0).delete()
    Account.objects.filter(pk=side.account_id or 0).update(person_id=person_id)
    follow_choice(None, account_id=side.account_id or 0)


def _become(person_id: int | None, other: int | None) -> None:
    """A person known by accounts alone turns out to be one who signs in: one person has it all."""
    accounts = list(Account.objects.filter(person_id=person_id or 0).values_list("id", flat=True))
    _hand_over(person_id or 0, person=other, account=None)
    Person.objects.filter(pk=person_id or 0).delete()
    for account_id in accounts:
        follow_choice(None, account_id=account_id)


def _hand_over(person_id: int, *, person: int | None, account: int | None) -> None:
    """Every row that names a person names the other one from now on, or an account, where it can.

    What the other one has too (said twice that it helped, …) stays with the person who ends, and ends with them.
    """
    for model, column in _columns_of_people():
        values: dict[str, Any] = {column: person}
        if person is None:
            if not any(field.name == "account" for field in model._meta.fields):
                continue
            values["account"] = account
        for row in model._base_manager.filter(**{column: person_id}).values_list("pk", flat=True):
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=row).update(**values)
            except IntegrityError:
                continue


def _columns_of_people() -> list[tuple[type[models.Model], str]]:
    """Whatever points to a person, of whichever package: nobody has to remember a new table here."""
    return [
        (model, field.attname)
        for model in apps.get_models()
        for field in model._meta.fields
        if field.related_model is Person and model is not JoinCode
    ]


def _digest(code: str) -> str:
    """Keyed: 40 bits alone could be tried out by whoever has a copy of the store."""
    said = "".join(sign for sign in code.lower() if sign.isalnum())
    return salted_hmac("alongside.people.joining", said, algorithm="sha256").hexdigest()


def _may_try() -> bool:
    row = WrongCodes.objects.filter(pk=1).first()
    return row is None or may_try_code(wrong=row.number, since=row.since, now=clock.now())


def _say_wrong() -> None:
    """In a transaction of its own: what refuses rolls nothing back of it."""
    now = clock.now()
    with transaction.atomic():
        WrongCodes.objects.get_or_create(pk=1, defaults={"since": now})
        WrongCodes.objects.filter(pk=1, since__lte=now - CODE_LASTS).update(since=now, number=0)
        WrongCodes.objects.filter(pk=1).update(number=F("number") + 1)

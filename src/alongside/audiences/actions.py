"""Making audiences and keeping who hears in them."""

from collections.abc import Collection

from django.db import transaction

from alongside.audiences.models import Audience, HeardLast, Hearer, Part
from alongside.audiences.queries import NotThere, flat_parts, same_all_of, unscoped_hearers
from alongside.audiences.rules import Kind, changed_hearers, may_open
from alongside.people.rules import Viewer


def make(
    _actor: None,
    *,
    kind: Kind,
    is_sealed: bool = False,
    account_ids: Collection[int] = (),
    person_ids: Collection[int] = (),
) -> int:
    """A new audience with its hearers; nobody acts here, an archive or a bridge tells what a tool says."""
    with transaction.atomic():
        made = Audience.objects.create(kind=kind.value, is_sealed=is_sealed)
        Hearer.objects.bulk_create(Hearer(audience=made, account_id=account) for account in sorted(set(account_ids)))
        Hearer.objects.bulk_create(Hearer(audience=made, person_id=person) for person in sorted(set(person_ids)))
    return made.pk


def make_all_of(_actor: None, *, audience_ids: Collection[int]) -> int:
    """The audience of what is kept from these: the one itself where there is only one, and the same for the same."""
    parts = flat_parts(audience_ids)
    if len(parts) == 1:
        return parts[0]
    with transaction.atomic():
        known = same_all_of(parts)
        if known is not None:
            return known
        made = Audience.objects.create(kind=Kind.ALL_OF.value)
        Part.objects.bulk_create(Part(audience=made, part_id=part) for part in parts)
    return made.pk


def keep_hearers(_actor: None, *, audience_id: int, account_ids: Collection[int]) -> bool:
    """Follow the tool: exactly these accounts hear from now on. True when that changed anything."""
    with transaction.atomic():
        came, left = changed_hearers(unscoped_hearers(audience_id).account_ids, account_ids)
        Hearer.objects.filter(audience_id=audience_id, account_id__in=left).delete()
        Hearer.objects.bulk_create(Hearer(audience_id=audience_id, account_id=account) for account in sorted(came))
    return bool(came or left)


def lose_hearers(_actor: None, *, audience_ids: Collection[int]) -> None:
    """Who hears there cannot be known any more: nobody reads it, until it can."""
    with transaction.atomic():
        here = Hearer.objects.filter(audience_id__in=audience_ids, account__isnull=False)
        accounts = here.order_by("id").values_list("audience_id", "account_id")
        rows = [HeardLast(audience_id=audience_id, account_id=account) for audience_id, account in accounts if account]
        HeardLast.objects.bulk_create(rows, ignore_conflicts=True)
        here.delete()


def find_hearers_again(_actor: None, *, audience_ids: Collection[int]) -> None:
    """Who heard there last hears there again. In the transaction in which those who do not any more are taken out."""
    with transaction.atomic():
        last = HeardLast.objects.filter(audience_id__in=audience_ids)
        rows = [Hearer(audience_id=row.audience_id, account_id=row.account_id) for row in last.order_by("id")]
        Hearer.objects.bulk_create(rows, ignore_conflicts=True)
        last.delete()


def narrow(_actor: None, *, audience_id: int, is_sealed: bool, account_ids: Collection[int]) -> None:
    """What was open closes: one row, and everything that was said under it is closed at once."""
    with transaction.atomic():
        Audience.objects.filter(pk=audience_id).update(kind=Kind.CLOSED.value, is_sealed=is_sealed)
        keep_hearers(None, audience_id=audience_id, account_ids=account_ids)


def restore(_actor: None, *, audience_id: int, kind: Kind, is_sealed: bool) -> None:
    """As it was before an archive that is taken back. What a member opened meanwhile stays open: that was their act."""
    Audience.objects.filter(pk=audience_id).exclude(kind=kind.value).update(kind=kind.value, is_sealed=is_sealed)


def remove(_actor: None, *, audience_ids: Collection[int]) -> None:
    """Audiences that nothing has any more."""
    Audience.objects.filter(pk__in=audience_ids).delete()


def open_sealed(actor: Viewer, *, audience_id: int) -> None:
    """One of its members opens a sealed audience. To anybody else it is not there."""
    with transaction.atomic():
        found = Audience.objects.select_for_update().filter(pk=audience_id).first()
        if found is None or not may_open(actor, is_sealed=found.is_sealed, hearers=unscoped_hearers(audience_id)):
            raise NotThere
        found.is_sealed = False
        found.save(update_fields=["is_sealed"])

"""What `letters` holds of somebody: what is on its way to them (see people/holders.py)."""

from django.db.models import Count

from alongside.letters.models import Delivery
from alongside.people.rules import Known, Viewer, Whom


def tell_of(whom: Whom) -> None:
    """No index holds what is on its way."""


def forget_some(whom: Whom) -> int:
    return Delivery.objects.filter(account_id__in=whom.account_ids).delete()[0]


def known_of(viewer: Viewer) -> list[Known]:
    mine = Delivery.objects.filter(account_id__in=viewer.account_ids)
    tools = mine.values_list("connection__name", flat=True).annotate(Count("id")).order_by("connection__name")
    lines = tuple(f"In {name}; what it says goes as soon as it is there." for name in tools)
    return [Known("What is on its way to you", lines)] if lines else []

"""What `letters` holds of somebody: what is on its way to them (see people/holders.py)."""

from django.db.models import Count

from alongside.letters.actions import leave_unsaid
from alongside.letters.models import Delivery
from alongside.letters.queries import unscoped_resting_on
from alongside.notes.held import notes_with_words_of
from alongside.people.rules import Known, Viewer, Whom


def tell_of(whom: Whom) -> None:
    """No index holds what is on its way."""


def forget_some(whom: Whom) -> int:
    """What waits for them; and what waits for others with words of theirs in it, for which others are told that it
    changed. Looked for while their words are still there: what stands above is asked first.
    """
    gone: int = Delivery.objects.filter(account_id__in=whom.account_ids).delete()[0]
    resting = unscoped_resting_on(whom.account_ids, notes_with_words_of(whom))
    for one in resting:
        leave_unsaid(None, delivery_id=one, reason="Somebody whose words were in it was forgotten.")
    return gone + len(resting)


def known_of(viewer: Viewer) -> list[Known]:
    mine = Delivery.objects.filter(account_id__in=viewer.account_ids)
    tools = mine.values_list("connection__name", flat=True).annotate(Count("id")).order_by("connection__name")
    lines = tuple(f"In {name}; what it says goes as soon as it is there." for name in tools)
    return [Known("What is on its way to you", lines)] if lines else []

"""What `bridges` holds of somebody: threads and blogs that are followed for them (see people/holders.py).

The inbox is not looked through: what is in it is dealt with in a moment, its words go then, and whoever the ledger
knows is left out of what comes of it.
"""

from django.db.models import Q

from alongside.bridges.models import Bridge, Flow, Followed
from alongside.bridges.rules import QUIETLY
from alongside.conversations.models import Message
from alongside.notes.actions.said import remove_said
from alongside.people.rules import Known, Viewer, Whom


def tell_of(whom: Whom) -> None:
    """No index holds what is followed."""


def forget_some(whom: Whom) -> int:
    """A thread that somebody else kept, too, goes on being followed for them. What they asked without their name goes
    as long as it is known here that it was theirs: while the thread is followed for them.
    """
    _forget_quiet_words(whom)
    asked = Followed.objects.filter(asked_by_id__in=whom.account_ids)
    gone = asked.filter(kept_by__isnull=False).exclude(kept_by_id__in=whom.account_ids).update(asked_by=None)
    kept = Followed.objects.filter(kept_by_id__in=whom.account_ids, asked_by__isnull=False)
    gone += kept.exclude(asked_by_id__in=whom.account_ids).update(kept_by=None)
    mine = Q(asked_by_id__in=whom.account_ids) | Q(kept_by_id__in=whom.account_ids)
    gone += Followed.objects.filter(mine).delete()[0]
    gone += Flow.objects.filter(account_id__in=whom.account_ids).delete()[0]
    return gone + Bridge.objects.filter(owner_id=whom.person_id or 0).update(owner=None)


def _forget_quiet_words(whom: Whom) -> None:
    threads = Followed.objects.filter(asked_by_id__in=whom.account_ids, is_quiet=True)
    for room_id, context in threads.values_list("room_id", "context"):
        there = Message.objects.filter(room_id=room_id, conversation__source_id=context, author__source_id=QUIETLY)
        remove_said(None, message_ids=list(there.values_list("id", flat=True)))


def known_of(viewer: Viewer) -> list[Known]:
    known = []
    asked = Followed.objects.filter(asked_by_id__in=viewer.account_ids).select_related("room").order_by("id")
    if lines := tuple(f"In {row.room.name}" + (", without your name" if row.is_quiet else "") for row in asked):
        known.append(Known("Threads in which you asked through Alongside", lines))
    kept = Followed.objects.filter(kept_by_id__in=viewer.account_ids).order_by("id")
    if lines := tuple(f"In {name}" for name in kept.values_list("room__name", flat=True)):
        known.append(Known("Threads that you kept, whose later replies are offered to you", lines))
    flows = Flow.objects.filter(account_id__in=viewer.account_ids).select_related("feed", "room").order_by("id")
    if lines := tuple(f"{row.feed.name} into {row.room.name}" if row.room else row.feed.name for row in flows):
        known.append(Known("Blogs of yours that are followed", lines))
    owned = Bridge.objects.filter(owner_id=viewer.person_id or 0).order_by("id")
    if lines := tuple(owned.values_list("connection__name", flat=True)):
        known.append(Known("Connections of which you are told when they do not work", lines))
    return known

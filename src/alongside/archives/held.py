"""What `archives` holds of somebody: what an import replaced, kept so that it can be taken back (see people/holders.py)."""

from typing import Any

from django.db import transaction

from alongside.archives.models import Import, Replaced
from alongside.conversations.models import Message
from alongside.conversations.rules import NO_TITLE
from alongside.notes.models import Remark
from alongside.people.models import Account
from alongside.people.rules import Known, Viewer, Whom

A_STEP = 500
# What was said and removed, and what was said before it was changed.
SAID = ("message", "edit")


def tell_of(whom: Whom) -> None:
    """No index holds what was replaced."""


def forget_some(whom: Whom) -> int:
    """Before what they said goes, while it still tells which conversations they began."""
    with transaction.atomic():
        return _forget_messages(whom) + _forget_titles(whom) + _forget_remarks(whom) + _forget_accounts(whom)


def _forget_messages(whom: Whom) -> int:
    """Messages as they were before an edit or a deletion. Their conversations lose their titles first."""
    rows = list(Replaced.objects.filter(what__in=SAID, row__author_id__in=whom.account_ids).order_by("id")[:A_STEP])
    conversations = {row.row["conversation_id"] for row in rows}
    _blank_titles(conversations)
    Replaced.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _forget_titles(whom: Whom) -> int:
    said = Message.objects.filter(author_id__in=whom.account_ids).values_list("conversation_id", flat=True)
    return _blank_titles(set(said.order_by("conversation_id").distinct()))


def _blank_titles(conversation_ids: set[int]) -> int:
    """Whether a former title came from their words cannot be told any more: a title is given anew by what is left."""
    changed = 0
    kept = Replaced.objects.filter(what__in=("title", "conversation", "joined")).order_by("id")
    for row in kept.iterator(A_STEP):
        if row.row["id"] not in conversation_ids or row.row["title"] == NO_TITLE:
            continue
        changed += 1
        if row.what == "title":
            row.delete()
        else:
            row.row = {**row.row, "title": NO_TITLE}
            row.save(update_fields=["row"])
    return changed


def _forget_remarks(whom: Whom) -> int:
    """A remark as it was before a later archive changed it."""
    gone = 0
    mine = set(Remark.objects.filter(account_id__in=whom.account_ids).values_list("id", flat=True))
    for row in Replaced.objects.filter(what="note").order_by("id").iterator(A_STEP):
        left = [one for one in row.row["remarks"] if one["id"] not in mine]
        if len(left) < len(row.row["remarks"]):
            row.row = {**row.row, "remarks": left}
            row.save(update_fields=["row"])
            gone += 1
    return gone


def _forget_accounts(whom: Whom) -> int:
    """Accounts and members of rooms as they were, and what a report says of where something was left out."""
    gone = Replaced.objects.filter(what="account", row__id__in=whom.account_ids).delete()[0]
    for row in Replaced.objects.filter(what="room").order_by("id").iterator(A_STEP):
        if without := _room_without(row.row, set(whom.account_ids)):
            row.row = without
            row.save(update_fields=["row"])
            gone += 1
    return gone + _forget_in_reports(whom)


def _room_without(row: dict[str, Any], account_ids: set[int]) -> dict[str, Any] | None:
    earlier = [[one, [who for who in hearers if who not in account_ids]] for one, hearers in row.get("earlier", ())]
    hearers = [who for who in row["hearers"] if who not in account_ids]
    without = {**row, "hearers": hearers, "earlier": earlier}
    return without if without != {**row, "earlier": [list(one) for one in row.get("earlier", ())]} else None


def _forget_in_reports(whom: Whom) -> int:
    gone = 0
    columns = ("source_id", "email", "name", "handle")
    for row in Import.objects.order_by("id"):
        of_connection = Account.objects.filter(pk__in=whom.account_ids, connection_id=row.connection_id or 0)
        names = {name for row_of in of_connection.values_list(*columns) for name in row_of if name}
        hit = [one for one in row.report.get("left_out", {}).values() if any(name in one["first"] for name in names)]
        for one in hit:
            one["first"] = ""
        if hit:
            row.save(update_fields=["report"])
            gone += 1
    return gone


def known_of(viewer: Viewer) -> list[Known]:
    mine = Replaced.objects.filter(what__in=SAID, row__author_id__in=viewer.account_ids)
    if not viewer.account_ids or not mine.exists():
        return []
    words = "What you edited or deleted in a tool is kept, read by nobody, while the archive that told of it can be taken back."
    return [Known("Former words of yours", (words,))]

"""Leaving out and forgetting: by the person's, or an unlinked account's, own act, and nobody else's."""

from django.db import connection, transaction

from alongside.kit import clock
from alongside.kit.refused import Refused
from alongside.people import ledger
from alongside.people.holders import holders
from alongside.people.models import Account, Forgetting, Installation, Person
from alongside.people.queries import unscoped_names_of, unscoped_to_forget_again, whom_of
from alongside.people.rules import Viewer, Whom

CANNOT_BE_CALLED_BACK = (
    "Letters, feeds and answers that were sent before stay where they arrived.",
    "Backups and copies made before keep what they hold; brought back by Alongside, they forget again.",
    "Logs of the database, and what a disk keeps of overwritten files, are not ours to wipe.",
    "What others quoted, or wrote about you in their own words, stays theirs. So does the tool in which you said it.",
)
"""Named honestly, before and after."""


def pause(actor: Viewer) -> None:
    """Leave my words out of find, suggestions and new notes, now and in later imports. They stay where they were said."""
    _choose(actor, is_paused=True)


def go_on(actor: Viewer) -> None:
    """As easily undone."""
    _choose(actor, is_paused=False)


def _choose(actor: Viewer, *, is_paused: bool) -> None:
    whom = whom_of(actor)
    _refuse_nobody(whom)
    with transaction.atomic():
        Person.objects.filter(pk=whom.person_id or 0).update(is_paused=is_paused)
        Account.objects.filter(pk__in=whom.account_ids).update(is_paused=is_paused)
        _tell_of(whom)
        if is_paused:
            _want_cleaning()


def follow_choice(_actor: None, *, account_id: int) -> None:
    """An account that was just linked is left out where its person chose to be. Unlinked, it stays as it is."""
    left_out = Account.objects.filter(pk=account_id, is_paused=False, person__is_paused=True)
    if left_out.update(is_paused=True):
        _tell_of(Whom((account_id,)))


def _want_cleaning() -> None:
    """Files still hold what left the rows, an index its old words: they are cleaned in the next quiet hour."""
    Installation.objects.update_or_create(pk=1, defaults={"forgotten_at": clock.now()})


def _tell_of(whom: Whom) -> None:
    for holder in holders():
        holder.tell_of(whom)


def forget(actor: Viewer) -> None:
    """Forget me, for good. When this returns, no way of reading shows my words or my name.

    Written into the ledger first: killed right after, `finish_forgetting` goes on, and no import brings me back.
    """
    whom = whom_of(actor)
    _refuse_nobody(whom)
    begin_forgetting(None, whom=whom)
    finish_forgetting(None)


def begin_forgetting(_actor: None, *, whom: Whom) -> None:
    """From here on it happens, whatever is killed."""
    mark = ledger.write_down(unscoped_names_of(whom))
    with transaction.atomic():
        Installation.objects.update_or_create(pk=1, defaults={"ledger": mark})
        Forgetting.objects.create(account_ids=list(whom.account_ids), person_id=whom.person_id)


def finish_forgetting(_actor: None) -> int:
    """Go on with everybody who is being forgotten, in short steps, until nothing is left. How many rows went."""
    gone = 0
    for row in list(Forgetting.objects.order_by("id")):
        with _overwriting():
            whom = Whom(tuple(row.account_ids), row.person_id)
            while step := sum(holder.forget_some(whom) for holder in holders()):
                gone += step
        with transaction.atomic():
            row.delete()
            _want_cleaning()
    return gone


def forget_again(_actor: None) -> None:
    """After a backup came back: whoever the ledger knows is forgotten again, before anybody reads."""
    for whom in unscoped_to_forget_again():
        begin_forgetting(None, whom=whom)
    finish_forgetting(None)


class _overwriting:  # noqa: N801 (it is used like a function)
    """SQLite writes zeros over what is deleted, on every page; otherwise only where that costs nothing."""

    def __enter__(self) -> None:
        self._say("ON")

    def __exit__(self, *error: object) -> None:
        self._say("FAST")

    def _say(self, word: str) -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA secure_delete={word}")


def _refuse_nobody(whom: Whom) -> None:
    if whom.person_id is None and not whom.account_ids:
        raise Refused("Only somebody who is there can choose that for themselves.")

"""What readers do with a note: say what came of it, weave it to something, say yes or no to being in it."""

import secrets
from hashlib import sha256

from django.db import transaction

from alongside.audiences.queries import NotThere
from alongside.conversations.queries import conversation_row
from alongside.journal.actions import tell
from alongside.journal.rules import Kind
from alongside.kit import clock
from alongside.kit.refused import Refused
from alongside.notes.actions.keeping import by_whom
from alongside.notes.models import Credit, Feed, Note, Passage, Remark, Weave
from alongside.notes.queries import note_row
from alongside.notes.rules import LONGEST_SENTENCE, RemarkKind, Standing, is_alive_by, weave_ends
from alongside.people.rules import Viewer


def remark(actor: Viewer, *, public_id: str, kind: RemarkKind, sentence: str = "") -> None:
    """“This helped me”, “it didn't, because …”, “still true”. Saying it again replaces what one said before."""
    note = note_row(actor, public_id)
    who = by_whom(actor)
    if who == {"person_id": None, "account_id": None}:
        raise Refused("Sign in first: what came of it is told by somebody.")
    sentence = " ".join(sentence.split())[:LONGEST_SENTENCE]
    if kind is RemarkKind.DID_NOT and not sentence:
        raise Refused("Say in a few words why it did not help: that is what the next reader needs.")
    with transaction.atomic():
        Note.objects.select_for_update().get(pk=note.pk)  # sent twice at once, it is still said once
        Remark.objects.update_or_create(
            note=note, kind=kind.value, **who, defaults={"sentence": sentence, "said_at": clock.now()}
        )
        if is_alive_by(kind):
            Note.objects.filter(pk=note.pk).update(alive_at=clock.now())


def take_remark_back(actor: Viewer, *, public_id: str, kind: RemarkKind) -> None:
    Remark.objects.filter(note=note_row(actor, public_id), kind=kind.value, **by_whom(actor)).delete()


def unweave(actor: Viewer, *, weave_id: int) -> None:
    """By who made it; to anybody else it is not there."""
    if not Weave.objects.filter(pk=weave_id, **by_whom(actor)).delete()[0]:
        raise NotThere


def weave(actor: Viewer, *, left: tuple[str, str], right: tuple[str, str], why: str) -> None:
    """Link two things that the actor may read, each a kind (note or conversation) and its public id, with a word why."""
    who = by_whom(actor)
    if who == {"person_id": None, "account_id": None}:
        raise Refused("Sign in first: a link is made by somebody.")
    why = " ".join(why.split())[:LONGEST_SENTENCE]
    if not why:
        raise Refused("Say in a word why the two belong together.")
    ends = weave_ends(_end(actor, *left), _end(actor, *right))
    if ends is None:
        raise Refused("A thing is not woven to itself.")
    columns = {f"{side}_{kind}_id": row for side, (kind, row) in zip(("left", "right"), ends, strict=True)}
    if not Weave.objects.filter(**columns).exists():
        Weave.objects.create(**columns, why=why, made_at=clock.now(), **who)


def _end(actor: Viewer, kind: str, public_id: str) -> tuple[str, int]:
    """Raises NotThere for what the actor may not read."""
    if kind == "note":
        return "note", note_row(actor, public_id).pk
    if kind == "conversation":
        return "conversation", conversation_row(actor, public_id)
    raise NotThere


def answer_about_passage(actor: Viewer, *, passage_id: int, is_yes: bool) -> None:
    """Somebody's own words in a note that more people read than heard them: by their yes alone, asked once."""
    with transaction.atomic():
        row = Passage.objects.filter(pk=passage_id, message__author_id__in=actor.account_ids).first()
        if row is None:
            raise NotThere
        row.standing = (Standing.AGREED if is_yes else Standing.DECLINED).value
        row.save(update_fields=["standing"])
        tell(Kind.NOTES_CHANGED, [row.note_id])


def answer_about_name(actor: Viewer, *, credit_id: int, is_yes: bool) -> None:
    row = _own_credit(actor, credit_id)
    row.standing = (Standing.SHOWN if is_yes else Standing.DECLINED).value
    row.save(update_fields=["standing"])


def put_on_my_page(actor: Viewer, *, credit_id: int, is_shown: bool) -> None:
    """By own choice only."""
    row = _own_credit(actor, credit_id)
    row.is_on_my_page = is_shown
    row.save(update_fields=["is_on_my_page"])


def _own_credit(actor: Viewer, credit_id: int) -> Credit:
    row = Credit.objects.filter(pk=credit_id).first()
    is_own = row is not None and (
        row.account_id in actor.account_ids or (row.person_id is not None and row.person_id == actor.person_id)
    )
    if row is None or not is_own:
        raise NotThere
    return row


def renew_feed(actor: Viewer) -> str:
    """A new private address for feeds; an old one stops at once. Shown once: only its digest is kept."""
    if actor.person_id is None or not actor.reads_organisation:
        raise Refused("Only a member of the organisation who is signed in has feeds.")
    secret = secrets.token_urlsafe(24)
    Feed.objects.update_or_create(person_id=actor.person_id, defaults={"digest": sha256(secret.encode()).hexdigest()})
    return secret

"""Notes that an archive brings, under accounts of its tool, and taking them back.

An archive is told to us by whoever wrote it. So it gives nobody's yes: words from a narrower room than the note wait
for their author, as if somebody kept it here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from alongside.audiences.actions import make, make_all_of
from alongside.audiences.actions import remove as remove_audiences
from alongside.audiences.models import Audience
from alongside.audiences.models import Part as AudiencePart
from alongside.audiences.queries import flat_parts
from alongside.audiences.rules import OPEN_KINDS
from alongside.audiences.rules import Kind as AudienceKind
from alongside.conversations.models import Conversation, Message, Room
from alongside.journal.actions import tell as tell_journal
from alongside.journal.rules import Kind
from alongside.kit.ids import new_id
from alongside.kit.safe_html import from_markdown
from alongside.notes.content import PARTS, Content
from alongside.notes.models import Credit, Note, Passage, Remark, Revision, Source, Weave
from alongside.notes.queries import unscoped_organisation_audience
from alongside.notes.rules import (
    MOST_PASSAGES,
    Part,
    RemarkKind,
    Standing,
    fitted,
    is_alive_by,
    standing_of_name,
    standing_of_passage,
    weave_ends,
)

A_STEP = 500


@dataclass(frozen=True, slots=True)
class RevisionSaid:
    content: Content
    made_at: datetime
    account_id: int | None


@dataclass(frozen=True, slots=True)
class PassageSaid:
    """Without a message: it was removed where it was said."""

    part: Part
    message_id: int | None
    text: str


@dataclass(frozen=True, slots=True)
class RemarkSaid:
    kind: RemarkKind
    account_id: int
    said_at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class NoteSaid:
    """A note as an archive tells it, with what it names found here. `may_read`: audiences of which a reader must be
    able to read every one, `only` accounts beside them; neither, and not for the organisation: nobody reads it.
    """

    source_id: str
    account_id: int
    kept_at: datetime
    alive_at: datetime | None
    revisions: tuple[RevisionSaid, ...]
    may_read: tuple[int, ...] = ()
    only: tuple[int, ...] = ()
    is_for_organisation: bool = False
    conversation_ids: tuple[int, ...] = ()
    passages: tuple[PassageSaid, ...] = ()
    credited: tuple[tuple[int, str], ...] = ()
    remarks: tuple[RemarkSaid, ...] = ()


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of it. `before`: what an import changed in a note that was here, for taking it back."""

    note_id: int
    is_new: bool = False
    before: dict[str, Any] | None = None
    was_changed_here: bool = False
    sealed_passages: int = 0


def bring_note(_actor: None, *, said: NoteSaid, here: int | None, brought_by: int) -> Brought:
    """A note of an archive: made, or what is new of it added to the one that is `here`. Said again, nothing happens."""
    said = replace(said, revisions=tuple(replace(one, content=fitted(one.content)) for one in said.revisions))
    with transaction.atomic():
        if here is None:
            return _made(said, brought_by)
        return _brought_up_to_date(Note.objects.select_for_update().get(pk=here), said, brought_by)


def bring_weave(
    _actor: None,
    *,
    ends: tuple[tuple[str, int], tuple[str, int]],
    why: str,
    account_id: int,
    made_at: datetime,
    brought_by: int,
) -> bool:
    """True when it was not here: the same two things are woven once, whoever did it."""
    in_order = weave_ends(*ends)
    if in_order is None:
        return False
    columns = {f"{side}_{kind}_id": row for side, (kind, row) in zip(("left", "right"), in_order, strict=True)}
    if Weave.objects.filter(**columns).exists():
        return False
    Weave.objects.create(**columns, why=why, made_at=made_at, account_id=account_id, first_brought_by=brought_by)
    return True


def _made(said: NoteSaid, brought_by: int) -> Brought:
    note = Note.objects.create(
        public_id=new_id(),
        audience_id=_audience(said),
        kept_at=said.kept_at,
        alive_at=_alive_at(said),
        source_id=said.source_id,
        account_id=said.account_id,
        first_brought_by=brought_by,
    )
    _revise(note, 1, said.revisions)
    Source.objects.bulk_create(Source(note=note, conversation_id=one) for one in dict.fromkeys(said.conversation_ids))
    sealed = _quote(note, said.passages)
    _credit(note, said.credited)
    _remark(note, said.remarks, brought_by)
    tell_journal(Kind.NOTES_CHANGED, [note.pk])
    return Brought(note.pk, is_new=True, sealed_passages=sealed)


def _brought_up_to_date(note: Note, said: NoteSaid, brought_by: int) -> Brought:
    """Only what is new. Where somebody changed the note here since, theirs stands."""
    rows = list(Revision.objects.filter(note=note).order_by("number"))
    known = {(row.made_at, row.content) for row in rows}
    new = [one for one in said.revisions if (one.made_at, one.content) not in known]
    told = {(one.made_at, one.content) for one in said.revisions}
    was_changed_here = bool(new) and (rows[-1].made_at, rows[-1].content) not in told
    if was_changed_here:
        new = []
    last = rows[-1].number
    _revise(note, last + 1, new)
    remarks, some_are_new = _remark(note, said.remarks, brought_by)
    if not (new or remarks or some_are_new):
        return Brought(note.pk, was_changed_here=was_changed_here)
    before = {"id": note.pk, "alive_at": note.alive_at, "revisions": [last, last + len(new)], "remarks": remarks}
    Note.objects.filter(pk=note.pk).update(alive_at=max(note.alive_at, _alive_at(said)))
    tell_journal(Kind.NOTES_CHANGED, [note.pk])
    return Brought(note.pk, before=before, was_changed_here=was_changed_here)


def _alive_at(said: NoteSaid) -> datetime:
    """As the archive says, otherwise by the last act that keeps a note alive."""
    if said.alive_at is not None:
        return said.alive_at
    confirmed = [one.said_at for one in said.remarks if is_alive_by(one.kind)]
    return max(said.kept_at, *(one.made_at for one in said.revisions), *confirmed)


def _audience(said: NoteSaid) -> int:
    parts = list(said.may_read)
    if said.is_for_organisation:
        parts.append(unscoped_organisation_audience() or make(None, kind=AudienceKind.ORGANISATION))
    if said.only or not parts:
        parts.append(make(None, kind=AudienceKind.CLOSED, account_ids=said.only))
    return make_all_of(None, audience_ids=parts)


def _revise(note: Note, number: int, revisions: Sequence[RevisionSaid]) -> None:
    Revision.objects.bulk_create(
        Revision(
            note=note,
            number=place,
            made_at=one.made_at,
            account_id=one.account_id,
            html={part: from_markdown(getattr(one.content, part)) for part in PARTS},
            **asdict(one.content),
        )
        for place, one in enumerate(revisions, number)
    )


def _quote(note: Note, passages: Sequence[PassageSaid]) -> int:
    """How many stay out: what is sealed stays so, for its author too, whoever else reads the note."""
    ids = [one.message_id for one in passages if one.message_id is not None]
    messages = {row.pk: row for row in Message.objects.filter(pk__in=ids).select_related("audience")}
    note_parts = flat_parts([note.audience_id])
    rows, sealed = [], 0
    for position, one in enumerate(passages[:MOST_PASSAGES]):
        standing = Standing.REMOVED
        if one.message_id is not None:
            message = messages[one.message_id]
            if message.audience.is_sealed and message.audience_id not in note_parts:
                sealed += 1
                continue
            standing = standing_of_passage(
                said_in=message.audience_id,
                note_parts=note_parts,
                said_openly=message.audience.kind in OPEN_KINDS,
                is_own=False,
            )
        rows.append(
            Passage(
                note=note,
                part=one.part.value,
                position=position,
                message_id=one.message_id,
                text=one.text if one.message_id is not None else "",
                standing=standing.value,
            )
        )
    Passage.objects.bulk_create(rows)
    return sealed


def _credit(note: Note, credited: Sequence[tuple[int, str]]) -> None:
    """Who spoke where every reader of the note may read is named as there; anybody else is asked."""
    kept_from = Source.objects.filter(note=note).values("conversation_id")
    said_there = Message.objects.filter(conversation__in=kept_from, author_id__in=[who for who, _ in credited])
    note_parts = flat_parts([note.audience_id])
    spoke = {
        author
        for author, audience, kind in said_there.values_list("author_id", "audience_id", "audience__kind")
        if audience in note_parts or kind in OPEN_KINDS
    }
    for_what: dict[int, str] = {}
    for who, what_for in credited:
        for_what.setdefault(who, what_for)
    Credit.objects.bulk_create(
        Credit(
            note=note,
            account_id=who,
            what_for=what_for,
            standing=standing_of_name(was_said_there=who in spoke, is_own=who == note.account_id).value,
        )
        for who, what_for in for_what.items()
    )


def _remark(note: Note, remarks: Sequence[RemarkSaid], brought_by: int) -> tuple[list[dict[str, Any]], bool]:
    """An account says a thing of a kind once; said again later it takes the place of what it said. What these rows
    were before, and whether there are new ones.
    """
    here = {(row.kind, row.account_id): row for row in Remark.objects.filter(note=note, account__isnull=False)}
    latest: dict[tuple[str, int | None], RemarkSaid] = {}
    for one in sorted(remarks, key=lambda one: one.said_at):
        latest[one.kind.value, one.account_id] = one
    before = []
    for key, one in latest.items():
        row = here.get(key)
        if row is not None and one.said_at > row.said_at:
            before.append({"id": row.pk, "sentence": row.sentence, "said_at": row.said_at.isoformat()})
            Remark.objects.filter(pk=row.pk).update(sentence=one.sentence, said_at=one.said_at)
    new = [one for key, one in latest.items() if key not in here]
    Remark.objects.bulk_create(
        Remark(
            note=note,
            kind=one.kind.value,
            account_id=one.account_id,
            sentence=one.sentence,
            said_at=one.said_at,
            first_brought_by=brought_by,
        )
        for one in new
    )
    return before, bool(new)


def put_note_back(_actor: None, *, before: Mapping[str, Any]) -> None:
    """A note that an import brought up to date, as it was. What somebody said on it here meanwhile stays."""
    was_last, became_last = before["revisions"]
    Revision.objects.filter(note_id=before["id"], number__gt=was_last, number__lte=became_last).delete()
    for row in before["remarks"]:
        said_at = datetime.fromisoformat(row["said_at"])
        Remark.objects.filter(pk=row["id"]).update(sentence=row["sentence"], said_at=said_at)
    Note.objects.filter(pk=before["id"]).update(alive_at=before["alive_at"])
    tell_journal(Kind.NOTES_CHANGED, [before["id"]])


def take_notes_back(_actor: None, *, brought_by: int) -> None:
    """Notes, remarks and weaves that an import brought go, and audiences that it made for them. Killed, it goes on."""
    with transaction.atomic():
        Weave.objects.filter(first_brought_by=brought_by).delete()
        remarks = Remark.objects.filter(first_brought_by=brought_by)
        tell_journal(Kind.NOTES_CHANGED, sorted(set(remarks.values_list("note_id", flat=True))))
        remarks.delete()
    brought = Note.objects.filter(first_brought_by=brought_by).order_by("id")
    while some := list(brought.values_list("id", "audience_id")[:A_STEP]):
        with transaction.atomic():
            Note.objects.filter(pk__in=[note for note, _ in some]).delete()
            remove_audiences_of_no_use(None, audience_ids={audience for _, audience in some})
            tell_journal(Kind.NOTES_CHANGED, [note for note, _ in some])


def remove_audiences_of_no_use(_actor: None, *, audience_ids: Collection[int]) -> None:
    """Of these audiences, and of those that they are made of, those under which nothing stands any more."""
    several = Audience.objects.filter(pk__in=_of_no_use(audience_ids), kind=AudienceKind.ALL_OF.value)
    compounds = list(several.values_list("id", flat=True))
    parts = set(AudiencePart.objects.filter(audience_id__in=compounds).values_list("part_id", flat=True))
    remove_audiences(None, audience_ids=compounds)
    remove_audiences(None, audience_ids=_of_no_use({*audience_ids, *parts} - set(compounds)))


def _of_no_use(audience_ids: Collection[int]) -> set[int]:
    """Those under which nothing stands: nothing said, no room, no note, and no audience made of them."""
    left = set(audience_ids)
    for model in (Room, Conversation, Message, Note):
        left -= set(model.objects.filter(audience_id__in=left).values_list("audience_id", flat=True))
    left -= set(Room.objects.filter(archive_audience_id__in=left).values_list("archive_audience_id", flat=True))
    return left - set(AudiencePart.objects.filter(part_id__in=left).values_list("part_id", flat=True))

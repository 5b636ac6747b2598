"""Keeping, telling, changing: every write is one transaction, one line of the journal, and a revision."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import transaction

from alongside.audiences.actions import make, make_all_of
from alongside.audiences.queries import flat_parts, readable_by
from alongside.audiences.rules import OPEN_KINDS
from alongside.audiences.rules import Kind as AudienceKind
from alongside.conversations.models import Conversation, Message
from alongside.journal.actions import tell as tell_journal
from alongside.journal.rules import Kind
from alongside.kit import clock
from alongside.kit.ids import new_id
from alongside.kit.refused import Refused
from alongside.kit.safe_html import from_markdown
from alongside.notes.content import PARTS, Content
from alongside.notes.following import stands_in
from alongside.notes.merging import Merged, merged
from alongside.notes.models import Credit, Draft, Note, Passage, Revision, Source
from alongside.notes.queries import (
    draft_of,
    note_row,
    unscoped_latest_revisions,
    unscoped_organisation_audience,
)
from alongside.notes.rules import (
    LONGEST_SENTENCE,
    MOST_PASSAGES,
    Part,
    Readers,
    fitted,
    standing_of_name,
    standing_of_passage,
)
from alongside.people.queries import unscoped_paused
from alongside.people.rules import Viewer


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage to be kept: words of a message, in a part."""

    part: Part
    message_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Credited:
    account_id: int
    what_for: str


def keep(
    actor: Viewer,
    *,
    conversation_ids: Sequence[int],
    content: Content,
    passages: Sequence[Quoted] = (),
    credited: Sequence[Credited] = (),
    readers: Readers = Readers.SAME,
) -> Note:
    """Keep what was learned in conversations that the actor may read, for who may read all of them, fewer or more.

    For more: what was said in a narrower room stands there only by its author's yes, asked once and quietly.

    Raises Refused for what is not the actor's to keep: hidden and missing are refused alike.
    """
    _refuse_nobody(actor)
    sources = _readable_conversations(actor, conversation_ids)
    with transaction.atomic():
        note = _begun(actor, _audience_for(actor, readers, [source.audience_id for source in sources]), content)
        Source.objects.bulk_create(Source(note=note, conversation=source) for source in sources)
        _quote(actor, note, passages)
        _credit(actor, note, credited)
        # Of the others something else may be in writing.
        Draft.objects.filter(person_id=actor.person_id or 0, conversation_id=conversation_ids[0]).delete()
        tell_journal(Kind.NOTES_CHANGED, [note.pk])
    return note


def tell(actor: Viewer, *, sentence: str, named: Collection[int] = (), for_organisation: bool = True) -> Note:
    """“Today I learned …”: one sentence makes a note, without any conversation. Others are named by their own yes."""
    _refuse_nobody(actor)
    sentence = " ".join(sentence.split())[:LONGEST_SENTENCE]
    if not sentence:
        raise Refused("Write one sentence about what you learned.")
    if for_organisation and not actor.reads_organisation:
        raise Refused("A guest cannot tell the whole organisation. Keep it from a conversation that you are in.")
    content = Content(sentence[:200], "", sentence if len(sentence) > 200 else "", "", "")  # noqa: PLR2004 (a title)
    with transaction.atomic():
        note = _begun(actor, _open_audience() if for_organisation else _own_audience(actor), content)
        _credit(actor, note, [Credited(account, "told with") for account in sorted(named)])
        tell_journal(Kind.NOTES_CHANGED, [note.pk])
    return note


def change(actor: Viewer, *, public_id: str, content: Content, based_on: int) -> Merged:
    """Mend a note that the actor may read. What somebody else changed meanwhile is kept too: the two are put
    together, and what both changed stands side by side, for whoever saved last to look at.
    """
    _refuse_nobody(actor)
    _refuse_nameless(fitted(content))
    with transaction.atomic():
        note = note_row(actor, public_id)
        Note.objects.select_for_update().get(pk=note.pk)
        now = unscoped_latest_revisions([note.pk])[note.pk]
        base = Revision.objects.filter(note=note, number=min(based_on, now.number)).first() or now
        result = merged(base.content, fitted(content), now.content)
        if not result.content.title.strip():  # each took away what the other left
            result = Merged(replace(result.content, title=fitted(content).title), result.conflicts)
        if fitted(result.content) != now.content:
            _revise(actor, note, now.number + 1, result.content)
            tell_journal(Kind.NOTES_CHANGED, [note.pk])
        Draft.objects.filter(person_id=actor.person_id or 0, note=note).delete()
    return result


def quote_also(actor: Viewer, *, public_id: str, part: Part, message_id: int) -> None:
    """Something that was said later goes into a note, as its author's passage, by somebody who may read both."""
    _refuse_nobody(actor)
    with transaction.atomic():
        note = note_row(actor, public_id)
        message = readable_by(actor, Message.objects.filter(pk=message_id)).select_related("author").first()
        if message is None:
            raise Refused("There is no such message that you may read.")
        here = Passage.objects.filter(note=note, part=part.value)
        if here.filter(message=message).exists():
            return
        last = here.order_by("-position").values_list("position", flat=True).first()
        first = 0 if last is None else last + 1
        _quote(actor, note, [Quoted(part, message.pk, message.text)], first)
        if not Credit.objects.filter(note=note, account=message.author).exists():
            _credit(actor, note, [Credited(message.author_id, "the idea")])
        Note.objects.filter(pk=note.pk).update(alive_at=clock.now())
        tell_journal(Kind.NOTES_CHANGED, [note.pk])


def put_back(actor: Viewer, *, public_id: str, number: int) -> None:
    """Undo: what a revision said becomes what the note says, as a new revision; nothing that was said is lost."""
    note = note_row(actor, public_id)
    then = Revision.objects.filter(note=note, number=number).first()
    if then is None:
        raise Refused("There is no such revision.")
    now = unscoped_latest_revisions([note.pk])[note.pk]
    change(actor, public_id=public_id, content=then.content, based_on=now.number)


def save_draft(
    actor: Viewer,
    *,
    content: Content,
    conversation_id: int | None = None,
    note_id: int | None = None,
    based_on: int = 0,
    beside: Sequence[str] = (),
) -> None:
    """Keep what somebody is writing, for them alone; a kill in the middle loses nothing."""
    _refuse_nobody(actor)
    if actor.person_id is None:
        return
    values = {
        "words": asdict(fitted(content)),
        "beside": list(beside),
        "based_on": based_on,
        "saved_at": clock.now(),
    }
    here = draft_of(actor, conversation_id=conversation_id, note_id=note_id)
    if here is None:
        Draft.objects.create(person_id=actor.person_id, conversation_id=conversation_id, note_id=note_id, **values)
    else:
        Draft.objects.filter(pk=here.pk).update(**values)


def discard_draft(actor: Viewer, *, conversation_id: int | None = None, note_id: int | None = None) -> None:
    here = draft_of(actor, conversation_id=conversation_id, note_id=note_id)
    if here is not None:
        here.delete()


def _refuse_nobody(actor: Viewer) -> None:
    if actor.person_id is None and not actor.account_ids:
        raise Refused("Sign in first: what is kept is kept by somebody.")


def _refuse_nameless(content: Content) -> None:
    if not content.title:
        raise Refused("Give it a title: a question, or what you found.")


def _readable_conversations(actor: Viewer, ids: Sequence[int]) -> list[Conversation]:
    found = list(readable_by(actor, Conversation.objects.filter(pk__in=ids)).order_by("id"))
    if not ids or len(found) != len(set(ids)):
        raise Refused("There is no such conversation that you may read.")
    return found


def _begun(actor: Viewer, audience_id: int, content: Content) -> Note:
    content = fitted(content)
    _refuse_nameless(content)
    now = clock.now()
    note = Note.objects.create(public_id=new_id(), audience_id=audience_id, kept_at=now, alive_at=now, **by_whom(actor))
    _revise(actor, note, 1, content)
    return note


def _revise(actor: Viewer, note: Note, number: int, content: Content) -> None:
    content, now = fitted(content), clock.now()
    html = {part: from_markdown(getattr(content, part)) for part in PARTS}
    Revision.objects.create(note=note, number=number, made_at=now, html=html, **asdict(content), **by_whom(actor))
    Note.objects.filter(pk=note.pk).update(alive_at=now)


def by_whom(actor: Viewer) -> dict[str, Any]:
    """A person where there is one, otherwise the account that acts."""
    if actor.person_id is not None:
        return {"person_id": actor.person_id, "account_id": None}
    return {"person_id": None, "account_id": actor.account_ids[0] if actor.account_ids else None}


def _quote(actor: Viewer, note: Note, passages: Sequence[Quoted], first: int = 0) -> None:
    """Only words that were really said, in messages that the actor may read."""
    messages = {
        row.pk: row
        for row in readable_by(
            actor,
            Message.objects.filter(
                pk__in=[one.message_id for one in passages[:MOST_PASSAGES]], author__is_paused=False
            ).select_related("audience"),
        )
    }
    note_parts = flat_parts([note.audience_id])
    rows = []
    for position, one in enumerate(passages[:MOST_PASSAGES], start=first):
        message = messages.get(one.message_id)
        if message is None or not stands_in(one.text, message.text):
            raise Refused("A passage can only hold what was said in a conversation that you may read.")
        standing = standing_of_passage(
            said_in=message.audience_id,
            note_parts=note_parts,
            said_openly=message.audience.kind in OPEN_KINDS,
            is_own=message.author_id in actor.account_ids,
        )
        rows.append(
            Passage(
                note=note,
                part=one.part.value,
                position=position,
                message=message,
                text=one.text,
                standing=standing.value,
            )
        )
    Passage.objects.bulk_create(rows)


def _credit(actor: Viewer, note: Note, credited: Sequence[Credited]) -> None:
    """Who spoke where every reader of the note may read is named as there; anybody else is asked."""
    kept_from = Source.objects.filter(note=note).values("conversation_id")
    heard = Message.objects.filter(conversation__in=kept_from, audience_id__in=flat_parts([note.audience_id]))
    spoke = set(heard.values_list("author_id", flat=True))
    paused = unscoped_paused([one.account_id for one in credited])
    distinct = {one.account_id: one for one in credited if one.account_id not in paused}
    Credit.objects.bulk_create(
        Credit(
            note=note,
            account_id=one.account_id,
            what_for=one.what_for[:100],
            standing=standing_of_name(
                was_said_there=one.account_id in spoke, is_own=one.account_id in actor.account_ids
            ).value,
        )
        for one in distinct.values()
    )


def _audience_for(actor: Viewer, readers: Readers, source_audiences: Sequence[int]) -> int:
    if readers is Readers.ORGANISATION:
        if not actor.reads_organisation:
            raise Refused("A guest cannot keep a note for the whole organisation.")
        return _open_audience()
    if readers is Readers.ME:
        return make_all_of(None, audience_ids=[*source_audiences, _own_audience(actor)])
    return make_all_of(None, audience_ids=source_audiences)


def _open_audience() -> int:
    """The organisation's, one for everything that is told to it."""
    return unscoped_organisation_audience() or make(None, kind=AudienceKind.ORGANISATION)


def _own_audience(actor: Viewer) -> int:
    people = [] if actor.person_id is None else [actor.person_id]
    return make(None, kind=AudienceKind.CLOSED, account_ids=actor.account_ids, person_ids=people)

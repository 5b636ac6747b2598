"""`keep`, `save`, `add`: a thread becomes a note. What a machine chose goes to who asked for it alone, and
becomes a note by their own act.
"""

from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.audiences.queries import NotThere, unscoped_audience
from alongside.audiences.rules import Kind
from alongside.bridges.actions.following import follow_thread
from alongside.bridges.acts.asking import Answer, Asking, NeedsThread, said
from alongside.bridges.acts.correcting import PARTS, TITLE, to_correct
from alongside.bridges.port import Body, Button, Can, Field, Form, Item
from alongside.bridges.queries import RoomThere, is_hearer_of, unscoped_conversation_of
from alongside.bridges.wording import page
from alongside.conversations.asking import message_at
from alongside.conversations.queries import conversation_row
from alongside.kit.refused import Refused
from alongside.notes.actions import keeping as notes
from alongside.notes.content import Content
from alongside.notes.drafted import Drafted, drafted
from alongside.notes.drafting import Excerpt
from alongside.notes.drafting import Part as DraftedPart
from alongside.notes.queries import note_row, notes_kept_from
from alongside.notes.rules import Part
from alongside.search.grounds import Ground, of_conversation, of_message, of_note_now
from alongside.search.queries import unscoped_nearness

FIELDS = ("title", *(part.value for part, _name in PARTS))


def keep(asking: Asking) -> Answer:
    """A draft, filled from what people said in the thread, for the one who asked for it."""
    public_id = _conversation(asking)
    if public_id is None:
        return said(
            _("Which thread? Write “keep” in it, forward it to me, or send me the address of its page."),
        )
    try:
        found = drafted(asking.viewer, public_id, unscoped_nearness)
    except NotThere:
        return said(_("There is no such conversation that you may read."))
    if asking.room is not None and (asking.context or asking.message):
        follow_thread(
            None, room_id=asking.room.room_id, context=asking.context or asking.message, kept_by=asking.account_id
        )
    form = _form(found) if asking.trigger and Can.FORM in asking.can else None
    return Answer(_draft_shown(asking, found), about=(f"c:{public_id}",), form=form, grounds=_grounds(found))


def save(asking: Asking) -> Answer:
    """The note itself: as it was drafted, or in the words of whoever read and mended it."""
    public_id = _conversation(asking)
    if public_id is None:
        return said(_("Write “keep” first: I show you what a note would hold, and you say “save” to that."))
    try:
        found = drafted(asking.viewer, public_id, unscoped_nearness)
        note = _kept(asking, found)
    except NotThere:
        return said(_("There is no such conversation that you may read."))
    except Refused as refused:
        return said(str(refused), _("Nothing was kept."))
    link = page(reverse("note", args=[note]), asking.bridge.kind)
    lines = (_("It is kept, and found by whoever may read what it was kept from."),)
    item = Item(title=_title(asking, found), link=link)
    foot = (_("Reply “correct: …” to add to it, “correct” to change it; anybody who may read it can mend it."),)
    about = (f"n:{note}", f"c:{public_id}")
    body = Body(lines=lines, items=(item,), buttons=to_correct(note, asking.can), foot=foot)
    return Answer(body, about=about, grounds=_grounds(found), done=lines)


def add(asking: Asking) -> Answer:
    """A later reply, offered to the one who kept the thread, goes into the note as a passage of its author's."""
    reference = asking.act.about.removeprefix("c:")
    public_id, _dot, anchor = reference.partition(".")
    try:
        row = conversation_row(asking.viewer, public_id)
        message_id = message_at(asking.viewer, row, anchor)
        kept = next(iter(notes_kept_from(asking.viewer, row)), None)
    except NotThere:
        message_id, kept = None, None
    if message_id is None or kept is None:
        return said(_("There is no such note that you may read."))
    try:
        notes.quote_also(asking.viewer, public_id=kept.public_id, part=Part.WHAT_WORKED, message_id=message_id)
    except Refused as refused:
        return said(str(refused))
    item = Item(title=kept.title, link=page(reverse("note", args=[kept.public_id]), asking.bridge.kind))
    lines = (_("It is in the note now, with its author’s name."),)
    grounds = (of_note_now(note_row(asking.viewer, kept.public_id).pk),)
    return Answer(Body(lines=lines, items=(item,)), grounds=grounds, done=lines)


def _conversation(asking: Asking) -> str | None:
    """The conversation that is meant: what the act or an answer of ours names, or the thread in which it was said."""
    named = [one for one in (*asking.act.about.split(), *asking.about) if one.startswith("c:")]
    if named:
        return named[0].removeprefix("c:").partition(".")[0]
    thread = asking.context or asking.message
    if asking.room is None or not thread:
        return None
    if not asking.is_thread_here and Can.HISTORY in asking.can and _is_in(asking, asking.room):
        raise NeedsThread(asking.room, thread)
    return unscoped_conversation_of(asking.room.room_id, thread)


def _is_in(asking: Asking, room: RoomThere) -> bool:
    """A thread comes in where Alongside was asked in, at the wish of somebody who is in its room: a mail may name any.
    Into what somebody forwards by mail nobody asked it; that is a closed room of theirs alone.
    """
    is_closed = unscoped_audience(room.audience_id).kind is Kind.CLOSED
    return (room.is_there or is_closed) and is_hearer_of(asking.viewer, room)


def _draft_shown(asking: Asking, found: Drafted) -> Body:
    names = {one.message_id: one.author for one in found.messages}
    items = tuple(
        Item(title=str(name), passage=((f"{names[one.message_id]}: {one.text}", False),))
        for part, name in PARTS
        for one in _excerpts(found, part)
    )
    thanks = ", ".join(one.author for one in found.draft.credited)
    lines = [found.draft.title]
    if thanks:
        lines.append(_("With thanks to %(names)s.") % {"names": thanks})
    words = f"save c:{found.public_id}"
    link = page(reverse("keep", args=[found.public_id]), asking.bridge.kind)
    buttons: tuple[Button, ...] = ()
    foot = [_("Chosen by machine from people’s own words, for you alone. Read it before you keep it.")]
    if Can.BUTTON in asking.can:
        buttons = (Button(label=_("Keep it as it is"), words=words, is_first=True),)
    else:
        foot.append(_("Reply “save” to keep it as it is, or “save: a title of yours”."))
    if link:
        buttons = (*buttons, Button(label=_("Read and mend it first"), words="", link=link))
    return Body(title=_("A note could be"), lines=tuple(lines), items=items, buttons=buttons, foot=tuple(foot))


def _grounds(found: Drafted) -> tuple[Ground, ...]:
    """Its title, which what was said first gives, and every message that a sentence of it is from."""
    taken = {one.message_id for excerpts in found.draft.parts.values() for one in excerpts}
    return (
        of_conversation(found.conversation_id, found.title),
        *(
            of_message(one.message_id, one.text, one.author_id)
            for number, one in enumerate(found.messages)
            if number == 0 or one.message_id in taken
        ),
    )


def _excerpts(found: Drafted, part: Part) -> tuple[Excerpt, ...]:
    """Drafting names the four parts as notes do, in an enum of its own."""
    return found.draft.parts.get(DraftedPart(part.value), ())


def _form(found: Drafted) -> Form:
    texts = {part: "\n\n".join(one.text for one in _excerpts(found, part)) for part, _name in PARTS}
    return Form(
        title=_("Keep this"),
        words=f"save c:{found.public_id}",
        send=_("Keep it"),
        fields=(
            Field(name="title", label=str(TITLE), value=found.draft.title),
            *(Field(name=part.value, label=str(name), value=texts[part], is_long=True) for part, name in PARTS),
        ),
    )


def _title(asking: Asking, found: Drafted) -> str:
    return asking.fields.get("title", "").strip() or asking.act.words.strip() or found.draft.title


def _kept(asking: Asking, found: Drafted) -> str:
    """What was said stays somebody's passage as long as nobody changed its words; what was changed is the keeper's."""
    own = {name: asking.fields.get(name, "").strip() for name in FIELDS}
    passages, words = [], dict.fromkeys(FIELDS[1:], "")
    for part, _name in PARTS:
        excerpts = _excerpts(found, part)
        drafted_text = "\n\n".join(one.text for one in excerpts)
        if not asking.fields or own[part.value] == drafted_text.strip():
            passages += [notes.Quoted(part, one.message_id, one.text) for one in excerpts]
        else:
            words[part.value] = own[part.value]
    credited = [
        notes.Credited(one.author_id, ", ".join(one.credits))
        for one in found.draft.credited
        if one.author_id is not None
    ]
    note = notes.keep(
        asking.viewer,
        conversation_ids=[found.conversation_id],
        content=Content(_title(asking, found), *(words[name] for name in FIELDS[1:])),
        passages=passages,
        credited=credited,
    )
    return note.public_id

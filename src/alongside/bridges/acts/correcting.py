"""`correct`: a note is mended in one act, from its thread or in answer to what was said of it. Each is a revision, so that
it can be undone: a sentence more, one part said anew, or all of it in a form where the tool has forms.
"""

from dataclasses import asdict, replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.audiences.queries import NotThere
from alongside.bridges.acts.asking import Answer, Asking, said
from alongside.bridges.port import Body, Button, Can, Field, Form, Item
from alongside.bridges.queries import unscoped_conversation_of
from alongside.bridges.rules import ActName
from alongside.bridges.wording import page
from alongside.conversations.queries import conversation_row
from alongside.kit.refused import Refused
from alongside.notes.actions import keeping as notes
from alongside.notes.content import Content
from alongside.notes.queries import NoteView, note_view, notes_kept_from
from alongside.notes.rules import Part
from alongside.search.grounds import of_note_now

TITLE = gettext_lazy("A question, or what was found")
PARTS = (
    (Part.WHEN, gettext_lazy("When")),
    (Part.WHAT_WORKED, gettext_lazy("What worked")),
    (Part.WHY, gettext_lazy("Why we think so")),
    (Part.WHERE_NOT, gettext_lazy("Where it may not help")),
)
LABELS = {"title": TITLE, **{part.value: name for part, name in PARTS}}
# Words of the act that say a part anew, as rules.act_of understands them.
_WORDS = {"title": "title", **{part.value: part.value.replace("_", " ") for part, _name in PARTS}}


def correct(asking: Asking) -> Answer:
    meant = _note(asking)
    if meant is None:
        return said(_("Which note? Write “correct: …” in the thread that it was kept from, or in reply to the note."))
    public_id, _dot, revision = meant.partition(".")
    try:
        return _mended(asking, note_view(asking.viewer, public_id), revision)
    except NotThere:
        return said(_("There is no such note that you may read."))
    except Refused as refused:
        return said(str(refused))


def _mended(asking: Asking, now: NoteView, revision: str) -> Answer:
    if asking.fields:
        return _said_anew(asking, now, _filled(now.content, asking.fields), revision)
    if asking.act.part:
        return _said_anew(asking, now, replace(now.content, **{asking.act.part: asking.act.words}), "")
    return _added(asking, now) if asking.act.words else _offered(asking, now)


def to_correct(public_id: str, can: frozenset[Can]) -> tuple[Button, ...]:
    """A press opens the note in a form, where the tool has both."""
    words = f"{ActName.CORRECT} n:{public_id}"
    return (Button(label=_("Correct it"), words=words),) if {Can.BUTTON, Can.FORM} <= can else ()


def _added(asking: Asking, now: NoteView) -> Answer:
    joined = "\n\n".join(part for part in (now.content.what_worked, asking.act.words) if part)
    notes.change(
        asking.viewer,
        public_id=now.public_id,
        content=replace(now.content, what_worked=joined),
        based_on=now.revision,
    )
    added = _("It is in the note, after what worked. What it said before is in its history.")
    return _shown(asking, now.public_id, added)


def _said_anew(asking: Asking, now: NoteView, content: Content, revision: str) -> Answer:
    """What somebody else changed since the form was opened stays: the two are put together."""
    based_on = int(revision) if revision.isdecimal() else now.revision
    both = notes.change(asking.viewer, public_id=now.public_id, content=content, based_on=based_on)
    line = _("The note says it so now. What it said before is in its history.")
    if both.conflicts:
        line = _("Somebody changed the same place meanwhile: both stand there now. “correct” shows it.")
    return _shown(asking, now.public_id, line)


def _filled(now: Content, fields: dict[str, str]) -> Content:
    return Content(**{name: fields.get(name, text) for name, text in asdict(now).items()})


def _shown(asking: Asking, public_id: str, line: str) -> Answer:
    """With its title as it is now, and how a part is said anew: a sentence more is not always what was meant."""
    now = note_view(asking.viewer, public_id)
    item = Item(title=now.content.title, link=page(reverse("note", args=[public_id]), asking.bridge.kind))
    buttons = to_correct(public_id, asking.can)
    body = Body(lines=(line,), items=(item,), buttons=buttons, foot=(_how(),))
    return Answer(body, about=(f"n:{public_id}",), grounds=(of_note_now(now.note_id),), done=(line,))


def _offered(asking: Asking, now: NoteView) -> Answer:
    """What it says now, to be said anew: in a form where one can be opened, otherwise in words."""
    texts = asdict(now.content)
    items = tuple(Item(title=str(name), passage=((texts[one], False),)) for one, name in LABELS.items() if texts[one])
    is_form = bool(asking.trigger) and Can.FORM in asking.can
    lines = (_("What people said in the thread stands beside it, and stays theirs."),) if now.passages else ()
    body = Body(
        title=_("The note says"),
        lines=lines,
        items=items,
        buttons=() if is_form else to_correct(now.public_id, asking.can),
        foot=(_how(),),
    )
    form, grounds = _form(now, texts) if is_form else None, (of_note_now(now.note_id),)
    return Answer(body, about=(f"n:{now.public_id}",), form=form, grounds=grounds)


def _form(now: NoteView, texts: dict[str, str]) -> Form:
    return Form(
        title=_("Correct it"),
        words=f"{ActName.CORRECT} n:{now.public_id}.{now.revision}",
        send=_("Save"),
        fields=tuple(
            Field(name=one, label=str(name), value=texts[one], is_long=one != "title") for one, name in LABELS.items()
        ),
    )


def _how() -> str:
    parts = [f"“correct {words}: …”" for words in _WORDS.values()]
    given = {"parts": ", ".join(parts[:-1]), "last": parts[-1]}
    return _("%(parts)s or %(last)s, in reply, says that part anew; “correct: …” adds a sentence.") % given


def _note(asking: Asking) -> str | None:
    """The note that an answer of ours named, or the one that was kept from the conversation that is meant."""
    named = [one for one in (*asking.act.about.split(), *asking.about) if one[:2] in ("n:", "c:")]
    if note := next((one for one in named if one.startswith("n:")), None):
        return note.removeprefix("n:")
    public_id = named[0].removeprefix("c:").partition(".")[0] if named else _thread(asking)
    if public_id is None:
        return None
    try:
        row = conversation_row(asking.viewer, public_id)
    except NotThere:
        return None
    kept = next(iter(notes_kept_from(asking.viewer, row)), None)
    return kept.public_id if kept else None


def _thread(asking: Asking) -> str | None:
    thread = asking.context or asking.message
    if asking.room is None or not thread:
        return None
    return unscoped_conversation_of(asking.room.room_id, thread)

"""`this helped`, `it did not help`, `thanks`, `tell`: what came of something, and what somebody learned."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.audiences.queries import NotThere
from alongside.bridges.acts.asking import Answer, Asking, said
from alongside.bridges.acts.correcting import to_correct
from alongside.bridges.port import Body, Button, Can, Item, Sign
from alongside.bridges.queries import unscoped_known_messages
from alongside.bridges.rules import ActName, meant_of
from alongside.bridges.wording import page
from alongside.conversations.actions.questions import say_it_helped, take_back_that_it_helped
from alongside.conversations.asking import message_at
from alongside.conversations.queries import conversation_titled
from alongside.kit.refused import Refused
from alongside.notes.actions import keeping as notes
from alongside.notes.actions.remarking import remark
from alongside.notes.queries import note_view
from alongside.notes.rules import RemarkKind
from alongside.search.grounds import Ground, of_conversation, of_note_now

_SAY_WHY_THERE = gettext_lazy("Say it in the conversation itself: what did not help is an answer to people.")
_NOTHING_MEANT = gettext_lazy(
    "What helped? Reply to what I found for you, or write it in answer to the message itself."
)


def helped(asking: Asking) -> Answer:
    """Of what an answer of ours named, or of the message that was answered. Which one, where it could be several."""
    named = asking.act.about.split() or list(asking.about)
    named = [one for one in named if one[:2] in ("c:", "n:")]
    if not named and asking.room is not None and asking.message:
        return _of_message(asking, asking.message)
    if not named:
        return said(str(_NOTHING_MEANT))
    meant = meant_of(named, asking.act.words)
    if not meant:
        return _which(asking, named)
    try:
        thanked_for = [_of_reference(asking, one) for one in meant]
    except (NotThere, Refused) as refused:
        return said(str(refused) or _("It is not there any more, so nothing was said of it."))
    thanked = _it_says(asking)
    titles = ", ".join(title for title, _ground in thanked_for)
    body = Body(lines=(f"{titles}: {thanked}",))
    return Answer(body, grounds=tuple(ground for _title, ground in thanked_for), done=(thanked,))


def thank(asking: Asking) -> Answer:
    """In reply to what was found, it helped. Of nothing it is a kindness, and says nothing of anybody's message."""
    if any(one[:2] in ("c:", "n:") for one in asking.about):
        return helped(asking)
    return said(_("Gladly. “this helped”, in reply to what I found or to the message itself, thanks whoever said it."))


def _did_help(asking: Asking) -> bool:
    return asking.act.name is not ActName.DID_NOT_HELP


def _it_says(asking: Asking) -> str:
    if not _did_help(asking):
        return _("It says now that it did not help, in your words.")
    return _("It says now that it helped, in your words.") if asking.act.words else _("It says now that it helped.")


def sign_of_message(asking: Asking, sign: Sign, *, is_taken_back: bool) -> None:
    """A reaction in the tool to somebody's message: a fact of that message, without a word from us."""
    if sign is not Sign.HELPED or asking.room is None:
        return
    row = unscoped_known_messages(asking.room.room_id, [asking.message]).get(asking.message)
    if row is None:
        return
    try:
        if is_taken_back:
            take_back_that_it_helped(asking.viewer, message_id=row)
        else:
            say_it_helped(asking.viewer, message_id=row)
    except NotThere:
        return


def tell(asking: Asking) -> Answer:
    """One sentence makes a note, without any conversation."""
    try:
        note = notes.tell(asking.viewer, sentence=asking.act.words)
    except Refused as refused:
        return said(str(refused), _("Nothing was kept."))
    item = Item(
        title=note_view(asking.viewer, note.public_id).content.title,
        link=page(reverse("note", args=[note.public_id]), asking.bridge.kind),
    )
    body = Body(
        lines=(_("It is a note now, for everybody in the organisation."),),
        items=(item,),
        buttons=to_correct(note.public_id, asking.can),
        foot=(_("Reply “correct” to change it."),),
    )
    return Answer(body, about=(f"n:{note.public_id}",))


def _of_reference(asking: Asking, reference: str) -> tuple[str, Ground]:
    """Say it of one thing; its title is returned, and what that is taken from. Raises NotThere and Refused."""
    kind, _colon, rest = reference.partition(":")
    if kind == "n":
        remark(
            asking.viewer,
            public_id=rest,
            kind=RemarkKind.HELPED if _did_help(asking) else RemarkKind.DID_NOT,
            sentence=asking.act.words,
        )
        return _title_of_note(asking, rest)
    public_id, _dot, anchor = rest.partition(".")
    row, title = conversation_titled(asking.viewer, public_id)
    message_id = message_at(asking.viewer, row, anchor)
    if message_id is None:
        raise NotThere
    if not _did_help(asking):
        raise Refused(str(_SAY_WHY_THERE))
    say_it_helped(asking.viewer, message_id=message_id, sentence=asking.act.words)
    return title, of_conversation(row, title)


def _of_message(asking: Asking, source_id: str) -> Answer:
    if not _did_help(asking):
        return said(str(_SAY_WHY_THERE))
    room = asking.room
    row = unscoped_known_messages(room.room_id, [source_id]).get(source_id) if room else None
    if row is None:
        return said(
            _("What helped is not kept here, so there is nothing to say it of. Write “keep” in its thread first.")
        )
    try:
        say_it_helped(asking.viewer, message_id=row, sentence=asking.act.words)
    except NotThere:
        return said(str(_NOTHING_MEANT))
    return said(_("That message says now that it helped."))


def _which(asking: Asking, named: list[str]) -> Answer:
    titled = [_titled(asking, one) for one in named]
    items = tuple(Item(title=title) for title, _ground in titled)
    grounds = tuple(ground for _title, ground in titled if ground is not None)
    if Can.BUTTON in asking.can:
        body = Body(title=_which_one(asking), items=items, buttons=_each(asking, named))
    else:
        body = Body(title=_which_one(asking), items=items, foot=(_how_to_say_which(asking),))
    return Answer(body, about=tuple(named), grounds=grounds)


def _which_one(asking: Asking) -> str:
    return _("Which one helped?") if _did_help(asking) else _("Which one did not help?")


def _how_to_say_which(asking: Asking) -> str:
    if _did_help(asking):
        return _("Reply “helped, the first one”, with a sentence if you like.")
    return _("Reply “did not help, the first one”, and why.")


def _each(asking: Asking, named: list[str]) -> tuple[Button, ...]:
    """A press says again what was said, of one of them."""
    label = _("%(number)s. helped") if _did_help(asking) else _("%(number)s. did not help")
    act = ActName.HELPED if _did_help(asking) else ActName.DID_NOT_HELP
    return tuple(
        Button(label=label % {"number": number}, words=f"{act.value} {one} {asking.act.words}".strip())
        for number, one in enumerate(named, start=1)
    )


def _titled(asking: Asking, reference: str) -> tuple[str, Ground | None]:
    kind, _colon, rest = reference.partition(":")
    try:
        if kind == "n":
            return _title_of_note(asking, rest)
        row, title = conversation_titled(asking.viewer, rest.partition(".")[0])
    except NotThere:
        return _("something that is not there any more"), None
    return title, of_conversation(row, title)


def _title_of_note(asking: Asking, public_id: str) -> tuple[str, Ground]:
    note = note_view(asking.viewer, public_id)
    return note.content.title, of_note_now(note.note_id)

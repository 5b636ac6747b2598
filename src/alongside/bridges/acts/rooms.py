"""Acts about a room: that Alongside is there, what it takes in, when it stops; one's own blog flowing into it."""

from django.utils.translation import gettext as _

from alongside.audiences.queries import unscoped_audience
from alongside.audiences.rules import may_open
from alongside.bridges.actions.following import listen as listen_in
from alongside.bridges.actions.forgetting import forget_room as forget_what_was_said
from alongside.bridges.acts.asking import Answer, Asking, Outgoing, said
from alongside.bridges.acts.ending import no_more
from alongside.bridges.port import Body, Button, Can, CannotHear
from alongside.bridges.queries import RoomThere, unscoped_hearers_together, unscoped_sealed_before
from alongside.bridges.rules import ActName, Listens
from alongside.bridges.wording import in_a_room
from alongside.conversations.actions.rooms import open_room
from alongside.kit.refused import Refused
from alongside.letters.rules import Because
from alongside.search.grounds import of_account


def here_now(connection_id: int, room: RoomThere, by: str, account_id: int | None) -> Outgoing:
    """What Alongside says when it comes into a room: that it is here, what it takes in, how to end it."""
    return Outgoing(
        Because.HERE,
        _here(room, _("%(name)s asked me in.") % {"name": by} if by else _("I was asked in.")),
        connection_id,
        room=room.source_id,
        grounds=(of_account(account_id),) if account_id else (),
        otherwise=_here(room, _("I was asked in.")),
    )


def _here(room: RoomThere, asked_in: str) -> Body:
    unknown = unscoped_hearers_together(room) is None
    lines = [
        _(
            "I am Alongside. %(asked_in)s Ask me by mentioning me, and I answer you alone with what people worked out before."
        )
        % {"asked_in": asked_in},
        _(
            "I take in only what mentions me and threads that somebody keeps. Nothing else of this room is written down."
        ),
    ]
    if unknown:
        lines.append(
            _("Somebody here is unknown to me (a guest, or from outside), so I never answer in the room itself.")
        )
    foot = (
        _("“remember this room”: members may ask me to take in all that is said from then on."),
        _("“stop”, or removing me, ends it at once. “help” says what else I do."),
    )
    return Body(title=_("Alongside is here"), lines=tuple(lines), foot=foot)


def not_here(connection_id: int, event: CannotHear, account_id: int | None) -> Outgoing:
    """What Alongside says where it cannot hear: in the room that it leaves, or to who asked it in, alone."""
    if event.is_in:
        left = _("This room is encrypted, and I can neither read nor answer in it, so I leave it now.")
        return Outgoing(
            Because.HERE,
            Body(lines=(left,), foot=(_("I was asked in here, so I say it here, once."),)),
            connection_id,
            room=event.room,
            is_farewell=True,
        )
    room = f"“{event.name}”" if event.name else _("the room that you asked me into")
    lines = (
        _("I am not in %(room)s, because it is encrypted, and I can read and answer only where messages are not.")
        % {"room": room},
        _("Ask me into a room without encryption, or write to me here."),
    )
    foot = (_("You asked me in, so I tell you, once."),)
    body = Body(lines=lines, foot=foot)
    return Outgoing(Because.ANSWER, body, connection_id, account=event.by, account_id=account_id)


def remember(asking: Asking) -> Answer:
    return _listening(
        asking,
        Listens.REMEMBERS,
        _("From now on I remember what is said here: %(name)s asked for it. “stop” ends it at once."),
    )


def stop(asking: Asking) -> Answer:
    """In a room, to remember it; in reply to what came by itself, that."""
    if asking.room is None and asking.about:
        return no_more(asking)
    answer = _listening(
        asking,
        Listens.WHEN_ASKED,
        _("I have stopped remembering this room: %(name)s asked for it. I take in only what mentions me or is kept."),
    )
    if answer.body is not None or asking.room is None:
        return answer
    words = _("What I remembered of %(room)s is still found by who may read it.") % {
        "room": in_a_room(asking.room.name)
    }
    if Can.BUTTON in asking.can:
        forget = Button(label=_("Forget what was said there"), words=ActName.FORGET_ROOM.value)
        return Answer(Body(lines=(words,), buttons=(forget,)), also=answer.also)
    offered = _("Write “forget this room” in it, and I forget it.")
    return Answer(Body(lines=(words, offered)), also=answer.also)


def forget_room(asking: Asking) -> Answer:
    """Everything that was taken in there through this bridge; what people kept as notes loses those passages too."""
    if asking.room is None:
        return said(_("Write it in the room that is meant."))
    try:
        forget_what_was_said(asking.viewer, room=asking.room)
    except Refused as refused:
        return said(str(refused))
    return said(_("What I had taken in of %(room)s is forgotten.") % {"room": in_a_room(asking.room.name)})


def open_archive(asking: Asking) -> Answer:
    """What an archive brought of a closed room is opened to its members by one of them."""
    if asking.room is None:
        return said(_("Write it in the room that is meant."))
    opened = 0
    for audience_id in unscoped_sealed_before(asking.room):
        facts = unscoped_audience(audience_id)
        if may_open(asking.viewer, is_sealed=facts.is_sealed, hearers=facts.hearers):
            open_room(asking.viewer, audience_id=audience_id)
            opened += 1
    if not opened:
        return said(_("There is nothing of this room that you could open."))
    return said(_("What an archive brought of this room is open to its members now."))


def _listening(asking: Asking, listens: Listens, words: str) -> Answer:
    """Said in the room, because everybody there is concerned; to anybody else it is refused alone."""
    room = asking.room
    if room is None:
        return said(_("Write it in the room that is meant."))
    if not room.is_there:
        return said(_("I am not in this room. A member of it can invite me."))
    try:
        listen_in(asking.viewer, room=room, listens=listens)
    except Refused as refused:
        return said(str(refused))
    outgoing = Outgoing(
        Because.HERE,
        Body(lines=(words % {"name": asking.viewer.name},)),
        asking.bridge.connection_id,
        room=room.source_id,
        grounds=(of_account(asking.account_id),),
        otherwise=Body(lines=(words % {"name": _("somebody")},)),
    )
    return Answer(None, also=(outgoing,))

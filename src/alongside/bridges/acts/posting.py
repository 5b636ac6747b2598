"""`ask` and `ask quietly`: a question goes into a room, once, because its asker sent it."""

from django.utils.translation import gettext as _

from alongside.bridges.acts.asking import Answer, Asking, Outgoing, said
from alongside.bridges.models import Followed
from alongside.bridges.port import Body
from alongside.bridges.queries import (
    RoomThere,
    is_heard_by_others,
    rooms_to_ask_in,
    unscoped_account_in,
    unscoped_bridges,
)
from alongside.bridges.rules import ActName
from alongside.bridges.wording import in_a_room
from alongside.letters.rules import Because
from alongside.search.grounds import of_audience

LONGEST = 4000


def ask(asking: Asking) -> Answer:
    is_quiet = asking.act.name is ActName.ASK_QUIETLY
    if is_quiet and (room := _said_before_others(asking)) is not None:
        return _not_quiet_any_more(asking, room)
    question = asking.act.words.strip()
    if asking.act.is_unclear:
        return _unclear(asking, question)
    if len(question) > LONGEST:
        return said(
            _("That is longer than a question that people read. Nothing was posted; shorten it and send it again.")
        )
    rooms = _rooms_called(asking)
    if not rooms:
        return _where_then(asking)
    if len(rooms) > 1:
        named = ", ".join(f"{in_a_room(room.name)} ({tool})" for _id, tool, room in rooms)
        return said(_("Several rooms are called so: %(rooms)s. Nothing was posted.") % {"rooms": named})
    connection_id, tool, room = rooms[0]
    told = _quietly_said(room, asking.bridge.name, tool) if is_quiet else _said_in(room)
    return Answer(told, also=(_question(asking, question, connection_id, room),))


def _question(asking: Asking, question: str, connection_id: int, room: RoomThere) -> Outgoing:
    is_quiet = asking.act.name is ActName.ASK_QUIETLY
    return Outgoing(
        Because.QUIET_QUESTION if is_quiet else Because.QUESTION,
        Body(title=_("Somebody asks, without their name:") if is_quiet else "", quote=question),
        connection_id,
        room=room.source_id,
        # Whose question it is, for what follows from it; it is not shown where it was asked quietly.
        account_id=asking.account_id,
        in_name_of="" if is_quiet else asking.viewer.name,
        in_name_of_account="" if is_quiet else unscoped_account_in(asking.viewer, asking.account_id, connection_id),
    )


def _unclear(asking: Asking, question: str) -> Answer:
    """Almost the words of the act. A guess at where the room ends would stand there in somebody's name."""
    act = ActName.ASK_QUIETLY if asking.act.name is ActName.ASK_QUIETLY else ActName.ASK
    name = asking.act.room or (asking.room.name if asking.room else "")
    words = f"{act} in {in_a_room(name or _('room'))}: {question or '…'}"
    lines = [_("Nothing was posted; write “%(words)s”, with the colon, and it is.") % {"words": words}]
    if question:
        lines.append(_("To look for it instead, write “find” and the words."))
    return said(*lines)


def answer_as_asker(asking: Asking) -> Answer:
    """The one who asked quietly goes on in the thread, as the one who asked and without their name."""
    if (room := _said_before_others(asking)) is not None:
        return said(
            _read_by_all_of(room),
            _("To stay without your name, write “answer: …” to me alone, in reply to what I told you."),
        )
    words = asking.act.words.strip()
    followed = _asked_quietly(asking)
    if followed is None or not words:
        return said(_("Reply “answer: …” to what I tell you of your own quiet question; it goes into its thread."))
    outgoing = Outgoing(
        Because.QUIET_QUESTION,
        Body(title=_("The one who asked:"), quote=words[:LONGEST]),
        followed.room.connection_id,
        room=followed.room.source_id,
        context=followed.context,
        account_id=asking.account_id,
    )
    return Answer(Body(lines=(_("It is in the thread, without your name."),)), also=(outgoing,))


def _asked_quietly(asking: Asking) -> Followed | None:
    numbers = [one[2:] for one in asking.about if one.startswith("q:") and one[2:].isdigit()]
    mine = Followed.objects.select_related("room").filter(asked_by_id__in=asking.viewer.account_ids, is_quiet=True)
    return mine.filter(pk__in=numbers[:1]).first()


def _said_before_others(asking: Asking) -> RoomThere | None:
    """The room in which the words stand under their writer's name. A command or a press shows them to nobody there."""
    if asking.room is None or not asking.said_in:
        return None
    return asking.room if is_heard_by_others(asking.viewer, asking.room) else None


def _read_by_all_of(room: RoomThere) -> str:
    return _("Nothing was posted: you wrote it in %(room)s, where everybody reads it with your name.") % {
        "room": in_a_room(room.name)
    }


def _not_quiet_any_more(asking: Asking, room: RoomThere) -> Answer:
    wanted = in_a_room(asking.act.room or room.name)
    alone = _("To ask without your name, write it to me alone: “ask quietly in %(room)s: …”.") % {"room": wanted}
    return said(_read_by_all_of(room), alone)


def _rooms_called(asking: Asking) -> list[tuple[int, str, RoomThere]]:
    """Rooms in which the asker is, and Alongside too; this tool's before another's of the same name."""
    wanted = asking.act.room.lower().removeprefix("#")
    if not wanted and asking.room is not None:
        wanted = asking.room.name.lower().removeprefix("#")
    found: list[tuple[int, str, RoomThere]] = []
    for bridge in sorted(unscoped_bridges(), key=lambda one: one.connection_id != asking.bridge.connection_id):
        of_tool = [
            (bridge.connection_id, bridge.name, room)
            for room in rooms_to_ask_in(asking.viewer, bridge.connection_id)
            if room.name.lower().removeprefix("#") == wanted
        ]
        if of_tool and bridge.connection_id == asking.bridge.connection_id:
            return of_tool
        found += of_tool
    return found


def _where_then(asking: Asking) -> Answer:
    rooms = rooms_to_ask_in(asking.viewer, asking.bridge.connection_id)
    if not rooms:
        return said(
            _("I am in no room of yours, so I cannot ask there. Nothing was posted."),
            _("A member of a room can invite me into it."),
        )
    names = ", ".join(in_a_room(room.name) for room in rooms[:8])
    which = _("In which room? I could ask in %(rooms)s. Nothing was posted yet.") % {"rooms": names}
    return Answer(Body(lines=(which,)), grounds=tuple(of_audience(room.audience_id) for room in rooms[:8]))


def _said_in(room: RoomThere) -> Body:
    return Body(lines=(_("Your question is in %(room)s, in your name.") % {"room": in_a_room(room.name)},))


def _quietly_said(room: RoomThere, written_in: str, tool: str) -> Body:
    """Truly: what is not shown is not the same as what nobody can know."""
    return Body(
        lines=(
            _("Your question is in %(room)s, without your name. I tell you here when somebody answers.")
            % {"room": in_a_room(room.name)},
            _(
                "Who can still learn that it was you: %(administrators)s; whoever runs Alongside’s machine, while the"
                " thread is followed; and whoever knows how you write."
            )
            % {"administrators": _administrators(written_in, tool)},
        ),
        foot=(_("Reply “answer: …” to what I tell you, and it goes into the thread without your name."),),
    )


def _administrators(written_in: str, tool: str) -> str:
    """Of the tool in which it was written: they may read it there. Those of the room's see the question and its time."""
    theirs = _("the administrators of %(tool)s, as far as they can read what you write to me") % {"tool": written_in}
    if written_in == tool:
        return theirs
    others = _("whoever can compare when you wrote with when it was posted, such as the administrators of %(tool)s too")
    return f"{theirs}; {others % {'tool': tool}}"

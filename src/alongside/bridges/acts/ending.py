"""`no more of this`: what comes to somebody, or into a room, by itself comes no more."""

from django.utils.translation import gettext as _

from alongside.audiences.queries import NotThere
from alongside.bridges.actions.connecting import own_no_more
from alongside.bridges.actions.flowing import tell_no_blogs
from alongside.bridges.actions.following import end_telling
from alongside.bridges.acts.asking import Answer, Asking, said
from alongside.bridges.queries import unscoped_thread_of_conversation
from alongside.bridges.wording import in_a_room
from alongside.conversations.queries import conversation_row
from alongside.kit.refused import Refused


def no_more(asking: Asking) -> Answer:
    """Of the thread or the connection that an answer of ours named, or in which it is said; in a room, of the blogs
    that are told there; said alone and of nothing, of every thread that one asked or kept.
    """
    for one in (*asking.act.about.split(), *asking.about):
        kind, _colon, rest = one.partition(":")
        if kind == "c":
            return _of_thread(asking, _meant(asking, rest.partition(".")[0]))
        if kind == "b" and rest.isdigit():
            own_no_more(asking.viewer, bridge_id=int(rest))
            return said(_("I tell you of this connection never again. Its page and “alongside check” say how it is."))
    if asking.room is None:
        end_telling(asking.viewer)
        return said(
            _("Nothing comes to you by itself any more. What you ask or keep from now on is told to you again.")
        )
    if asking.context:
        return _of_thread(asking, (asking.room.room_id, asking.context))
    return _of_blogs(asking)


def _meant(asking: Asking, public_id: str) -> tuple[int, str] | None:
    try:
        return unscoped_thread_of_conversation(conversation_row(asking.viewer, public_id))
    except NotThere:
        return None


def _of_thread(asking: Asking, thread: tuple[int, str] | None) -> Answer:
    """The same words where it was no thread of theirs: nothing comes of it in any case."""
    if thread is not None:
        end_telling(asking.viewer, threads={thread})
    return said(_("Nothing more of this thread comes to you by itself."))


def _of_blogs(asking: Asking) -> Answer:
    if asking.room is None:
        return Answer()
    try:
        tell_no_blogs(asking.viewer, room=asking.room)
    except Refused as refused:
        return said(str(refused))
    place = in_a_room(asking.room.name)
    return said(_("No blog is told in %(room)s any more. What was told can still be found.") % {"room": place})

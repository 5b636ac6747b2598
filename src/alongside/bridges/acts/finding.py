"""`find`: what people worked out before, to the asker alone; or, where somebody asks for that, in a room, from what
everybody in it may read.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.bridges.acts.asking import Answer, Asking, Outgoing, said
from alongside.bridges.port import Body, Button, Can, Item
from alongside.bridges.queries import (
    RoomThere,
    is_hearer_of,
    rooms_to_ask_in,
    unscoped_hearers_mark,
    unscoped_hearers_together,
)
from alongside.bridges.rules import shortened
from alongside.bridges.wording import in_a_room, in_month, on_day, page, why_it_came
from alongside.letters.rules import Because
from alongside.people.rules import Viewer
from alongside.search.grounds import Ground, of_audience
from alongside.search.queries import Found, Result
from alongside.search.queries import find as found_for

SHOWN = 3
SHOWN_WHEN_WEAK = 2
ROOMS_OFFERED = 2
LONGEST_QUESTION = 1000


def find(asking: Asking) -> Answer:
    question = asking.act.words[:LONGEST_QUESTION]
    found = found_for(asking.viewer, question, limit=SHOWN)
    rooms = _rooms_to_offer(asking)
    if not found.results:
        return Answer(_nothing(found, question, rooms, asking.can), grounds=_names_of(rooms))
    results = found.results[: SHOWN_WHEN_WEAK if found.is_weak else SHOWN]
    title = _("Nothing fits well; these come closest") if found.is_weak else _("People have been here before")
    about = tuple(reference_to(result) for result in results)
    body = Body(
        title=title,
        items=tuple(item_of(result, asking.bridge.kind) for result in results),
        buttons=(*_thanks(about, asking.can), *_to_ask(question, rooms, asking.can)),
        foot=(*_remarks(found), *_foot(asking, rooms)),
    )
    return Answer(body, about=about, grounds=(*_grounds(results), *_names_of(rooms)))


def find_here(asking: Asking) -> Answer:
    """For everybody in a room, because one of them asked: only from what each of them may read, and it says so.

    To anybody else it is as if they had asked alone: what is said there, or not, would tell them what its members read.
    """
    room = asking.room
    if room is None or not room.is_there or not is_hearer_of(asking.viewer, room):
        return find(asking)
    hearers = unscoped_hearers_mark(room)
    together = unscoped_hearers_together(room)
    if together is None:
        alone = find(asking)
        why = _("Somebody reads here whom I do not know, so I say this to you alone.")
        body = alone.body or Body()
        return replace(alone, body=_with_lines(body, (why, *body.lines)))
    results = _for_a_room(together, asking.act.words[:LONGEST_QUESTION])
    if not results:
        return said(_("Nothing that everybody in %(room)s may read answers this.") % {"room": in_a_room(room.name)})
    outgoing = Outgoing(
        Because.ANSWER,
        _shown_in_a_room(results, asking.bridge.kind),
        asking.bridge.connection_id,
        room=room.source_id,
        account_id=asking.account_id,
        context=asking.context or asking.said_in,
        hearers=hearers,
        grounds=_grounds(results),
    )
    return Answer(None, also=(outgoing,))


def _for_a_room(together: Viewer, question: str) -> tuple[Result, ...]:
    found = found_for(together, question, limit=SHOWN)
    return () if found.is_weak else found.results


def _shown_in_a_room(results: Sequence[Result], kind: str) -> Body:
    return Body(
        title=_("People have been here before"),
        items=tuple(item_of(result, kind) for result in results),
        foot=(_("Only from what everybody in this room may read."),),
    )


def _grounds(results: Sequence[Result]) -> tuple[Ground, ...]:
    return tuple(ground for result in results for ground in result.grounds)


def _names_of(rooms: Sequence[RoomThere]) -> tuple[Ground, ...]:
    """Who has left a room is not offered to ask there."""
    return tuple(of_audience(room.audience_id) for room in rooms)


def reference_to(result: Result) -> str:
    """What a button or a reply carries: which note, or which message of which conversation."""
    return f"n:{result.public_id}" if result.kind == "note" else f"c:{result.public_id}.{result.anchor}"


def item_of(result: Result, kind: str) -> Item:
    if result.kind == "note":
        where = _("a note, last found true in %(month)s") % {"month": in_month(result.said_at)}
        return Item(
            title=result.title,
            link=page(reverse("note", args=[result.public_id]), kind),
            where=where,
            passage=shortened(result.passage),
        )
    where = f"{in_a_room(result.room)}, {on_day(result.said_at)}"
    return Item(
        title=result.title,
        link=page(reverse("conversation", args=[result.public_id]), kind) or _web(result.url),
        where=f"{where} · {result.speaker}" if result.speaker else where,
        passage=shortened(result.passage),
        source=_web(result.url),
        source_name=result.connection,
    )


def _web(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else ""


def _rooms_to_offer(asking: Asking) -> list[RoomThere]:
    """The room one asks in first, then others of this tool in which one could ask."""
    here = asking.room.room_id if asking.room else None
    return rooms_to_ask_in(asking.viewer, asking.bridge.connection_id, first=here, limit=ROOMS_OFFERED)


def _thanks(about: tuple[str, ...], can: frozenset[Can]) -> tuple[Button, ...]:
    if Can.BUTTON not in can:
        return ()
    return (Button(label=_("This helped"), words=f"helped {' '.join(about)}", is_first=True),)


def _to_ask(question: str, rooms: list[RoomThere], can: frozenset[Can]) -> tuple[Button, ...]:
    """A press sends exactly this question into exactly this room: both stand on the button's answer and its label."""
    if Can.BUTTON not in can:
        return ()
    return tuple(
        Button(
            label=_("Ask in %(room)s") % {"room": in_a_room(room.name)},
            words=f"ask in #{room.name.removeprefix('#')}: {question}",
        )
        for room in rooms
    )


def _remarks(found: Found) -> tuple[str, ...]:
    return (*found.remarks, *((found.words_only,) if found.words_only else ()))


def _foot(asking: Asking, rooms: list[RoomThere]) -> tuple[str, ...]:
    looked = _("Looked in the rooms and notes that you may read.")
    if Can.BUTTON in asking.can:
        return (looked,)
    replies = [_("Reply “helped” to thank them")]
    if rooms:
        replies.append(_("“ask in %(room)s: …” to ask there") % {"room": in_a_room(rooms[0].name)})
    replies.append(_("“forget me” at any time"))
    return (looked, ", ".join(replies) + ".", why_it_came())


def _nothing(found: Found, question: str, rooms: list[RoomThere], can: frozenset[Can]) -> Body:
    lines = [*_remarks(found)]
    if found.sealed:
        lines.append(_("Not looked into, because still sealed: %(rooms)s.") % {"rooms": ", ".join(found.sealed)})
    if found.behind_seconds > 1:
        lines.append(
            _("What was said in the last %(seconds)s seconds is not in yet.") % {"seconds": found.behind_seconds}
        )
    if rooms and Can.BUTTON not in can:
        lines.append(
            _("To ask people, reply “ask in %(room)s:” and your question.") % {"room": in_a_room(rooms[0].name)}
        )
    return Body(
        title=_("Nothing that you may read answers this yet"),
        lines=tuple(lines),
        buttons=_to_ask(question, rooms, can),
        foot=(_("Looked in the rooms and notes that you may read."),),
    )


def _with_lines(body: Body, lines: tuple[str, ...]) -> Body:
    return Body(title=body.title, lines=lines, items=body.items, buttons=body.buttons, foot=body.foot)

"""From the inbox to what follows: rows, and what goes out. Each thing is done and marked as done in one transaction."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from alongside.bridges.actions.flowing import KIND as KIND_OF_FEEDS
from alongside.bridges.actions.flowing import flow_on
from alongside.bridges.actions.following import (
    come_in,
    follow_member,
    follow_moved,
    follow_number,
    go_out,
    known_accounts,
    see_account,
    see_room,
)
from alongside.bridges.actions.intake import DealtWith, finish, try_later
from alongside.bridges.actions.telling import tell_of_new
from alongside.bridges.acts import rooms, thanking
from alongside.bridges.acts.acting import BY_THEMSELVES, done
from alongside.bridges.acts.asking import Answer, Asking, NeedsThread, said
from alongside.bridges.acts.saying import put_out_as, say_answer
from alongside.bridges.pace import pace
from alongside.bridges.port import (
    AccountSeen,
    Anything,
    Bounced,
    Can,
    CannotHear,
    Commanded,
    Deleted,
    InvitedIn,
    Joined,
    Left,
    Moved,
    PutOut,
    Reacted,
    Renumbered,
    RoomSeen,
    Said,
    Sign,
    decoded,
)
from alongside.bridges.queries import (
    BridgeFacts,
    NewArrival,
    unscoped_account,
    unscoped_contexts_of,
    unscoped_known_messages,
    unscoped_new_arrivals,
    unscoped_room,
)
from alongside.bridges.rules import Act, ActName, Pace, act_of, was_before_restore
from alongside.conversations.actions.keeping_out import follow_away, keep_out
from alongside.conversations.actions.messages import TakenIn
from alongside.conversations.models import Room
from alongside.conversations.rules import Said as SaidThere
from alongside.kit import clock
from alongside.kit.faults import fault_of
from alongside.letters.actions import give_up_all_for
from alongside.notes.actions.said import move_said, remove_said, take_in_said
from alongside.people.queries import unscoped_restore, unscoped_viewer_of_account

AT_ONCE = 500
logger = logging.getLogger("alongside.bridges")


@dataclass(frozen=True, slots=True)
class Needs:
    """An arrival that goes on once a thread was fetched from the tool."""

    row: NewArrival
    room: str
    context: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    """An arrival of a webhook that goes on once the tool was asked what it is about."""

    arrival_id: int
    event: Anything


@dataclass(frozen=True, slots=True)
class Handled:
    """How many arrivals were dealt with, and what the first one that could not be needs."""

    count: int
    needs: Needs | Incomplete | None = None


def handle_due(_actor: None, *, bridge: BridgeFacts, can: frozenset[Can]) -> Handled:
    """Deal with what came, in its order. What cannot be dealt with now holds up the rest, and is tried again.

    Whatever a tool sends ends no process. Raises what is the fault of the store or the disk.
    """
    count = 0
    for rows, events in _together(unscoped_new_arrivals(bridge.bridge_id, clock.now(), AT_ONCE)):
        for some, these in _as_one_or_each(bridge, can, rows, events):
            if these and some[0].is_to_complete and _may_be_about_ours(these[0]):
                return Handled(count, Incomplete(some[0].arrival_id, these[0]))
            try:
                if these:
                    _handle(bridge, can, some, these)
            except NeedsThread as needs:
                return Handled(count, Needs(some[0], needs.room.source_id, needs.context))
            except DealtWith:
                logger.info("An event of %s was dealt with by another process.", bridge.name)
            except Exception as error:
                if fault_of(error):  # not this event's: it waits for the store as long as that takes
                    raise
                logger.warning("An event of %s could not be dealt with (%s).", bridge.name, type(error).__name__)
                if try_later(None, arrival_id=some[0].arrival_id):
                    return Handled(count)
            count += len(some)
    return Handled(count)


def _as_one_or_each(
    bridge: BridgeFacts, can: frozenset[Can], rows: list[NewArrival], events: list[Anything]
) -> Iterator[tuple[list[NewArrival], list[Anything]]]:
    """Several messages at once; where one of them is in the way of the others, each by itself. No events: done."""
    if len(rows) > 1:
        try:
            _handle(bridge, can, rows, events)
        except Exception:  # noqa: BLE001 (which one it is shows when each is tried by itself)
            yield from (([row], [event]) for row, event in zip(rows, events, strict=True))
        else:
            yield rows, []
        return
    yield rows, events


def handle_with_thread(
    _actor: None, *, bridge: BridgeFacts, can: frozenset[Can], needs: Needs, thread: Sequence[Said]
) -> None:
    """Take in the thread that an act is about, then do the act. What is in the way of that is tried again later."""
    try:
        with transaction.atomic():
            finish(None, arrival_ids=[needs.row.arrival_id])
            if said := [one for one in thread if not one.is_to_us]:  # what was an act is nobody's to keep
                _take_in(bridge, said)
            _act_on(bridge, can, needs.row, decoded(needs.row.body), is_thread_here=True)
    except DealtWith:
        return
    except Exception as error:
        if fault_of(error):
            raise
        logger.warning("An act in %s could not be done with its thread (%s).", bridge.name, type(error).__name__)
        try_later(None, arrival_id=needs.row.arrival_id)


def _together(arrivals: Sequence[NewArrival]) -> Iterator[tuple[list[NewArrival], list[Anything]]]:
    """Arrivals one by one, but plain messages that follow on each other at once."""
    rows: list[NewArrival] = []
    events: list[Anything] = []
    for row in arrivals:
        event = _decoded(row)
        if event is None:
            continue
        if rows and not (_is_plain(event) and _is_plain(events[-1])):
            yield rows, events
            rows, events = [], []
        rows.append(row)
        events.append(event)
    if rows:
        yield rows, events


def _decoded(row: NewArrival) -> Anything | None:
    try:
        return decoded(row.body)
    except msgspec.MsgspecError:  # written by an older or newer version of ours
        logger.warning("An event in the inbox cannot be read any more and was left.")
        with suppress(DealtWith):
            finish(None, arrival_ids=[row.arrival_id])
        return None


def _is_plain(event: Anything) -> bool:
    return isinstance(event, Said) and not event.is_to_us


def _may_be_about_ours(event: Anything) -> bool:
    return isinstance(event, Reacted) or (isinstance(event, Said) and event.is_to_us)


def _handle(bridge: BridgeFacts, can: frozenset[Can], rows: list[NewArrival], events: list[Anything]) -> None:
    first = events[0]
    if not _is_plain(first) and isinstance(first, Said | Commanded) and act_of(first.words).name in BY_THEMSELVES:
        _answer(bridge, can, rows[0], first)
        return
    with transaction.atomic():
        finish(None, arrival_ids=[row.arrival_id for row in rows])
        if _is_plain(first):
            _take_in(bridge, [event for event in events if isinstance(event, Said)])
        else:
            _follow(bridge, can, rows[0], first)


def _follow(bridge: BridgeFacts, can: frozenset[Can], row: NewArrival, event: Anything) -> None:
    match event:
        case Said() | Commanded():
            _act_on(bridge, can, row, event)
        case Reacted():
            _react(bridge, can, row, event)
        case InvitedIn():
            _come_in(bridge, row, event)
        case CannotHear():
            _cannot_hear(bridge, can, row, event)
        case AccountSeen():
            see_account(None, bridge=bridge, seen=event)
        case RoomSeen():
            see_room(None, bridge=bridge, seen=event)
        case Joined() | Left():
            follow_member(None, bridge=bridge, event=event)
        case _:
            _end(bridge, event)


def _end(bridge: BridgeFacts, event: Anything) -> None:
    """Something is not there any more, or not where it was."""
    match event:
        case PutOut():
            go_out(None, bridge=bridge, event=event)
        case Deleted():
            _remove(bridge, event)
        case Moved():
            _move(bridge, event)
        case Renumbered():
            follow_number(None, bridge=bridge, event=event)
        case Bounced():
            _bounce(bridge, event)


def _take_in(bridge: BridgeFacts, said: Sequence[Said]) -> TakenIn:
    rooms_here = {
        room.source_id: room
        for room in Room.objects.filter(connection_id=bridge.connection_id, source_id__in={one.room for one in said})
    }
    accounts = known_accounts(
        None, bridge=bridge, source_ids={one.account for one in said} | {who for one in said for who in one.mentions}
    )
    values = [
        _as_said(one, rooms_here[one.room], accounts)
        for one in said
        if one.room in rooms_here and one.account[:200] in accounts
    ]
    taken = take_in_said(
        None,
        said=values,
        audiences={room.pk: room.audience_id for room in rooms_here.values()},
        brought_by=None,
    )
    restore = unscoped_restore()
    new = [one for one in taken.said if not was_before_restore(one.said_at, restore)]
    tell_of_new(None, said=new)
    if bridge.kind == KIND_OF_FEEDS:
        flow_on(None, said=new)
    return taken


def _as_said(one: Said, room: Room, accounts: dict[str, int]) -> SaidThere:
    return SaidThere(
        source_id=one.source_id,
        room_id=room.pk,
        author_id=accounts[one.account[:200]],
        html=one.html,
        text=one.text,
        said_at=one.said_at,
        context=one.context if room.is_threaded or one.context else None,
        reply_to=one.reply_to,
        subject=one.subject,
        edited_at=one.edited_at,
        url=one.url,
        mentions=tuple(accounts[who[:200]] for who in one.mentions if who[:200] in accounts),
    )


def _act_on(
    bridge: BridgeFacts, can: frozenset[Can], row: NewArrival, event: Any, *, is_thread_here: bool = False
) -> None:
    """Somebody's act."""
    asking = _to_answer(bridge, can, row, event, is_thread_here=is_thread_here)
    if asking is not None:
        say_answer(bridge, row, asking, _answered(asking, row.came_at))


def _answer(bridge: BridgeFacts, can: frozenset[Can], row: NewArrival, event: Said | Commanded) -> None:
    """An act that reads, or goes in steps of its own: done first, so that nobody waits for it to write."""
    asking = _to_answer(bridge, can, row, event)
    answer = Answer() if asking is None else _answered(asking, row.came_at)
    with transaction.atomic():
        finish(None, arrival_ids=[row.arrival_id])
        if asking is not None:
            say_answer(bridge, row, asking, answer)


def _answered(asking: Asking, came_at: datetime) -> Answer:
    match Pace.FINE if asking.is_thread_here else pace(asking.account_id, came_at):
        case Pace.SLOW_DOWN:
            return said(_("That was faster than I can answer. Wait a minute, and say it again."))
        case Pace.PASSED_BY:
            return Answer()
        case _:
            return done(asking)


def _to_answer(
    bridge: BridgeFacts, can: frozenset[Can], row: NewArrival, event: Any, *, is_thread_here: bool = False
) -> Asking | None:
    """Nobody is answered for what they said to a store of which a backup has taken the place."""
    was_done = was_before_restore(_at(event, row.came_at), unscoped_restore())
    return None if was_done else _asking(bridge, can, event, is_thread_here=is_thread_here)


def _asking(bridge: BridgeFacts, can: frozenset[Can], event: Any, *, is_thread_here: bool) -> Asking | None:
    """None for whoever is not known, or is deactivated in the tool."""
    source_id = event.account[:200]
    account_id = known_accounts(None, bridge=bridge, source_ids=[source_id]).get(source_id)
    viewer = unscoped_viewer_of_account(account_id) if account_id else None
    if account_id is None or viewer is None:
        return None
    is_said = isinstance(event, Said)
    act = _act_of_reaction(event) if isinstance(event, Reacted) else act_of(event.words)
    if is_said and event.edited_at is not None and act.name is not ActName.FIND:
        return (
            None  # mending a letter of it posts, keeps and forgets nothing a second time; a question is looked up anew
        )
    return Asking(
        bridge=bridge,
        can=can,
        viewer=viewer,
        account_id=account_id,
        account=source_id,
        act=act,
        room=unscoped_room(bridge.connection_id, event.room) if event.room else None,
        context=_thread_of(event),
        message=event.reply_to if is_said else event.source_id if isinstance(event, Reacted) else event.message,
        said_in=event.source_id if is_said else "",
        about=tuple(event.about.split()),
        fields=event.fields if isinstance(event, Commanded) else {},
        subject=event.subject if is_said else "",
        reply="" if is_said or isinstance(event, Reacted) else event.reply,
        trigger="" if isinstance(event, Reacted) else event.trigger,
        is_thread_here=is_thread_here,
    )


def _at(event: Any, came_at: datetime) -> datetime:
    at: datetime | None = event.said_at if isinstance(event, Said) else getattr(event, "at", None)
    return at or came_at


def _thread_of(event: Any) -> str:
    """The thread in which something was said to us; not the one that the words to us would begin."""
    if isinstance(event, Reacted):
        return str(event.source_id)
    if isinstance(event, Said):
        return event.context if event.context and event.context != event.source_id else ""
    return str(event.context)


def _act_of_reaction(event: Reacted) -> Act:
    return Act(ActName.KEEP if event.sign is Sign.KEEP else ActName.HELPED)


def _come_in(bridge: BridgeFacts, row: NewArrival, event: InvitedIn) -> None:
    room = come_in(None, bridge=bridge, event=event)
    if room is None:
        return
    by = unscoped_account(bridge.connection_id, event.by[:200])
    outgoing = rooms.here_now(bridge.connection_id, room, by.name if by else "", by.pk if by else None)
    put_out_as(outgoing, f"here-{bridge.bridge_id}-{row.arrival_id}")


def _cannot_hear(bridge: BridgeFacts, can: frozenset[Can], row: NewArrival, event: CannotHear) -> None:
    """It stops at once, and says why: in the room, once however often the tool is listened to anew meanwhile; or to
    who asked it in.
    """
    if event.is_in:
        go_out(None, bridge=bridge, event=PutOut(room=event.room))
        key, account_id = f"farewell-{bridge.bridge_id}-{sha256(event.room.encode()).hexdigest()[:40]}", None
    else:
        account_id = known_accounts(None, bridge=bridge, source_ids=[event.by]).get(event.by[:200])
        if account_id is None or Can.DIRECT not in can:
            return
        key = f"not-here-{bridge.bridge_id}-{row.arrival_id}"
    put_out_as(rooms.not_here(bridge.connection_id, event, account_id), key)


def _remove(bridge: BridgeFacts, event: Deleted) -> None:
    """What comes after its deletion, itself or an edit of it, never comes in."""
    room = unscoped_room(bridge.connection_id, event.room)
    if room is None:
        return
    if ids := unscoped_known_messages(room.room_id, [event.source_id]):
        remove_said(None, message_ids=list(ids.values()))
    keep_out(None, room_id=room.room_id, source_ids=[event.source_id])


def _move(bridge: BridgeFacts, event: Moved) -> None:
    """Where nobody asked Alongside in, it hears nothing: what moves there is not here any more."""
    room, to_room = (unscoped_room(bridge.connection_id, one) for one in (event.room, event.to_room))
    ids_of_rooms = (room.room_id if room else None, to_room.room_id if to_room else None)
    follow_away(None, source_ids=event.source_ids, room_id=ids_of_rooms[0], to_room_id=ids_of_rooms[1])
    if room is None:
        return
    ids = list(unscoped_known_messages(room.room_id, event.source_ids).values())
    contexts = unscoped_contexts_of(ids) | set(event.source_ids)
    if to_room is None or not to_room.is_there:
        remove_said(None, message_ids=ids)
        follow_moved(None, room_id=room.room_id, contexts=contexts, to=None)
    else:
        move_said(None, message_ids=ids, room_id=to_room.room_id, context=event.to_context)
        follow_moved(None, room_id=room.room_id, contexts=contexts, to=(to_room.room_id, event.to_context))


def _react(bridge: BridgeFacts, can: frozenset[Can], row: NewArrival, event: Reacted) -> None:
    """On a post of ours, or to keep a thread, it is an act; on somebody's message it is a fact of that message."""
    if event.sign is Sign.KEEP or event.about:
        if not event.is_taken_back:
            _act_on(bridge, can, row, event)
        return
    asking = _asking(bridge, can, event, is_thread_here=True)
    if asking is not None:
        thanking.sign_of_message(asking, event.sign, is_taken_back=event.is_taken_back)


def _bounce(bridge: BridgeFacts, event: Bounced) -> None:
    account = unscoped_account(bridge.connection_id, event.account[:200])
    if account is not None and event.is_permanent:
        give_up_all_for(None, account_id=account.pk, reason=f"It came back: {event.reason}"[:300])

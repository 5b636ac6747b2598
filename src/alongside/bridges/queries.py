"""Reads of connections, their inbox, and the rooms that Alongside is in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import takewhile
from typing import Any

from django.db import connection

from alongside.audiences.models import Audience
from alongside.audiences.queries import shared_by, unscoped_audience
from alongside.audiences.rules import OPEN_KINDS, Kind
from alongside.bridges.models import Arrival, Bridge, Followed, Presence
from alongside.bridges.port import Can, Reach, RoomSeen
from alongside.bridges.registry import adapter_class
from alongside.bridges.rules import ArrivalState, Listens, may_say_there
from alongside.conversations.models import Conversation, Message
from alongside.conversations.reading import time_of
from alongside.people.models import Account
from alongside.people.queries import unscoped_viewers_of_accounts
from alongside.people.rules import NOBODY, Viewer

_REACHES = {
    Kind.WORLD: Reach.WORLD,
    Kind.ORGANISATION: Reach.ORGANISATION,
    Kind.CLOSED: Reach.MEMBERS,
    Kind.ALL_OF: Reach.MEMBERS,
}


@dataclass(frozen=True, slots=True)
class BridgeFacts:
    """A connection as a process needs it that opens it."""

    bridge_id: int
    connection_id: int
    kind: str
    name: str
    tool: str
    cursor: str
    sealed_settings: str
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class NewArrival:
    """Something in the inbox that has to be dealt with."""

    arrival_id: int
    remote_id: str
    version: str
    body: bytes
    came_at: datetime
    is_to_complete: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """How a connection is, for its page and for `check`."""

    bridge_id: int
    kind: str
    name: str
    is_on: bool
    problem: str
    problem_since: datetime | None
    is_permanent: bool
    heard_at: datetime | None
    connection_id: int
    waiting_in: bool


@dataclass(frozen=True, slots=True)
class RoomThere:
    """A room, as what is said in it needs it."""

    room_id: int
    source_id: str
    name: str
    audience_id: int
    url: str
    is_there: bool
    listens: Listens
    has_strangers: bool
    are_members_known: bool


@dataclass(frozen=True, slots=True)
class AccountThere:
    """An account as what is written to it needs it."""

    account_id: int
    connection_id: int
    source_id: str


def unscoped_bridges(*, only_on: bool = True) -> list[BridgeFacts]:
    rows = Bridge.objects.select_related("connection").order_by("id")
    return [_facts(row) for row in (rows.filter(is_on=True) if only_on else rows)]


def unscoped_bridge(bridge_id: int) -> BridgeFacts:
    return _facts(Bridge.objects.select_related("connection").get(pk=bridge_id))


def _facts(row: Bridge) -> BridgeFacts:
    return BridgeFacts(
        bridge_id=row.pk,
        connection_id=row.connection_id,
        kind=row.kind,
        name=row.connection.name,
        tool=row.connection.tool,
        cursor=row.cursor,
        sealed_settings=row.sealed_settings,
        owner_id=row.owner_id,
    )


def unscoped_health() -> list[Health]:
    waiting = set(Arrival.objects.filter(state=ArrivalState.NEW.value).values_list("bridge_id", flat=True).distinct())
    return [
        Health(
            bridge_id=row.pk,
            kind=row.kind,
            name=row.connection.name,
            is_on=row.is_on,
            problem=row.problem,
            problem_since=row.problem_since,
            is_permanent=row.is_problem_permanent,
            heard_at=row.heard_at,
            connection_id=row.connection_id,
            waiting_in=row.pk in waiting,
        )
        for row in Bridge.objects.select_related("connection").order_by("connection__name", "id")
    ]


def unscoped_rooms_there(connection_id: int) -> list[str]:
    """Source ids of the rooms in which Alongside is."""
    rows = Presence.objects.filter(room__connection_id=connection_id, is_there=True).order_by("id")
    return list(rows.values_list("room__source_id", flat=True))


def unscoped_room(connection_id: int, source_id: str) -> RoomThere | None:
    return next(iter(unscoped_rooms(connection_id, [source_id])), None)


# By hand, and the same for both stores: asked with everything that comes and with every question.
_ROOMS = (
    "SELECT r.id, r.source_id, r.name, r.audience_id, r.url, p.is_there, p.listens, p.has_strangers, p.are_members_known"
    " FROM conversations_room r LEFT JOIN bridges_presence p ON p.room_id = r.id"
)


def unscoped_rooms(connection_id: int, source_ids: Collection[str]) -> list[RoomThere]:
    """One query, however many, and none for none."""
    if not source_ids:
        return []
    where = f" WHERE r.connection_id = %s AND r.source_id IN ({_marks(source_ids)})"
    return _rooms_there(_ROOMS + where, [connection_id, *source_ids])


def _marks(values: Collection[Any]) -> str:
    return ", ".join("%s" for _ in values) or "NULL"


def _rooms_there(sql: str, params: Sequence[Any]) -> list[RoomThere]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [
            RoomThere(
                room_id,
                source_id,
                name,
                audience_id,
                url,
                bool(is_there),
                Listens(listens or Listens.WHEN_ASKED),
                has_strangers is None or bool(has_strangers),  # nothing is known of a room in which we never were
                bool(are_known),
            )
            for room_id, source_id, name, audience_id, url, is_there, listens, has_strangers, are_known in cursor
        ]


def rooms_to_ask_in(
    viewer: Viewer, connection_id: int, *, first: int | None = None, limit: int | None = None
) -> list[RoomThere]:
    """Rooms of a tool in which Alongside is and the viewer hears: where it may post a question of theirs. By name,
    but the `first` one before them. One query, however many.
    """
    heard, params = _hears_there(viewer)
    where = (
        f" JOIN audiences_audience a ON a.id = r.audience_id WHERE r.connection_id = %s AND p.is_there AND {heard}"
        " ORDER BY r.id <> %s, r.name, r.id"
    )
    limited = ("", []) if limit is None else (" LIMIT %s", [limit])
    return _rooms_there(_ROOMS + where + limited[0], [connection_id, *params, first or 0, *limited[1]])


def is_hearer_of(viewer: Viewer, room: RoomThere) -> bool:
    """Whether somebody is in a room: a full member in an open one, one of its members in a closed one."""
    heard, params = _hears_there(viewer)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM audiences_audience a WHERE a.id = %s AND {heard}", [room.audience_id, *params])
        return cursor.fetchone() is not None


def is_heard_by_others(viewer: Viewer, room: RoomThere) -> bool:
    """Whether anybody but the viewer reads what is said in a room: not in that of what they forwarded."""
    facts = unscoped_audience(room.audience_id)
    others = facts.hearers.account_ids.difference(viewer.account_ids) or facts.hearers.person_ids - {viewer.person_id}
    return facts.kind is not Kind.CLOSED or not room.are_members_known or room.has_strangers or bool(others)


def _hears_there(viewer: Viewer) -> tuple[str, list[Any]]:
    """That a viewer hears in an audience called `a`, in SQL, with what is bound into it."""
    kinds = [kind.value for kind in OPEN_KINDS] if viewer.reads_organisation else []
    sql = (
        f"NOT a.is_sealed AND (a.kind IN ({_marks(kinds)}) OR EXISTS (SELECT 1 FROM audiences_hearer h"
        f" WHERE h.audience_id = a.id AND (h.account_id IN ({_marks(viewer.account_ids)}) OR h.person_id = %s)))"
    )
    return sql, [*kinds, *viewer.account_ids, viewer.person_id]


def unscoped_hearers_together(room: RoomThere) -> Viewer | None:
    """Everybody who hears in a room, as one reader. None: somebody there is unknown, so that nothing may be said.

    In a room that the organisation may read every full member hears, so only what all of them read is left.
    """
    facts = unscoped_audience(room.audience_id)
    guests = Account.objects.filter(pk__in=facts.hearers.account_ids, is_guest=True, is_deactivated=False)
    if facts.is_sealed or not may_say_there(
        are_members_known=room.are_members_known, has_strangers=room.has_strangers, has_guests=guests.exists()
    ):
        return None
    if facts.kind is Kind.WORLD:
        return NOBODY
    if facts.kind is Kind.ORGANISATION:
        return Viewer(None, (), reads_organisation=True, shares=frozenset())
    viewers = unscoped_viewers_of_accounts(facts.hearers.account_ids)
    return shared_by(viewers) if viewers else None


def unscoped_hearers_mark(room: RoomThere) -> str:
    """Who hears in a room now, as a digest: another when somebody comes, goes, or is known no more."""
    facts = unscoped_audience(room.audience_id)
    guests = Account.objects.filter(pk__in=facts.hearers.account_ids, is_guest=True).order_by("id")
    heard = (
        room.audience_id, facts.kind.value, facts.is_sealed, sorted(facts.hearers.account_ids),
        sorted(facts.hearers.person_ids), list(guests.values_list("id", flat=True)),
        room.is_there, room.has_strangers, room.are_members_known,
    )  # fmt: skip
    return sha256(repr(heard).encode()).hexdigest()[:32]


def unscoped_are_followed(threads: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Of threads, each by its room's row and its id, those that are followed. One query, or none for no threads."""
    if not threads:
        return set()
    rows = Followed.objects.filter(room_id__in={room for room, _ in threads}, context__in={one for _, one in threads})
    return set(rows.values_list("room_id", "context")) & set(threads)


def unscoped_are_known(messages: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Of messages, each by its room's row and its id, those that are here. One query, or none for no messages."""
    if not messages:
        return set()
    rows = Message.objects.filter(
        room_id__in={room for room, _ in messages}, source_id__in={one for _, one in messages}
    )
    return set(rows.values_list("room_id", "source_id")) & set(messages)


def unscoped_known_messages(room_id: int, source_ids: Collection[str]) -> dict[str, int]:
    """Rows of messages that are here already, by their id in the tool."""
    rows = Message.objects.filter(room_id=room_id, source_id__in=source_ids)
    return dict(rows.values_list("source_id", "id"))


def unscoped_contexts_of(message_ids: Collection[int]) -> set[str]:
    """The threads, as their tool names them, in which these messages stand."""
    rows = Conversation.objects.filter(pk__in=Message.objects.filter(pk__in=message_ids).values("conversation_id"))
    return set(rows.values_list("source_id", flat=True)) - {""}


def unscoped_conversation_of(room_id: int, context: str) -> str | None:
    """The public id of a thread, when something of it is here: what is not sealed, where an archive brought some of it."""
    at = Message.objects.filter(room_id=room_id, source_id=context)
    thread = at.values_list("conversation__source_id", flat=True).first() or context
    of_thread = Conversation.objects.filter(room_id=room_id, source_id=thread)
    return of_thread.order_by("audience__is_sealed", "id").values_list("public_id", flat=True).first()


def unscoped_thread_followed(followed_id: int) -> tuple[int, str] | None:
    """A thread by its row: its room's row and its id there."""
    return Followed.objects.filter(pk=followed_id).values_list("room_id", "context").first()


def unscoped_thread_of_conversation(conversation_id: int) -> tuple[int, str] | None:
    """The same of a conversation."""
    return Conversation.objects.filter(pk=conversation_id).values_list("room_id", "source_id").first()


def unscoped_account_name(connection_id: int, source_id: str) -> str:
    """For an adapter that was told an id only. Empty for nobody known."""
    found = Account.objects.filter(connection_id=connection_id, source_id=source_id)
    return found.values_list("name", flat=True).first() or ""


def unscoped_account_in(viewer: Viewer, account_id: int, connection_id: int) -> str:
    """Who the viewer is in a tool, by their id there: the account that acts, or else the first one of theirs. Empty
    for who has none there; what they are called in another tool, a mail address say, is nothing for this one.
    """
    here = Account.objects.filter(pk__in=viewer.account_ids, connection_id=connection_id, is_deactivated=False)
    known = dict(here.order_by("id").values_list("id", "source_id"))
    return known.get(account_id) or next(iter(known.values()), "")


def account_for_files(viewer: Viewer) -> AccountThere | None:
    """An account of the viewer's in a tool that takes files along with what is written to them."""
    connections = [one.connection_id for one in unscoped_bridges_for_files()]
    mine = Account.objects.filter(pk__in=viewer.account_ids, connection_id__in=connections, is_deactivated=False)
    found = mine.order_by("id").first()
    return AccountThere(found.pk, found.connection_id, found.source_id) if found else None


def unscoped_bridges_for_files() -> list[BridgeFacts]:
    return [one for one in unscoped_bridges() if Can.FILE in adapter_class(one.kind).can]


def unscoped_room_as_seen(connection_id: int, source_id: str) -> RoomSeen | None:
    """A room as its tool told it last; of one that the organisation reads the members are its guests."""
    row = (
        Presence.objects.select_related("room")
        .filter(room__connection_id=connection_id, room__source_id=source_id)
        .first()
    )
    if row is None:
        return None
    facts = unscoped_audience(row.room.audience_id)
    members = Account.objects.filter(pk__in=facts.hearers.account_ids).order_by("id")
    return RoomSeen(
        source_id=source_id,
        name=row.room.name,
        reach=_REACHES[facts.kind],
        members=tuple(members.values_list("source_id", flat=True)) if row.are_members_known else None,
        url=row.room.url,
        is_threaded=row.room.is_threaded,
        hides_earlier=row.hides_earlier,
        has_strangers=row.has_strangers,
    )


def unscoped_account(connection_id: int, source_id: str) -> Account | None:
    found = Account.objects.filter(connection_id=connection_id, source_id=source_id)
    return found.select_related("person").first()


def unscoped_account_by_row(account_id: int | None) -> Account | None:
    """None for nobody, and for somebody deactivated."""
    return Account.objects.filter(pk=account_id or 0, is_deactivated=False).first()


def unscoped_new_arrivals(bridge_id: int, now: datetime, limit: int) -> Sequence[NewArrival]:
    """In the order in which they came; one that waits for another try holds up what came after it, so that an edit
    is never dealt with before what it edits. By hand: asked many times a second, and of everything that is said.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT due_at > %s, id, remote_id, version, body, came_at, is_to_complete FROM bridges_arrival"
            " WHERE bridge_id = %s AND state = %s ORDER BY id LIMIT %s",
            [connection.ops.adapt_datetimefield_value(now), bridge_id, ArrivalState.NEW.value, limit],
        )
        rows = takewhile(lambda row: not row[0], cursor.fetchall())
        return [
            NewArrival(key, remote_id, version, bytes(body), time_of(came_at), bool(is_to_complete))
            for _, key, remote_id, version, body, came_at, is_to_complete in rows
        ]


def unscoped_sealed_before(room: RoomThere) -> list[int]:
    """Sealed audiences of what an archive brought of this room."""
    ids = (
        Conversation.objects.filter(room_id=room.room_id).order_by("audience_id").values_list("audience_id", flat=True)
    )
    return list(Audience.objects.filter(pk__in=ids.distinct(), is_sealed=True).values_list("id", flat=True))

"""Accounts and rooms as their tool says they are: who is who, who hears where, where Alongside is."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Replace

from alongside.audiences.queries import unscoped_audience
from alongside.audiences.rules import Kind
from alongside.bridges.models import Followed, Presence
from alongside.bridges.port import AccountSeen, InvitedIn, Joined, Left, PutOut, Reach, Renumbered, RoomSeen
from alongside.bridges.queries import BridgeFacts, RoomThere, is_hearer_of, unscoped_room
from alongside.bridges.rules import Listens, may_ask_to_remember
from alongside.conversations.actions.moving import renumber
from alongside.conversations.actions.rooms import keep_room, leave_earlier
from alongside.conversations.models import Conversation, Message, Room
from alongside.conversations.rules import RoomSaid
from alongside.kit.refused import Refused
from alongside.people.actions import keep_accounts
from alongside.people.models import Account
from alongside.people.rules import AccountSaid, Viewer

_KINDS = {Reach.WORLD: Kind.WORLD, Reach.ORGANISATION: Kind.ORGANISATION, Reach.MEMBERS: Kind.CLOSED}


def see_account(_actor: None, *, bridge: BridgeFacts, seen: AccountSeen) -> None:
    said = AccountSaid(
        source_id=seen.source_id[:200],
        name=seen.name[:200] or seen.source_id[:200],
        handle=seen.handle[:200],
        email=seen.email[:320],
        is_guest=seen.is_guest,
        is_deactivated=seen.is_deactivated,
    )
    before = keep_accounts(None, connection_id=bridge.connection_id, said=[said], brought_by=None).before
    if seen.is_guest and any(not one["is_guest"] for one in before):
        # In which open rooms they are was not written down, as long as they read all of them: nobody there is sure now.
        open_rooms = Presence.objects.filter(room__connection_id=bridge.connection_id)
        open_rooms.exclude(room__audience__kind=Kind.CLOSED.value).update(are_members_known=False)


def known_accounts(_actor: None, *, bridge: BridgeFacts, source_ids: Collection[str]) -> dict[str, int]:
    """Rows of accounts. One that the tool named before it said who it is begins as a guest, who reads nothing by that."""
    wanted = {one[:200] for one in source_ids if one}
    here = Account.objects.filter(connection_id=bridge.connection_id, source_id__in=wanted)
    known = dict(here.values_list("source_id", "id"))
    if missing := [AccountSaid(one, one, is_guest=True) for one in sorted(wanted - set(known))]:
        known |= keep_accounts(None, connection_id=bridge.connection_id, said=missing, brought_by=None).ids
    return known


def see_room(_actor: None, *, bridge: BridgeFacts, seen: RoomSeen) -> Room:
    """Follow a room: its name, who reads it, its members. Until they are known nobody reads a closed one."""
    members = known_accounts(None, bridge=bridge, source_ids=seen.members or ())
    with transaction.atomic():
        room = keep_room(
            None,
            connection_id=bridge.connection_id,
            said=_said_of(seen, members),
            is_try_out=False,
            brought_by=None,
            is_live=True,
        ).room
        Presence.objects.update_or_create(
            room=room,
            defaults={
                "has_strangers": seen.has_strangers,
                "are_members_known": seen.members is not None,
                "hides_earlier": seen.hides_earlier,
            },
        )
    return room


def _said_of(seen: RoomSeen, members: dict[str, int]) -> RoomSaid:
    kind = _KINDS[seen.reach]
    return RoomSaid(
        source_id=seen.source_id[:300],
        name=seen.name[:200] or seen.source_id[:200],
        kind=kind,
        hearers=_hearers(kind, members.values()),
        are_hearers_known=seen.members is not None,
        everybody=None if seen.members is None else tuple(members.values()),
        url=seen.url[:1000],
        is_threaded=seen.is_threaded,
        hides_earlier=seen.hides_earlier,
    )


def _hearers(kind: Kind, account_ids: Collection[int]) -> tuple[int, ...]:
    """Of a closed room everybody; of one that the organisation reads those who are not of the organisation."""
    if kind is Kind.CLOSED:
        return tuple(sorted(account_ids))
    if kind is Kind.WORLD:
        return ()
    guests = Account.objects.filter(pk__in=account_ids, is_guest=True).values_list("id", flat=True)
    return tuple(sorted(guests))


def follow_member(_actor: None, *, bridge: BridgeFacts, event: Joined | Left) -> None:
    """Somebody came into a room or left it."""
    room = Room.objects.filter(connection_id=bridge.connection_id, source_id=event.room).first()
    if room is None:
        return
    account_id = known_accounts(None, bridge=bridge, source_ids=[event.account]).get(event.account[:200])
    if account_id is None:  # forgotten: nothing is known of them any more
        return
    facts = unscoped_audience(room.audience_id)
    now = set(facts.hearers.account_ids)
    now = now | {account_id} if isinstance(event, Joined) else now - {account_id}
    presence = Presence.objects.select_related("room").filter(room=room).first()
    if presence is None or (facts.kind is Kind.CLOSED and not presence.are_members_known):
        return  # nobody reads it yet; who came is told with all its members
    _keep_hearers_of(presence, facts.kind, now)
    if isinstance(event, Left) and facts.kind is not Kind.CLOSED:  # a closed one's earlier audiences follow its own
        leave_earlier(None, room=room, account_id=account_id)


def _keep_hearers_of(presence: Presence, kind: Kind, account_ids: Collection[int] | None) -> None:
    """All stays as it is with a room but who is in it; None: nobody knows."""
    room = presence.room
    said = RoomSaid(
        source_id=room.source_id,
        name=room.name,
        kind=kind,
        hearers=_hearers(kind, account_ids or ()),
        are_hearers_known=account_ids is not None,
        url=room.url,
        is_threaded=room.is_threaded,
        hides_earlier=presence.hides_earlier,
    )
    keep_room(None, connection_id=room.connection_id, said=said, is_try_out=False, brought_by=None, is_live=True)


def come_in(_actor: None, *, bridge: BridgeFacts, event: InvitedIn) -> RoomThere | None:
    """Somebody brought Alongside into a room. None when it was there already."""
    room = _room(bridge, event.room)
    presence, _is_new = Presence.objects.get_or_create(room=room)
    if presence.is_there:
        return None
    presence.is_there, presence.listens = True, Listens.WHEN_ASKED.value
    presence.save(update_fields=["is_there", "listens"])
    return unscoped_room(bridge.connection_id, event.room)


def _room(bridge: BridgeFacts, source_id: str) -> Room:
    """A room that was named before it was told of is closed, and nobody reads it until it is."""
    found = Room.objects.filter(connection_id=bridge.connection_id, source_id=source_id).first()
    if found is not None:
        return found
    return see_room(None, bridge=bridge, seen=RoomSeen(source_id=source_id, name=source_id, reach=Reach.MEMBERS))


def go_out(_actor: None, *, bridge: BridgeFacts, event: PutOut) -> None:
    """Removed from a room it stops at once: nothing more is taken in, and no thread in it is followed.

    Who comes and who leaves is not told to whoever is outside, so that nobody reads what was said in a closed one until
    its members are known again.
    """
    there = Presence.objects.select_related("room")
    presence = there.filter(room__connection_id=bridge.connection_id, room__source_id=event.room).first()
    if presence is None:
        return
    presence.is_there, presence.listens, presence.are_members_known = False, Listens.WHEN_ASKED.value, False
    presence.save(update_fields=["is_there", "listens", "are_members_known"])
    Followed.objects.filter(room=presence.room).delete()
    _keep_hearers_of(presence, unscoped_audience(presence.room.audience_id).kind, None)


def follow_number(_actor: None, *, bridge: BridgeFacts, event: Renumbered) -> None:
    """The same room, by another id; threads in it are followed by theirs."""
    room = Room.objects.filter(connection_id=bridge.connection_id, source_id=event.room).first()
    if room is None:
        return
    to = event.to_room[:300]
    with transaction.atomic():
        known = Room.objects.filter(connection_id=bridge.connection_id, source_id=to)
        # Told of by its new id before we heard that it is another one's: nothing was said in it yet.
        known.exclude(pk__in=Conversation.objects.values("room_id")).delete()
        if known.exists():
            go_out(None, bridge=bridge, event=PutOut(room=event.room))
            return
        Followed.objects.filter(room=room).update(context=Replace(F("context"), Value(event.room), Value(to)))
        renumber(None, room=room, source_id=to)


def listen(actor: Viewer, *, room: RoomThere, listens: Listens) -> None:
    """Its members ask Alongside to remember a room from now on, or to stop. Raises Refused for anybody else."""
    if not may_ask_to_remember(is_member=is_hearer_of(actor, room)):
        raise Refused("Only somebody who is in this room can say that.")
    Presence.objects.filter(room_id=room.room_id).update(listens=listens.value)


def follow_thread(
    _actor: None,
    *,
    room_id: int,
    context: str,
    kept_by: int | None = None,
    asked_by: int | None = None,
    is_quiet: bool = False,
) -> Followed:
    """From now on what is said in this thread is taken in."""
    row, _is_new = Followed.objects.get_or_create(room_id=room_id, context=context)
    row.kept_by_id = kept_by or row.kept_by_id
    row.asked_by_id = asked_by or row.asked_by_id
    row.is_quiet = is_quiet or row.is_quiet
    row.save()
    return row


def follow_moved(_actor: None, *, room_id: int, contexts: Collection[str], to: tuple[int, str] | None) -> None:
    """Threads of which nothing is left in their room are followed where they went; `to` None: nowhere."""
    left = Message.objects.filter(room_id=room_id, conversation__source_id__in=contexts)
    stay = set(left.values_list("conversation__source_id", flat=True))
    went = Followed.objects.filter(room_id=room_id, context__in=set(contexts) - stay)
    for row in went if to is None or to[0] != room_id else went.exclude(context=to[1]):
        if to is not None:
            follow_thread(
                None,
                room_id=to[0],
                context=to[1],
                kept_by=row.kept_by_id,
                asked_by=row.asked_by_id,
                is_quiet=row.is_quiet,
            )
        row.delete()


def end_telling(actor: Viewer, *, threads: Collection[tuple[int, str]] | None = None) -> int:
    """Somebody is told nothing more by itself of these threads (each its room's row and its id), or of none at all.
    One that nobody else asked or kept is not followed any more. How many there were is returned.
    """
    mine = Q(asked_by_id__in=actor.account_ids) | Q(kept_by_id__in=actor.account_ids)
    with transaction.atomic():
        rows = list(Followed.objects.select_for_update().filter(mine))
        ended = [row for row in rows if threads is None or (row.room_id, row.context) in threads]
        for row in ended:
            row.asked_by_id = None if row.asked_by_id in actor.account_ids else row.asked_by_id
            row.kept_by_id = None if row.kept_by_id in actor.account_ids else row.kept_by_id
            row.save(update_fields=["asked_by", "kept_by"])
        Followed.objects.filter(pk__in=[row.pk for row in ended], asked_by=None, kept_by=None).delete()
    return len(ended)

"""Blogs that people let flow in, and what is new in them, told where their owners wanted it."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from alongside.bridges.actions.connecting import connect
from alongside.bridges.actions.following import see_room
from alongside.bridges.models import Bridge, Flow, Presence
from alongside.bridges.port import Body, Item, Post, Reach, RoomSeen, encoded
from alongside.bridges.queries import BridgeFacts, RoomThere, is_hearer_of, unscoped_bridge
from alongside.bridges.registry import adapter_class
from alongside.bridges.rules import Listens
from alongside.conversations.models import Message
from alongside.conversations.rules import Said
from alongside.kit import clock
from alongside.kit.refused import Refused
from alongside.letters.actions import put_out
from alongside.letters.rules import Because
from alongside.people.rules import Viewer
from alongside.search.grounds import of_account, of_message

KIND, KEY = "feed", "feeds"


def let_flow(_actor: None, *, address: str, title: str, account_id: int, room_id: int | None) -> None:
    """A feed becomes a room that the world may read; told once it has something newer than this moment."""
    with transaction.atomic():
        feed = see_room(
            None,
            bridge=_feeds(),
            seen=RoomSeen(source_id=address, name=title, reach=Reach.WORLD, members=(), url=address),
        )
        Presence.objects.filter(room=feed).update(is_there=True, listens=Listens.REMEMBERS.value)
        if not Flow.objects.filter(feed=feed, room=room_id, account_id=account_id).exists():
            Flow.objects.create(feed=feed, room_id=room_id, account_id=account_id, since=clock.now())


def _feeds() -> BridgeFacts:
    """The one connection of feeds; made when the first blog is followed."""
    row = Bridge.objects.filter(kind=KIND, is_on=True).values_list("id", flat=True).first()
    return unscoped_bridge(row) if row else connect(None, kind=KIND, key=KEY, name=_("Blogs"), given=_as_usual())


def _as_usual() -> dict[str, str]:
    return {choice.name: choice.default for choice in adapter_class(KIND).choices}


def end_flows(_actor: None, *, account_ids: Collection[int], address: str = "") -> int:
    """Blogs of these accounts are not followed any more; a feed that nobody follows is not asked again."""
    mine = Flow.objects.filter(account_id__in=account_ids)
    if address:
        mine = mine.filter(feed__source_id__contains=address.rstrip("/"))
    with transaction.atomic():
        feeds = list(mine.values_list("feed_id", flat=True))
        ended, _by_model = mine.delete()
        left = set(Flow.objects.filter(feed_id__in=feeds).values_list("feed_id", flat=True))
        Presence.objects.filter(room_id__in=set(feeds) - left).update(is_there=False)
    return ended


def tell_no_blogs(actor: Viewer, *, room: RoomThere) -> int:
    """What is new in blogs is told in this room no more, because a member of it said so; they are found as before.
    How many there were is returned. Raises Refused for anybody else.
    """
    if not is_hearer_of(actor, room):
        raise Refused(_("Only somebody who is in this room can say that."))
    return Flow.objects.filter(room_id=room.room_id).update(room=None)


def flow_on(_actor: None, *, said: Sequence[Said]) -> None:
    """A new post is told in the room into which its owner let it flow, once; edits and what was there before are not."""
    flows: dict[int, list[Flow]] = {}
    here = Flow.objects.filter(feed_id__in={one.room_id for one in said}, room__isnull=False)
    for flow in here.select_related("room", "feed", "account"):
        flows.setdefault(flow.feed_id, []).append(flow)
    for one in said:
        for flow in flows.get(one.room_id, ()):
            if one.edited_at is None and one.said_at >= flow.since:
                _tell(flow, one)


def _tell(flow: Flow, one: Said) -> None:
    room = flow.room
    message = Message.objects.filter(room_id=one.room_id, source_id=one.source_id).first()
    if room is None or message is None or not Presence.objects.filter(room=room, is_there=True).exists():
        return
    body = Body(
        title=_("New in %(blog)s") % {"blog": flow.feed.name},
        items=(Item(title=one.subject or one.text[:80], link=one.url),),
        foot=(
            _("%(name)s lets their blog flow into this room.") % {"name": flow.account.name},
            _("A member who says “no more of this” to me here ends that."),
        ),
    )
    key = f"flow-{flow.pk}-{one.source_id}"[:200]
    put_out(
        None,
        connection_id=room.connection_id,
        key=key,
        post=encoded(Post(key=key, body=body, room=room.source_id)),
        because=Because.POST_OF_FEED,
        rests_on=(of_message(message.pk, message.text, message.author_id), of_account(flow.account_id)),
    )

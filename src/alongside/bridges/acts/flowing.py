"""`follow my blog`: somebody's own blog is found here, and what is new in it is told in a room of theirs. By their own
act alone; the post stays at its home.
"""

import asyncio

from django.utils.translation import gettext as _

from alongside.bridges.actions.flowing import end_flows, let_flow
from alongside.bridges.acts.asking import Answer, Asking, said
from alongside.bridges.adapters.feed import NoFeed, discover
from alongside.bridges.queries import rooms_to_ask_in
from alongside.bridges.wording import in_a_room
from alongside.kit.guarded_http import NotAllowed, NotReached


def follow(asking: Asking) -> Answer:
    wanted = asking.act.room.lower() or (asking.room.name.lower().removeprefix("#") if asking.room else "")
    rooms = rooms_to_ask_in(asking.viewer, asking.bridge.connection_id)
    into = next((room for room in rooms if room.name.lower().removeprefix("#") == wanted), None)
    if wanted and into is None:
        return said(_("I am in no room of yours that is called so. Nothing is followed."))
    try:
        found = asyncio.run(discover(_address(asking.act.words)))
    except (NoFeed, NotAllowed, NotReached) as error:
        return said(str(error), _("Nothing is followed."))
    let_flow(
        None,
        address=found.address,
        title=found.title or found.address,
        account_id=asking.account_id,
        room_id=into.room_id if into else None,
    )
    told = _("Its posts are found from now on; they stay at their home, and a link leads there.")
    if into is None:
        return said(told, _("“stop my blog” ends it."))
    new = _("What is new in it is told in %(room)s, with its link.") % {"room": in_a_room(into.name)}
    return said(told, new, _("“stop my blog” ends it."))


def stop(asking: Asking) -> Answer:
    if not end_flows(None, account_ids=asking.viewer.account_ids, address=asking.act.words):
        return said(_("No blog is followed for you."))
    return said(
        _("It is not followed any more. What was taken in of it stays, as it is public; “forget me” takes yours.")
    )


def _address(words: str) -> str:
    return words if "://" in words else f"https://{words}"

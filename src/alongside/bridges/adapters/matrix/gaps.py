"""What a sync left out. After a long silence a homeserver tells the newest of a room only, and where the rest begins."""

import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence

from alongside.bridges.adapters.matrix.fields import Fields, each_at, text_at
from alongside.bridges.adapters.matrix.hearing import own_asking
from alongside.bridges.adapters.matrix.wire import Refusal, Wire

log = logging.getLogger(__name__)

PAGE = 250
# Pages held in memory while one goes back; of a longer gap the newer ones are fetched again on the way forth.
HELD = 8


async def missed(
    wire: Wire, *, room: str, before: str, since: str, kinds: Sequence[str]
) -> AsyncIterator[list[Fields]]:
    """Pages of events between two points, oldest first, no further back than when we were asked in."""
    query = {"to": since, "dir": "b", "limit": str(PAGE), "filter": json.dumps({"types": list(kinds)})}
    pages: list[tuple[str, list[Fields] | None]] = []
    token = before
    while token:
        events, on = await _page(wire, room, {"from": token, **query})
        asked = own_asking(events, wire.us)
        if events:
            pages.append((token, events[asked or 0 :]))
        if len(pages) > HELD:
            pages[-HELD - 1] = (pages[-HELD - 1][0], None)
        token = "" if asked is not None or on == token else on
    while pages:
        token, held = pages.pop()
        yield held if held is not None else (await _page(wire, room, {"from": token, **query}))[0]


async def _page(wire: Wire, room: str, query: Mapping[str, str]) -> tuple[list[Fields], str]:
    """A page in the order in which it was said, and where the one before it ends; "" at the beginning."""
    try:
        answer = await wire.get("rooms", room, "messages", query=query)
    except Refusal as refusal:
        if refusal.is_of_connection:
            raise
        log.warning("Earlier messages of a Matrix room cannot be read: %s", refusal)  # we were put out meanwhile, say
        return [], ""
    return list(each_at(answer, "chunk"))[::-1], text_at(answer, "end")

"""A whole thread, as it stands now: what was said in it, and in the chain of replies that it began."""

import json
from collections.abc import AsyncIterator

from alongside.bridges.adapters.matrix import parse
from alongside.bridges.adapters.matrix.facts import Facts
from alongside.bridges.adapters.matrix.fields import Fields, each_at, text_at
from alongside.bridges.adapters.matrix.hearing import Hearing, current
from alongside.bridges.adapters.matrix.policy import Policy
from alongside.bridges.adapters.matrix.rooms import Room
from alongside.bridges.adapters.matrix.wire import Refusal, Wire
from alongside.bridges.port import Said

MOST = 1_000
_PAGE = 100
# A chain of replies stands between other talk; so much of that is looked through.
_AFTER = 300
_V1 = "/_matrix/client/v1"


async def thread(wire: Wire, facts: Facts, hearing: Hearing, *, policy: Policy, room: Room, root: str) -> list[Said]:
    """Oldest first, what we said left out; empty where there is no such thread for us to see."""
    first = await facts.event(room.id, root)
    if first is None:
        return []
    events = {root: first}
    async for event in _all(wire, room.id, root):
        events.setdefault(text_at(event, "event_id"), event)
    said = [await _said(facts, hearing, policy, room, event) for event in events.values()]
    found = [one for one in said if one is not None and one.context == root]
    return sorted(found, key=lambda one: (one.source_id != root, one.said_at))[:MOST]


async def _all(wire: Wire, room: str, root: str) -> AsyncIterator[Fields]:
    try:
        async for event in _paged(wire, "chunk", "rooms", room, "relations", root, "m.thread", base=_V1):
            yield event
        around = await wire.get("rooms", room, "context", root, query={"limit": "1"})
        kinds = json.dumps({"types": ["m.room.message"]})
        after = {"from": text_at(around, "end"), "dir": "f", "limit": str(_AFTER), "filter": kinds}
        for event in each_at(await wire.get("rooms", room, "messages", query=after), "chunk"):
            yield event
    except Refusal as refusal:
        if refusal.is_of_connection:
            raise


async def _paged(wire: Wire, section: str, *path: str, base: str) -> AsyncIterator[Fields]:
    query = {"dir": "f", "limit": str(_PAGE)}
    for _page in range(MOST // _PAGE):
        answer = await wire.get(*path, base=base, query=query)
        for event in each_at(answer, section):
            yield event
        query["from"] = text_at(answer, "next_batch")
        if not query["from"]:
            return


async def _said(facts: Facts, hearing: Hearing, policy: Policy, room: Room, event: Fields) -> Said | None:
    message = current(event, policy, room.names)
    head = parse.head(event)
    if message is None or head is None or head.account == policy.us:
        return None
    fact = await facts.note(room.id, event)
    if fact is None:
        return None
    edited_at = message.head.at if message.replaces else None
    return await hearing.said(room, message, fact, is_for_two=False, edited_at=edited_at)

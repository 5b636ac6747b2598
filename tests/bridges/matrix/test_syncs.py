"""What a homeserver may answer to a sync, without one: broken, hostile, or with less than one hopes for."""

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.bridges.adapters.matrix.direct import Direct
from alongside.bridges.adapters.matrix.facts import Facts
from alongside.bridges.adapters.matrix.fields import Fields
from alongside.bridges.adapters.matrix.following import Following
from alongside.bridges.adapters.matrix.hearing import Hearing
from alongside.bridges.adapters.matrix.listening import Listening
from alongside.bridges.adapters.matrix.telling import Telling
from alongside.bridges.adapters.matrix.wire import Refusal
from alongside.bridges.port import Anything, InvitedIn, PutOut, RoomSeen, Said, decoded, encoded
from tests.bridges.matrix.inbox import Known
from tests.bridges.matrix.test_parse import BO, POLICY, US, anything, events


class Enough(Exception):
    """There is no more to answer."""


class Answers:
    """A homeserver that answers syncs with what it was given, and refuses everything else."""

    us = US

    def __init__(self, *syncs: object) -> None:
        self._syncs = list(syncs)
        self.done: list[tuple[str, ...]] = []

    async def get(self, *path: str, query: Any = None, **_more: object) -> Fields:
        if path != ("sync",):
            raise Refusal("no", code="M_NOT_FOUND", status=404)
        if "m.room.member" not in query["filter"]:
            return {}
        if not self._syncs:
            raise Enough
        answer = self._syncs.pop(0)
        return answer if isinstance(answer, dict) else {}

    async def found(self, *_path: str, **_more: object) -> None:
        return None

    async def _did(self, *what: Any, **_more: object) -> str:
        self.done.append(tuple(map(str, what)))
        return "$sent"

    put = join = leave = invite = send = _did

    async def create_for_two(self, account: str) -> str:
        return f"!two-{account}"


def told(*syncs: object, cursor: str = "s1", known: Known | None = None) -> list[Anything]:
    wire: Any = Answers(*syncs)
    known = known or Known()
    facts = Facts(wire, POLICY, known.unseal)

    def following(telling: Telling) -> Following:
        direct = Direct(wire, lambda _account: iter(()))
        return Following(wire, POLICY, known, hearing=Hearing(facts, POLICY), direct=direct, telling=telling)

    async def all_of_it() -> list[Anything]:
        found: list[Anything] = []
        try:
            async for batch in Listening(wire, POLICY, following).batches(cursor):
                for one in batch.arrived:
                    assert decoded(encoded(one.event)) == one.event
                    found.append(one.event)
        except Enough:
            return found
        raise AssertionError("it never ends by itself")

    return asyncio.run(all_of_it())


def a_member(account: str, membership: str = "join", event: str = "$m", **more: object) -> dict[str, Any]:
    return {
        "type": "m.room.member",
        "state_key": account,
        "sender": account,
        "event_id": event,
        "origin_server_ts": 1_700_000_000_000,
        "content": {"membership": membership},
        **more,
    }


NAMED = {"type": "m.room.name", "state_key": "", "content": {"name": "Desk"}}


def in_room(*timeline: object, state: tuple[object, ...] = (), **more: object) -> dict[str, Any]:
    return {"!a:x": {"state": {"events": list(state)}, "timeline": {"events": list(timeline), **more}}}


def a_sync(number: int, **rooms: object) -> dict[str, Any]:
    return {"next_batch": f"s{number}", "rooms": rooms}


def test_a_room_that_is_gone_without_a_word_is_told_as_gone() -> None:
    here = a_sync(2, join=in_room(state=(NAMED, a_member(US), a_member(BO))))
    found = told(here, a_sync(3, leave={"!a:x": {}}))
    assert [one for one in found if isinstance(one, InvitedIn | PutOut)] == [
        InvitedIn(room="!a:x", by=""),
        PutOut(room="!a:x"),
    ]


def test_a_room_that_was_put_out_of_is_told_once() -> None:
    here = a_sync(2, join=in_room(state=(NAMED, a_member(US), a_member(BO))))
    gone = a_member(US, "leave", "$out", unsigned={"prev_content": {"membership": "join"}})
    found = told(here, a_sync(3, leave=in_room(gone)))
    assert [one for one in found if isinstance(one, PutOut)] == [PutOut(room="!a:x")]


def test_a_gap_that_cannot_be_read_loses_the_gap_alone() -> None:
    said = {
        "type": "m.room.message",
        "sender": BO,
        "event_id": "$1",
        "origin_server_ts": 1_700_000_000_000,
        "content": {"msgtype": "m.text", "body": "still here"},
    }
    here = a_sync(2, join=in_room(said, state=(NAMED, a_member(US), a_member(BO)), limited=True, prev_batch="p"))
    found = told(here)
    assert [one.text for one in found if isinstance(one, Said)] == ["still here"]
    assert [one.members for one in found if isinstance(one, RoomSeen)] == [(BO,)]


parts = st.fixed_dictionaries(
    {},
    optional={
        "state": st.fixed_dictionaries({"events": st.lists(events | anything, max_size=4)}) | anything,
        "timeline": st.fixed_dictionaries({"events": st.lists(events | anything, max_size=4)}) | anything,
        "invite_state": st.fixed_dictionaries({"events": st.lists(events | anything, max_size=4)}) | anything,
        "account_data": anything,
    },
)
sections = st.dictionaries(st.sampled_from(["!a:x", "!b:x"]) | st.text(), parts | anything, max_size=2)
syncs = st.fixed_dictionaries(
    {"next_batch": st.sampled_from(["s2", "s3"]) | anything},
    optional={
        "rooms": st.fixed_dictionaries({}, optional=dict.fromkeys(("join", "invite", "leave"), sections | anything)),
        "account_data": st.fixed_dictionaries({"events": st.lists(anything, max_size=2)}) | anything,
    },
)


@settings(deadline=None)
@given(st.lists(syncs | anything, max_size=4), st.sampled_from(["", "s1"]))
def test_whatever_a_homeserver_answers_listening_goes_on(answers: list[object], cursor: str) -> None:
    for event in told(*answers, cursor=cursor):
        assert getattr(event, "account", "") != US

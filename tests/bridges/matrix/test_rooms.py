"""Who reads a room, by its rules: never wider than Matrix has it. Four people: of the house, a guest, of another server."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.bridges.adapters.matrix.policy import Policy
from alongside.bridges.adapters.matrix.rooms import Room, account_seen, applied, room_seen
from alongside.bridges.port import Reach

US = "@alongside:lindenhof.example"
ANA, BO = "@ana:lindenhof.example", "@bo:lindenhof.example"
BRIDGED, GUEST, REMOTE = "@irc-dee:lindenhof.example", "@42:lindenhof.example", "@eve:elsewhere.example"
HOUSE = Policy(
    us=US,
    servers=frozenset({"lindenhof.example"}),
    is_organisations=True,
    guests=("@irc-*:lindenhof.example",),
)
PUBLIC_SERVER = Policy(us=US, servers=frozenset({"lindenhof.example"}))


def state(kind: str, content: dict[str, Any], key: str = "") -> dict[str, Any]:
    return {"type": kind, "state_key": key, "content": content, "sender": ANA, "event_id": "$1", "origin_server_ts": 1}


def member(account: str, membership: str = "join", **more: object) -> dict[str, Any]:
    return state("m.room.member", {"membership": membership, **more}, account)


def a_room(join_rule: str = "invite", history: str = "shared", *members: str, room_id: str = "!a:x") -> Room:
    events = [
        state("m.room.join_rules", {"join_rule": join_rule}),
        state("m.room.history_visibility", {"history_visibility": history}),
        *(member(one) for one in (US, *members)),
    ]
    return applied(Room(room_id), events, US)


@pytest.mark.parametrize(
    ("join_rule", "history", "members", "reach", "has_strangers", "hides_earlier"),
    [
        ("public", "shared", (ANA,), Reach.ORGANISATION, False, False),
        ("public", "world_readable", (ANA,), Reach.ORGANISATION, True, False),
        ("public", "invited", (ANA,), Reach.MEMBERS, False, True),
        ("public", "joined", (ANA,), Reach.MEMBERS, False, True),
        ("public", "made up", (ANA,), Reach.MEMBERS, False, False),
        ("public", "shared", (ANA, REMOTE), Reach.MEMBERS, True, False),
        ("public", "shared", (ANA, BRIDGED), Reach.ORGANISATION, True, False),
        ("public", "shared", (ANA, GUEST), Reach.ORGANISATION, True, False),
        ("invite", "shared", (ANA, BO), Reach.MEMBERS, False, False),
        ("invite", "world_readable", (ANA, BO), Reach.MEMBERS, True, False),
        ("invite", "joined", (ANA, REMOTE), Reach.MEMBERS, True, True),
        ("knock", "shared", (ANA,), Reach.MEMBERS, False, False),
        ("made up", "shared", (ANA,), Reach.MEMBERS, False, False),
    ],
)
def test_who_reads_a_room_on_a_homeserver_of_the_house(  # noqa: PLR0917 (a row of the table)
    join_rule: str,
    history: str,
    members: tuple[str, ...],
    reach: Reach,
    has_strangers: bool,  # noqa: FBT001
    hides_earlier: bool,  # noqa: FBT001
) -> None:
    seen = room_seen(a_room(join_rule, history, *members), HOUSE, {})
    assert (seen.reach, seen.has_strangers, seen.hides_earlier) == (reach, has_strangers, hides_earlier)
    assert seen.members == tuple(sorted(members))


def test_on_a_homeserver_of_anybody_only_what_the_world_reads_is_open() -> None:
    assert room_seen(a_room("public", "shared", ANA), PUBLIC_SERVER, {}).reach is Reach.MEMBERS
    assert room_seen(a_room("public", "world_readable", ANA), PUBLIC_SERVER, {}).reach is Reach.WORLD


def test_a_room_without_any_rule_is_for_those_who_are_asked_in() -> None:
    seen = room_seen(applied(Room("!a:x"), [member(ANA)], US), HOUSE, {})
    assert (seen.reach, seen.members, seen.name) == (Reach.MEMBERS, (ANA,), "ana")


rules = st.sampled_from(["public", "invite", "knock", "restricted", "knock_restricted", "private", "x"])
histories = st.sampled_from(["world_readable", "shared", "invited", "joined", "x"])
people = st.sets(st.sampled_from([ANA, BO, BRIDGED, GUEST, REMOTE]))


@given(rules, histories, people, st.booleans())
def test_nobody_reads_more_than_matrix_lets_them(
    join_rule: str, history: str, members: set[str], is_organisations: bool  # noqa: FBT001
) -> None:  # fmt: skip
    policy = HOUSE if is_organisations else PUBLIC_SERVER
    seen = room_seen(a_room(join_rule, history, *members), policy, {})
    if seen.reach is not Reach.MEMBERS:
        assert join_rule == "public"  # anybody may come in,
        assert history in {"shared", "world_readable"}  # and then reads what was said before
    if seen.reach is Reach.WORLD:
        assert history == "world_readable"
    if REMOTE in members:
        assert seen.has_strangers
        assert seen.reach is not Reach.ORGANISATION
    if members & {BRIDGED, GUEST} and is_organisations:
        assert seen.has_strangers
    assert seen.hides_earlier == (history in {"invited", "joined"})
    assert set(seen.members or ()) == members


@pytest.mark.parametrize(("history", "readers"), [("shared", (ANA, BO)), ("joined", (ANA,))])
def test_a_space_reads_a_room_that_it_may_join_and_read_back(history: str, readers: tuple[str, ...]) -> None:
    space = a_room("invite", "shared", ANA, BO, room_id="!space:x")
    room = a_room("restricted", history, ANA)
    allow = [{"type": "m.room_membership", "room_id": "!space:x"}, {"room_id": 3}, None]
    room.apply(state("m.room.join_rules", {"join_rule": "restricted", "allow": allow}), US)
    seen = room_seen(room, HOUSE, {"!space:x": space, "!other:x": a_room("invite", "shared", REMOTE)})
    assert (seen.reach, seen.members) == (Reach.MEMBERS, readers)
    assert room_seen(room, HOUSE, {}).members == (ANA,)


def test_members_follow_what_happens() -> None:
    room = a_room("invite", "shared", ANA, BO)
    for event in (member(BO, "leave"), member(REMOTE, "invite"), member(GUEST, "ban"), member("not an account")):
        room.apply(event, US)
    assert room_seen(room, HOUSE, {}).members == (ANA,)
    assert account_seen(ANA, room.members[ANA], HOUSE).name == "ana"
    room.apply(member(ANA, displayname=" Ana Moreau "), US)
    assert account_seen(ANA, room.members[ANA], HOUSE).name == "Ana Moreau"


@pytest.mark.parametrize("account", [BRIDGED, GUEST, REMOTE])
def test_guests_are_told_as_guests(account: str) -> None:
    assert account_seen(account, None, HOUSE).is_guest
    assert not account_seen(ANA, None, HOUSE).is_guest


def test_a_room_is_for_two_while_nobody_else_is_in_it_and_it_is_meant_so() -> None:
    for_two = a_room("invite", "shared", ANA)
    assert for_two.is_for_two(US)
    assert for_two.other(US) == ANA
    for kind, content in (
        ("m.room.name", {"name": "Leads"}),
        ("m.room.canonical_alias", {"alias": "#leads:x"}),
        ("m.room.join_rules", {"join_rule": "public"}),
    ):
        room = a_room("invite", "shared", ANA)
        room.apply(state(kind, content), US)
        assert not room.is_for_two(US)
        assert room.is_for_two(US, is_written_down=True)
    for_two.apply(member(BO, "invite"), US)
    assert not for_two.is_for_two(US, is_written_down=True)
    meant = a_room("invite", "shared", ANA)
    meant.apply(state("m.room.name", {"name": "Ana"}), US)
    meant.apply(member(US, "invite", is_direct=True), US)
    assert meant.is_for_two(US)


def test_a_space_is_no_room_for_two() -> None:
    space = applied(Room("!a:x"), [state("m.room.create", {"type": "m.space"}), member(ANA)], US)
    assert space.is_space
    assert not space.is_for_two(US)


def test_encryption_is_never_taken_back() -> None:
    room = a_room()
    room.apply(state("m.room.encryption", {"algorithm": "x"}), US)
    room.apply(state("m.room.encryption", {}), US)
    assert room.is_encrypted


def test_a_room_goes_by_its_name_its_alias_or_who_is_in_it() -> None:
    room = a_room("invite", "shared", ANA, BO, REMOTE, GUEST)
    assert room_seen(room, HOUSE, {}).name == "42, ana, bo …"
    room.apply(state("m.room.canonical_alias", {"alias": "#desk:lindenhof.example"}), US)
    seen = room_seen(room, HOUSE, {})
    assert (seen.name, seen.url) == (
        "#desk:lindenhof.example",
        "https://matrix.to/#/#desk:lindenhof.example?via=lindenhof.example",
    )
    room.apply(state("m.room.name", {"name": "The\n desk"}), US)
    assert room_seen(room, HOUSE, {}).name == "The desk"


def test_links_lead_where_an_administrator_said() -> None:
    element = Policy(us=US, links="https://app.element.io/#/room/")
    assert element.link("!a:x", "$1") == "https://app.element.io/#/room/!a:x/$1"
    assert HOUSE.link("!a:x", "$1/2") == "https://matrix.to/#/!a:x/$1%2F2?via=lindenhof.example"

"""4. What Alongside says in a room uses only what everybody in that room may read; with an unknown hearer, nothing.

Over the real core and a pretended chat; the same through every adapter is in tests/bridges/contract_of_hearers.py.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.bridges.world import LEADS, PEOPLE, WITH_DEE, World, words_of
from tests.charter.world import only_words

from alongside.bridges.adapters.pretend import PretendChat
from alongside.bridges.adapters.pretend.told import Told
from alongside.bridges.port import AccountSeen, Post, Reach, RoomSeen, Sent, Temporary
from alongside.bridges.sealed import KnownHere
from alongside.conversations.models import Conversation
from alongside.conversations.models import Room as RoomRow
from alongside.kit import clock
from alongside.letters.models import Delivery
from alongside.people.models import Account, Connection, Person

pytestmark = pytest.mark.django_db(transaction=True)

EVERYBODY = tuple(PEOPLE)
FULL = frozenset(EVERYBODY) - {"dee"}
# One word that is said in one room and nowhere else, and that no other word is like.
SECRETS = ("zitherwood", "quagmirest", "oblongator", "vexillumph")


@dataclass(frozen=True)
class Room:
    reach: Reach
    members: frozenset[str]
    has_strangers: bool
    are_members_known: bool

    @property
    def hearers(self) -> frozenset[str]:
        return self.members | FULL if self.reach is Reach.ORGANISATION else self.members

    def is_read_by(self, account: str) -> bool:
        if self.reach is Reach.ORGANISATION:
            return account in FULL or (self.are_members_known and account in self.members)
        return self.are_members_known and account in self.members

    @property
    def all_hearers_are_known(self) -> bool:
        return self.are_members_known and not self.has_strangers and "dee" not in self.members


rooms = st.builds(
    Room,
    st.sampled_from([Reach.ORGANISATION, Reach.MEMBERS]),
    st.frozensets(st.sampled_from(EVERYBODY), min_size=1),
    st.booleans(),
    st.booleans(),
)


def built(world: World, plan: list[Room], *, linked: bool) -> None:
    for number, room in enumerate(plan):
        name = f"room{number}"
        # Everybody can say it before it is told who is there: what counts is who reads it at the end.
        world.room(name, name, room.reach, sorted(EVERYBODY))
        world.invite(name)
        world.ask("ana", "remember this room", name)
        world.say("ana", f"The {SECRETS[number]} stands in the cellar of {name}.", name)
        members = sorted(room.members) if room.are_members_known else None
        world.room(name, name, room.reach, members, has_strangers=room.has_strangers)
    if linked:
        one = Person.objects.create(email="ana@acme.example", name="Ana Moreau")
        Account.objects.filter(source_id__in=["ana", "ana@acme.example"]).update(person=one)


def public(world: World, room: str) -> list[Told]:
    return [one for one in world.said_in(room) if one.body is not None and one.body.items]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(plan=st.lists(rooms, min_size=2, max_size=3), linked=st.booleans())
def test_what_is_said_in_a_room_everybody_there_may_read(
    *, plan: list[Room], linked: bool, tmp_path_factory: pytest.TempPathFactory, settings_of_home: Path
) -> None:
    del settings_of_home
    for model in (Conversation, RoomRow, Person, Connection):
        model.objects.all().delete()
    world = World(tmp_path_factory.mktemp("tools"))
    built(world, plan, linked=linked)
    for number, room in enumerate(plan):
        for secret in SECRETS[: len(plan)]:
            for asker in sorted(room.hearers)[:2]:
                world.ask(asker, f"here: where does the {secret} stand?", f"room{number}")
    for number, room in enumerate(plan):
        nothing_leaks_into(room, " ".join(words_of(one) for one in public(world, f"room{number}")), plan)
    for account in EVERYBODY:
        nothing_leaks_to(account, " ".join(words_of(one) for one in answered(world, account, len(plan))), plan)


def nothing_leaks_into(room: Room, said: str, plan: list[Room]) -> None:
    assert room.all_hearers_are_known or not said
    for other, secret in zip(plan, SECRETS, strict=False):
        assert secret not in said or all(other.is_read_by(account) for account in room.hearers), (room, other)


def nothing_leaks_to(account: str, said: str, plan: list[Room]) -> None:
    for other, secret in zip(plan, SECRETS, strict=False):
        assert secret not in said or other.is_read_by(account), (account, other)


def answered(world: World, account: str, rooms: int) -> list[Told]:
    alone = [*world.written_to(account), *(one for n in range(rooms) for one in world.whispers(account, f"room{n}"))]
    return [one for one in alone if one.body is not None and one.body.items]


@pytest.fixture
def settings_of_home(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    settings.HOME = home  # type: ignore[attr-defined]
    patched = only_words(monkeypatch)
    patched.__enter__()
    return home


def test_a_guest_a_stranger_or_unknown_members_silence_it_in_the_room(tmp_path: Path, settings_of_home: Path) -> None:
    """Somebody who belongs, somebody of the organisation, somebody from outside; one word that could leak."""
    del settings_of_home
    world = World(tmp_path)
    world.room("talk", "talk", Reach.ORGANISATION, ["ana", "bo"])
    world.invite("talk")
    world.ask("ana", "remember this room", "talk")
    world.say("ana", "The zitherwood stands in the cellar.", "talk")
    world.ask("bo", "here: where does the zitherwood stand?", "talk")
    assert len(public(world, "talk")) == 1
    for silenced in (
        RoomSeen(source_id="talk", name="talk", reach=Reach.ORGANISATION, members=("ana", "bo", "dee")),
        RoomSeen(source_id="talk", name="talk", reach=Reach.ORGANISATION, members=("ana", "bo"), has_strangers=True),
        RoomSeen(source_id="talk", name="talk", reach=Reach.ORGANISATION, members=None),
    ):
        world.happens(silenced)
        world.ask("bo", "here: where does the zitherwood stand?", "talk")
        assert len(public(world, "talk")) == 1
        assert "Somebody reads here whom I do not know" in words_of(world.whispers("bo", "talk")[-1])
    world.happens(RoomSeen(source_id="talk", name="talk", reach=Reach.ORGANISATION, members=("ana", "bo", "dee")))
    world.happens(AccountSeen(source_id="dee", name="Dee Laurent", is_guest=False))
    world.happens(RoomSeen(source_id="talk", name="talk", reach=Reach.ORGANISATION, members=("ana", "bo", "dee")))
    world.ask("bo", "here: where does the zitherwood stand?", "talk")
    assert len(public(world, "talk")) == 2


# Everything that somebody can say to Alongside in a room.
ACTS = (
    "where does the zitherwood stand?",
    "here: where does the zitherwood stand?",
    "keep",
    "save",
    "correct: The zitherwood stands upstairs.",
    "this helped",
    "tell: it stands upstairs",
    "ask: Who knows the new export?",
    "ask quietly: Who knows the new export?",
    "pause",
    "go on",
    "forget me",
    "take my things",
    "what do you know of me",
    "join accounts",
    "no more of this",
    "help",
    "stop",
)


def test_whatever_is_asked_for_nothing_that_it_knows_is_said_where_a_hearer_is_unknown(
    tmp_path: Path, settings_of_home: Path
) -> None:
    """Said in its thread by somebody who may read it; what comes of it comes to them alone."""
    del settings_of_home
    world = World(tmp_path)
    world.invite(WITH_DEE)
    world.ask("ana", "remember this room", WITH_DEE)
    said = world.say("ana", "The zitherwood stands in the cellar.", WITH_DEE)
    before = len(world.said_in(WITH_DEE))
    for words in ACTS:
        world.ask("ana", words, WITH_DEE, context=said)
    assert any("zitherwood" in words_of(one) for one in world.whispers("ana", WITH_DEE)), "otherwise it knows nothing"
    for posted in world.said_in(WITH_DEE)[before:]:
        assert "zitherwood" not in words_of(posted)
        assert posted.body is not None
        assert not posted.body.items


class Late(PretendChat):
    """A tool that takes nothing for a while."""

    is_busy = True

    async def send(self, post: Post) -> Sent:
        if self.is_busy:
            raise Temporary("Later, please.")
        return await super().send(post)


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        ({"members": ("ana", "bo")}, 1),
        ({"members": ("ana", "bo", "dee")}, 0),
        ({"members": ("ana", "bo", "cy")}, 0),
        ({"members": ("ana", "bo"), "has_strangers": True}, 0),
        ({"members": None}, 0),
    ],
    ids=["nobody comes", "a guest comes", "somebody who may not read it comes", "a stranger comes", "nobody knows"],
)
def test_who_comes_in_while_an_answer_is_on_its_way_hears_nothing_that_was_chosen_before(
    happens: dict[str, Any], said: int, tmp_path: Path, settings_of_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del settings_of_home
    world = World(tmp_path)
    world.chat = late = Late({"file": str(tmp_path / "chat")}, KnownHere(world.bridge))
    late.is_busy = False
    for room in (LEADS, "talk"):
        world.room(room, room, Reach.MEMBERS, ["ana", "bo"])
        world.invite(room)
    world.ask("ana", "remember this room", LEADS)
    world.say("ana", "The zitherwood stands in the cellar.", LEADS)
    late.is_busy = True
    world.ask("bo", "here: where does the zitherwood stand?", "talk")
    assert not public(world, "talk")
    world.happens(RoomSeen(source_id="talk", name="talk", reach=Reach.MEMBERS, **happens))
    late.is_busy = False
    later = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    world.work()
    assert len(public(world, "talk")) == said
    reasons = list(Delivery.objects.values_list("problem", flat=True))
    assert ["other people came to hear" in one for one in reasons] == [True] * (1 - said)
    told = [one for one in world.written_to("bo") if "did not say it there" in words_of(one)]
    assert len(told) == 1 - said, "whoever asked is not left waiting"
    assert all("cellar" not in words_of(one) for one in told)

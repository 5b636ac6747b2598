"""Who hears what, over random rooms, members, guests and rights: the same in every tool."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest

from alongside.conversations.models import Message
from tests.bridges.at_work import ANSWER, QUESTION, AtWork

FULL = ("ana", "bo", "cy")
# What stands where: the question names the first, and only an answer the second. Each is said in one room alone.
SECRETS = (("zitherwood", "cellarage"), ("quagmirest", "scullery"), ("vexillumph", "belvedere"))
SEEDS = (3, 29)


@dataclass(frozen=True, slots=True)
class Room:
    number: int
    is_open: bool
    members: frozenset[str]
    leaves: str  # a member who goes after everything was said there, or nobody

    @property
    def name(self) -> str:
        return f"{'open' if self.is_open else 'closed'}-{self.number}"

    @property
    def hosts(self) -> list[str]:
        """Full members who stay; the first of them speaks for the room."""
        return [one for one in FULL if one in self.members and one != self.leaves]

    @property
    def hearers(self) -> frozenset[str]:
        return (self.members - {self.leaves}) | (frozenset(FULL) if self.is_open else frozenset())

    @property
    def has_guest(self) -> bool:
        return "dee" in self.hearers

    @property
    def secret(self) -> str:
        return SECRETS[self.number][0]

    @property
    def place(self) -> str:
        return SECRETS[self.number][1]


def planned(seed: int) -> list[Room]:
    chance = Random(seed)
    return [_room(chance, number) for number in range(len(SECRETS))]


def _room(chance: Random, number: int) -> Room:
    full = chance.sample(FULL, chance.randint(2, len(FULL)))  # one alone with Alongside is no room
    guest = ["dee"] if chance.random() < 0.4 else []
    leaves = full[-1] if chance.random() < 0.5 else ""
    return Room(number, chance.random() < 0.4, frozenset([*full, *guest]), leaves)


def may_be_said_in(room: Room, plan: list[Room]) -> set[str]:
    """What everybody who reads in a room may read; where a guest does, nothing."""
    return set() if room.has_guest else {other.place for other in plan if room.hearers <= other.hearers}


class ContractOfHearers(AtWork):
    def test_what_everybody_in_a_room_may_read_is_said_to_all_of_them_with_a_line_that_says_so(self) -> None:
        room = self.harness.closed_room
        self.remembers(room)
        asked = self.harness.mention(self.harness.ana, room, f"here: {QUESTION}")
        said = self.shows(self.harness.bo, "Only from what everybody in this room may read.")
        assert ANSWER in said.text
        assert (said.room, said.is_for_them_alone) == (room, False)
        assert said.context == asked.context, "in answer to who asked"
        self.settled()
        assert len(self.seen(self.harness.bo, "Only from what everybody")) == 1
        assert not any("feeling" in one.text for one in self.alone(self.harness.ana))
        for outside in (self.harness.cy, self.harness.dee):
            assert not any("feeling" in one.text for one in self.harness.seen_by(outside))

    @pytest.mark.parametrize("seed", SEEDS)
    def test_in_random_rooms_each_hears_what_the_rule_says(self, seed: int) -> None:
        plan = planned(seed)
        rooms = self.made(plan)
        for room, where in zip(plan, rooms, strict=True):
            self.asks_everything(room, where, plan)
        self.settled()
        for room, where in zip(plan, rooms, strict=True):
            heard = " ".join(one.text for one in self.said_in(where, self.account(room.hosts[0])))
            assert set(places_in(heard)) == may_be_said_in(room, plan), (room, plan)
        for name in (*FULL, "dee"):
            told = {place for one in self.alone(self.account(name)) for place in places_in(one.text)}
            may_read = {room.place for room in plan if name in room.hearers}
            assert told == may_read or (name == "dee" and told <= may_read), (name, plan)

    def account(self, name: str) -> str:
        account: str = getattr(self.harness, name)
        return account

    def made(self, plan: list[Room]) -> list[str]:
        """The rooms as they stand when questions come: who has left one was there when everything was said."""
        rooms = [self._made(room) for room in plan]
        for room, where in zip(plan, rooms, strict=True):
            self.listens(where, self.account(room.hosts[0]))
        for room, where in zip(plan, rooms, strict=True):
            self.harness.say(self.account(room.hosts[0]), where, f"The {room.secret} stands in the {room.place}.")
        self.until(lambda: Message.objects.count() == len(plan), "It takes in what is said")
        for room, where in zip(plan, rooms, strict=True):
            if room.leaves:
                self.harness.leave(self.account(room.leaves), where)
        self.settled()
        return rooms

    def _made(self, room: Room) -> str:
        first, *others = sorted(room.members, key=lambda name: (name != room.hosts[0], name))
        members = [self.account(name) for name in (first, *others)]
        return self.harness.make_room(room.name, members, is_open=room.is_open)

    def asks_everything(self, room: Room, where: str, plan: list[Room]) -> None:
        for other in plan:
            self.harness.mention(self.account(room.hosts[0]), where, f"here: where does the {other.secret} stand?")
        for name in (*FULL, "dee"):
            self.harness.say_to_us(self.account(name), f"where does the {room.secret} stand?")


def places_in(text: str) -> Iterator[str]:
    return (place for _secret, place in SECRETS if place in text)

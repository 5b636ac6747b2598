"""What the contract of all adapters tries is all that there is to try."""

from alongside.bridges.acts.acting import ACTS
from alongside.bridges.rules import ActName, act_of
from tests.bridges.contract_of_acts import LINES
from tests.bridges.contract_of_hearers import FULL, SEEDS, Room, may_be_said_in, planned

SOME = {"room": "hotline", "question": "c:abc.1", "answer": "c:abc.2", "note": "n:abc", "code": "1234 5678"}


def test_every_act_is_said_in_words_that_mean_it_and_has_an_answer() -> None:
    said = {line.act for line in LINES}
    assert said == set(ActName), "an act without a line in contract_of_acts.py, or a line without an act"
    assert said == set(ACTS)
    assert [line for line in LINES if act_of(line.words.format(**SOME)).name is not line.act] == []
    assert [line for line in LINES if not line.answer and not line.heard] == []


def test_the_random_rooms_hold_every_case_that_matters() -> None:
    plans = [planned(seed) for seed in SEEDS]
    rooms = [(room, plan) for plan in plans for room in plan]
    assert {(room.is_open, room.has_guest) for room, _plan in rooms} == {
        (is_open, has_guest) for is_open in (True, False) for has_guest in (True, False)
    }
    assert any(room.leaves for room, _plan in rooms)
    assert any(may_be_said_in(room, plan) - {room.place} for room, plan in rooms), "of another room"
    assert any(_is_kept_from(room, plan) for room, plan in rooms), "not all of them may read another one"


def _is_kept_from(room: Room, plan: list[Room]) -> bool:
    """A room in which it may speak, and not of a room that some of its hearers read."""
    others = [other for other in plan if other is not room and other.hearers & room.hearers & set(FULL)]
    return not room.has_guest and any(other.place not in may_be_said_in(room, plan) for other in others)

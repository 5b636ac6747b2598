"""Encrypted rooms are refused: the adapter tells so and goes, and says nothing of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alongside.bridges.adapters.matrix import following
from alongside.bridges.port import Body, CannotHear, InvitedIn, Permanent, Post, Said
from tests.bridges.matrix.harness import MatrixHarness
from tests.bridges.matrix.inbox import Inbox
from tests.bridges.matrix.proxy import Loop
from tests.bridges.matrix.synapse import Synapse

ENCRYPTION: dict[str, Any] = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


def farewell(room: str) -> Post:
    return Post(key="farewell", room=room, body=Body(lines=("I leave it now.",)), is_farewell=True)


def test_asked_into_an_encrypted_room_it_stays_out_and_tells_who_asked(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    ana = house.as_(house.ana)
    room = ana.make_room(house.bo, house.us.account, name="Secrets", initial_state=[ENCRYPTION])
    told = inbox.until(lambda: inbox.of(CannotHear))
    assert told == [CannotHear(room=room, name="Secrets", by=house.ana)]
    inbox.until(lambda: house.us.account not in repr(ana.ask("GET", f"/rooms/{room}/members", membership="invite")))
    assert inbox.of(InvitedIn) == []
    assert house.us.joined() == []  # what is to be said of it is said by the core
    inbox.stop()
    inbox.start()
    house.invite_us(house.open_room, by=house.ana)
    inbox.until(lambda: inbox.of(InvitedIn))
    assert inbox.of(CannotHear) == told


def test_cut_off_before_it_declined_it_tells_it_again_as_the_same(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    inbox.until(lambda: inbox.cursor)
    house.proxy.answer(lambda _method, path: 503 if path.endswith("/leave") else None)
    room = house.as_(house.ana).make_room(house.us.account, name="Secrets", initial_state=[ENCRYPTION])
    inbox.until(lambda: inbox.of(CannotHear))
    house.proxy.answer(lambda _method, _path: None)
    inbox.until(lambda: house.us.invitations() == [])
    assert inbox.of(CannotHear) == [CannotHear(room=room, name="Secrets", by=house.ana)]
    assert inbox.repeats


def test_an_encrypted_room_for_two_is_answered_in_one_that_is_not(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    house.as_(house.cy).make_room(house.us.account, is_direct=True, initial_state=[ENCRYPTION])
    assert [one.by for one in inbox.until(lambda: inbox.of(CannotHear))] == [house.cy]
    house.say_to_us(house.cy, "what about refunds?")
    assert inbox.said("what about refunds").is_to_us
    inbox.send(Post(key="1", account=house.cy, body=Body(lines=("So.",))))
    assert len([one for one in house.seen_by(house.cy) if one.text == "So."]) == 1


def test_a_room_for_two_that_is_encrypted_later_is_left_for_another(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    house.say_to_us(house.cy, "hello")
    inbox.said("hello")
    old = house.for_two(house.cy)
    house.as_(house.cy).encrypt(old)
    assert inbox.until(lambda: inbox.of(CannotHear)) == [CannotHear(room=old, by=house.cy)]
    inbox.until(lambda: old not in house.us.joined())
    inbox.send(Post(key="1", account=house.cy, body=Body(lines=("Here instead.",))))
    assert [one.text for one in house.seen_by(house.cy)] == ["Here instead."]


def test_a_room_that_is_encrypted_later_is_heard_no_more_and_left_once_that_is_said_there(
    house: MatrixHarness, inbox: Inbox
) -> None:
    inbox.start()
    house.invite_us(house.closed_room, by=house.ana)
    inbox.until(lambda: inbox.of(InvitedIn))
    house.as_(house.ana).encrypt(house.closed_room)
    house.say(house.bo, house.closed_room, "secret from now on")
    told = inbox.until(lambda: inbox.of(CannotHear))
    assert told == [CannotHear(room=house.closed_room, name="Leads", is_in=True)]
    assert house.closed_room in house.us.joined()
    for _twice in range(2):
        inbox.send(farewell(house.closed_room))
        inbox.until(lambda: house.closed_room not in house.us.joined())
    assert [one.text for one in house.seen_by(house.bo)] == ["I leave it now."]
    assert not any("secret from now on" in one.text for one in inbox.of(Said))


def test_where_nothing_is_said_to_the_end_the_room_is_left_all_the_same(
    house: MatrixHarness, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LONGEST_STAY", 0.5)
    inbox.start()
    house.invite_us(house.closed_room, by=house.ana)
    inbox.until(lambda: inbox.of(InvitedIn))
    house.as_(house.ana).encrypt(house.closed_room)
    inbox.until(lambda: house.closed_room not in house.us.joined())
    assert house.seen_by(house.bo) == []
    assert inbox.problem is None


def test_a_room_that_was_encrypted_while_nobody_listened_is_told_of_at_the_next_start(
    house: MatrixHarness, inbox: Inbox
) -> None:
    inbox.start()
    house.invite_us(house.closed_room, by=house.ana)
    inbox.until(lambda: inbox.of(InvitedIn))
    inbox.stop()
    house.as_(house.ana).encrypt(house.closed_room)
    inbox.start()
    told = inbox.until(lambda: inbox.of(CannotHear))
    assert told == [CannotHear(room=house.closed_room, name="Leads", is_in=True)]
    inbox.send(farewell(house.closed_room))
    inbox.until(lambda: house.closed_room not in house.us.joined())


@pytest.fixture(scope="module")
def encrypting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    server = Synapse(tmp_path_factory.mktemp("synapse"), more="encryption_enabled_by_default_for_room_type: all")
    server.start()
    yield server
    server.stop()


def test_a_homeserver_that_encrypts_every_room_is_told_by_the_check_and_by_each_post(
    encrypting: Synapse, loop: Loop, tmp_path: Path
) -> None:
    us, ana = encrypting.registered("alongside"), encrypting.registered("ana")
    inbox = Inbox(loop, {"homeserver": encrypting.address, "account": us.account, "token": us.token})
    bad = [one for one in inbox.check() if not one.is_well]
    assert ["encryption_enabled_by_default_for_room_type" in one.mend for one in bad] == [True]
    with pytest.raises(Permanent) as refused:
        inbox.send(Post(key="1", account=ana.account, body=Body(lines=("So.",))))
    assert not refused.value.is_of_connection
    assert us.joined() == []
    inbox.start()
    ana.make_room(us.account, is_direct=True)
    inbox.until(lambda: inbox.cursor)
    inbox.until(lambda: us.invitations() == [])
    assert us.joined() == []
    assert inbox.problem is None
    inbox.close()
    for client in (us, ana):
        client.close()

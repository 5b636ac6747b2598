"""Encrypted rooms are refused, in one sentence, to who asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alongside.bridges.adapters.matrix.following import ENCRYPTED_NOW
from alongside.bridges.port import Body, InvitedIn, Permanent, Post, PutOut, Said
from tests.bridges.matrix.harness import MatrixHarness
from tests.bridges.matrix.inbox import Inbox
from tests.bridges.matrix.proxy import Loop
from tests.bridges.matrix.synapse import Synapse

ENCRYPTION: dict[str, Any] = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


def test_asked_into_an_encrypted_room_it_stays_out_and_says_why_to_who_asked(
    house: MatrixHarness, inbox: Inbox
) -> None:
    inbox.start()
    ana = house.as_(house.ana)
    room = ana.make_room(house.bo, house.us.account, name="Secrets", initial_state=[ENCRYPTION])
    inbox.until(lambda: house.seen_by(house.ana))
    inbox.until(lambda: house.us.account not in repr(ana.ask("GET", f"/rooms/{room}/members", membership="invite")))
    said = house.seen_by(house.ana)
    assert [one.is_for_them_alone for one in said] == [True]
    assert said[0].text.startswith("I did not come into “Secrets”, because it is encrypted")
    assert house.seen_by(house.bo) == []
    assert inbox.of(InvitedIn) == []
    assert room not in house.us.joined()


def test_an_encrypted_room_for_two_is_answered_in_one_that_is_not(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    house.as_(house.cy).make_room(house.us.account, is_direct=True, initial_state=[ENCRYPTION])
    inbox.until(lambda: house.seen_by(house.cy))
    house.say_to_us(house.cy, "what about refunds?")
    assert inbox.said("what about refunds").is_to_us
    inbox.send(Post(key="1", account=house.cy, body=Body(lines=("So.",))))
    assert len([one for one in house.seen_by(house.cy) if one.text == "So."]) == 1


def test_a_room_that_is_encrypted_later_is_left_saying_so(house: MatrixHarness, inbox: Inbox) -> None:
    inbox.start()
    house.invite_us(house.closed_room, by=house.ana)
    inbox.until(lambda: inbox.of(InvitedIn))
    house.as_(house.ana).encrypt(house.closed_room)
    house.say(house.bo, house.closed_room, "secret from now on")
    assert inbox.until(lambda: inbox.of(PutOut))[0] == PutOut(room=house.closed_room)
    inbox.until(lambda: house.closed_room not in house.us.joined())
    assert [one.text for one in house.seen_by(house.bo)] == [ENCRYPTED_NOW]
    assert not any("secret from now on" in one.text for one in inbox.of(Said))


def test_a_room_that_was_encrypted_while_nobody_listened_is_left_at_the_next_start(
    house: MatrixHarness, inbox: Inbox
) -> None:
    inbox.start()
    house.invite_us(house.closed_room, by=house.ana)
    inbox.until(lambda: inbox.of(InvitedIn))
    inbox.stop()
    house.as_(house.ana).encrypt(house.closed_room)
    inbox.start()
    assert inbox.until(lambda: inbox.of(PutOut))[0] == PutOut(room=house.closed_room)
    inbox.until(lambda: house.closed_room not in house.us.joined())
    assert [one.text for one in house.seen_by(house.bo)] == [ENCRYPTED_NOW]


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

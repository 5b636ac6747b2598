"""What every adapter has to hold to, by Matrix: a real Synapse, the real core, and a proxy that fails."""

from collections.abc import Iterator

import pytest

from alongside.bridges.models import Presence
from tests.bridges.at_work import HELLO
from tests.bridges.contract import Contract
from tests.bridges.harness import Harness
from tests.bridges.matrix.harness import MatrixHarness
from tests.bridges.matrix.proxy import Loop
from tests.bridges.matrix.synapse import Synapse


class TestMatrix(Contract):
    @pytest.fixture(name="harness")
    def matrix(self, synapse: Synapse, loop: Loop) -> Iterator[Harness]:
        one = MatrixHarness(synapse, loop)
        yield one
        one.close()

    def test_a_room_that_is_encrypted_is_left_with_a_word_and_one_that_was_it_before_is_refused_with_one(self) -> None:
        house = self.harness
        assert isinstance(house, MatrixHarness)
        self.is_there(house.closed_room)
        self.shows(house.bo, HELLO)
        house.as_(house.ana).encrypt(house.closed_room)
        left = self.shows(house.bo, "so I leave it now")
        assert left.room == house.closed_room
        self.until(lambda: house.closed_room not in house.us.joined(), "It leaves")
        encryption = {"algorithm": "m.megolm.v1.aes-sha2"}
        before = [{"type": "m.room.encryption", "state_key": "", "content": encryption}]
        house.as_(house.cy).make_room(house.bo, house.us.account, name="Secrets", initial_state=before)
        refused = self.shows(house.cy, "I am not in “Secrets”, because it is encrypted")
        assert refused.is_for_them_alone
        self.settled()
        assert not self.seen(house.bo, "Secrets")
        assert not Presence.objects.filter(is_there=True).exists()

"""What every adapter has to hold to, by Matrix: a real Synapse, the real core, and a proxy that fails."""

from collections.abc import Iterator

import pytest

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

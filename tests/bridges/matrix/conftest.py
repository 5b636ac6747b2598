"""A workspace of its own for each test, on the homeserver of the run."""

from collections.abc import Iterator

import pytest

from tests.bridges.matrix.harness import MatrixHarness
from tests.bridges.matrix.inbox import Inbox
from tests.bridges.matrix.proxy import Loop
from tests.bridges.matrix.synapse import Synapse


@pytest.fixture
def house(synapse: Synapse, loop: Loop) -> Iterator[MatrixHarness]:
    one = MatrixHarness(synapse, loop)
    yield one
    one.close()


@pytest.fixture
def inbox(house: MatrixHarness, loop: Loop) -> Iterator[Inbox]:
    """Not started yet: `start` it."""
    one = Inbox(loop, house.settings())
    yield one
    one.close()

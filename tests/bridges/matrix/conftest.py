"""A homeserver for all tests of a run, and a workspace of its own for each."""

from collections.abc import Iterator

import pytest

from tests.bridges.matrix.harness import MatrixHarness
from tests.bridges.matrix.inbox import Inbox
from tests.bridges.matrix.proxy import Loop
from tests.bridges.matrix.synapse import Synapse


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    server = Synapse(tmp_path_factory.mktemp("synapse"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    one = Loop()
    yield one
    one.close()


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

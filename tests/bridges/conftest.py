from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.bridges.matrix.proxy import Loop
from tests.bridges.matrix.synapse import Synapse
from tests.bridges.world import World
from tests.charter.world import only_words


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    made: Path = tmp_path / "home"
    made.mkdir()
    settings.HOME = made
    return made


@pytest.fixture
def world(db: None, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "World":
    del db, home
    patched = only_words(monkeypatch)
    patched.__enter__()
    return World(tmp_path)


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A homeserver for all tests of a run."""
    server = Synapse(tmp_path_factory.mktemp("synapse"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    one = Loop()
    yield one
    one.close()

from pathlib import Path

import pytest
from pytest_django import Settings

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

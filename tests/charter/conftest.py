"""A home and archives of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings
from tests.bridges.world import World
from tests.charter.world import Archives, only_words


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    made: Path = tmp_path / "home"
    made.mkdir()
    settings.HOME = made
    settings.STATIC_ROOT = made / "static"  # WhiteNoise warns when it is missing
    settings.STATIC_ROOT.mkdir()
    settings.EMAIL_FILE_PATH = made / "mail"
    return made


@pytest.fixture
def archives(home: Path, tmp_path: Path) -> Archives:
    del home
    return Archives(tmp_path)


@pytest.fixture
def without_meaning(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with only_words(monkeypatch):
        yield


@pytest.fixture
def world(db: None, home: Path, tmp_path: Path, without_meaning: None) -> World:
    """People in a chat and a mailbox, through the real core."""
    del db, home, without_meaning
    return World(tmp_path)

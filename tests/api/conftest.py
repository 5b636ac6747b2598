from pathlib import Path

import pytest
from pytest_django import Settings
from tests.notes.world import World


@pytest.fixture
def static_root(settings: Settings, tmp_path: Path) -> None:
    """WhiteNoise warns of a folder that is missing."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()


@pytest.fixture
def acme(static_root: None) -> World:
    """Three people who may sign in."""
    del static_root
    world = World()
    for name in ("ana", "ben", "cleo"):
        world.sign_up(name)
    return world

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def static_root(settings: Settings, tmp_path: Path) -> None:
    """WhiteNoise warns of a folder that is missing."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.home import a_home

from alongside.search import serving


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A home without a model, so that what is found is found by words."""
    yield a_home(settings, tmp_path / "home")
    serving.model.cache_clear()

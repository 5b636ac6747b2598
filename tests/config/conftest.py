from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.home import a_home

from alongside.config.command import alongside
from alongside.search import serving

Command = Callable[..., Result]


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Iterator[Path]:
    yield a_home(settings, tmp_path / "home")
    serving.model.cache_clear()


@pytest.fixture
def command(home: Path) -> Command:
    """`alongside …` in this process. Nothing but a sentence may come out of it: an exception fails the test."""
    del home

    def run(*words: object, **named: Any) -> Result:
        done = CliRunner().invoke(alongside, [str(word) for word in words], **named)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert "Traceback" not in done.output
        return done

    return run

"""The work behind the pages: a full disk ends nothing, and what is a fault of ours is not hidden."""

import errno
import threading

import pytest

from alongside.config.commands import running


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(running, "LONGEST_PAUSE", 0.0)


def test_what_follows_goes_on_when_there_is_room_again(caplog: pytest.LogCaptureFixture, db: None) -> None:
    del db
    stopping, times = threading.Event(), []

    def follow_words(stopping: threading.Event) -> None:
        times.append(1)
        if len(times) < 4:
            raise OSError(errno.ENOSPC, "No space left on device", "the index of words")
        stopping.set()

    running._kept_up(follow_words, stopping)
    assert len(times) == 4
    assert "the index of words cannot be written now: No space left on device." in caplog.text
    assert "Traceback" not in caplog.text


def test_a_fault_of_ours_ends_it_so_that_it_is_seen() -> None:
    def follow(_stopping: threading.Event) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        running._kept_up(follow, threading.Event())

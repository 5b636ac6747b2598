"""The work behind the pages: a full disk ends nothing, and what is a fault of ours is not hidden."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from alongside.config.commands import running, starting


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


def until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_the_work_beside_the_pages_is_begun_again_when_it_was_killed_and_ends_with_them(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    says = f"import os, time; open({str(begun)!r}, 'a').write(f'{{os.getpid()}} '); time.sleep(60)"
    beside = running._Beside([sys.executable, "-c", says])
    beside.start()
    until(begun.is_file)
    until(lambda: len(begun.read_text("utf-8").split()) == 1)
    os.kill(int(begun.read_text("utf-8").split()[0]), signal.SIGKILL)
    until(lambda: len(begun.read_text("utf-8").split()) == 2)
    beside.end()
    beside.join(5)
    assert not beside.is_alive()
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text("utf-8").split()[1]), 0)


def test_of_processes_that_begin_at_once_in_a_new_home_one_makes_the_store_and_the_others_wait(tmp_path: Path) -> None:
    begins = (
        "import django; django.setup(); from alongside.config.commands.starting import prepare_store; prepare_store()"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ALONGSIDE_")}
    environment = {**clean, "ALONGSIDE_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "alongside.config.settings"}
    started = [
        subprocess.Popen([sys.executable, "-c", begins], env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = [one.communicate()[1] for one in started]
    assert ([one.returncode for one in started], told) == ([0, 0], ["", ""])


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="the embedded store is a file of one machine")
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_machines_wait_for_each_other_too() -> None:
    done = threading.Event()

    def prepare() -> None:
        with starting._alone():
            done.set()
        connection.close()

    with starting._alone():
        another = threading.Thread(target=prepare)
        another.start()
        assert not done.wait(0.5)
    assert done.wait(20)
    another.join()

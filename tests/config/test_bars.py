"""Bars in a terminal: where somebody looks they say how much, how fast and how long; where nobody looks they are silent."""

import io
import sys
import time
from dataclasses import dataclass

import pytest

from alongside.config.commands.bars import counting, reading


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Read:
    done: int = 0
    total: int = 2_000_000


def looked_at(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """In the test itself: between a fixture and its test standard error is pytest's again."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    for name, value in {"TERM": "xterm", "COLUMNS": "120"}.items():
        monkeypatch.setenv(name, value)
    return terminal


def test_things_are_counted_with_their_rate_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = looked_at(monkeypatch)
    with counting("asking", "questions", total=100) as bar:
        for done in range(0, 60, 10):
            bar(done)
            time.sleep(0.15)
    drawn = terminal.getvalue()
    assert "asking" in drawn
    assert "/100" in drawn
    assert " questions/s" in drawn
    assert "0:00:0" in drawn


def test_bytes_are_drawn_while_somebody_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = looked_at(monkeypatch)
    read = Read()
    with reading(read, "bringing in"):
        for _step in range(5):
            read.done += 300_000
            time.sleep(0.25)
    drawn = terminal.getvalue()
    assert "bringing in" in drawn
    assert "/2.0 MB" in drawn
    assert "B/s" in drawn


def test_where_nobody_looks_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    into_a_file = io.StringIO()
    monkeypatch.setattr(sys, "stderr", into_a_file)
    with counting("asking", "questions", total=2) as bar, reading(Read(), "bringing in"):
        bar(1)
    assert into_a_file.getvalue() == ""

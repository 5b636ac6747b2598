"""Progress in a terminal: what is done, how fast, how long it will take. On standard error, and only where one looks."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text


class Rate(ProgressColumn):
    """Things a second, as far as that is known."""

    def __init__(self, things: str) -> None:
        super().__init__()
        self._things = things

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} {self._things}/s" if task.speed else "")


@contextmanager
def counting(words: str, things: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Gives a function that is told how many are done. Silent when nobody looks (standard error is no terminal)."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(things), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words, total=total)
        yield lambda done: progress.update(task, completed=done)


@contextmanager
def reading(progress: "ReadProgress", words: str) -> Iterator[None]:
    """A bar of bytes read, drawn from what a reader keeps while it streams."""
    if not sys.stderr.isatty():
        yield
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=progress.total or None)
        ended = threading.Event()

        def draw() -> None:
            while not ended.wait(0.2):
                bar.update(task, completed=progress.done, total=progress.total or None)

        drawing = threading.Thread(target=draw, daemon=True)
        drawing.start()
        try:
            yield
        finally:
            ended.set()
            drawing.join()


class ReadProgress(Protocol):
    """Bytes done, of so many."""

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...

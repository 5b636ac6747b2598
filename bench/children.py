"""Processes of their own for what is measured: a clean memory, and settings of an installation."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import Any, Self

from bench.installation import Failed, Installation

PROJECT = Path(__file__).resolve().parents[1]


def measured_by(here: Installation, module: str, *words: object, quiet: bool = False) -> dict[str, Any]:
    """What `python -m bench.…` prints, run with the settings of this installation."""
    child = started(here, module, *words, quiet=quiet)
    return result_of(child, module)


def started(here: Installation, module: str, *words: object, quiet: bool = True) -> "subprocess.Popen[str]":
    """Goes on beside; its bars are shown only when nobody else draws any."""
    return subprocess.Popen(
        [sys.executable, "-m", f"bench.{module}", *map(str, words)],
        env=here.environment(),
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else None,
        text=True,
    )


def result_of(child: "subprocess.Popen[str]", module: str) -> dict[str, Any]:
    told, _ = child.communicate()
    if child.returncode:
        raise Failed(f"bench.{module} ended with {child.returncode}.")
    measured: dict[str, Any] = json.loads(told.splitlines()[-1])
    return measured


def start_django() -> None:
    """In a child: from here on the package may be used."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
    django.setup()


def tell(measured: dict[str, Any]) -> None:
    print(json.dumps(measured))


def milliseconds(ask: Callable[[], object]) -> float:
    began = perf_counter()
    ask()
    return (perf_counter() - began) * 1000


def processor_seconds() -> float:
    """Of this process, and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class FamilyMemory:
    """The most that this process and those it started held at one moment, in megabytes; looked at ten times a second.

    Not what getrusage tells: for a child, that begins with the size of who started it.
    """

    def __init__(self) -> None:
        self.peak = 0.0
        self._ended = Event()
        self._looking = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._ended.wait(0.1):
            self.peak = max(self.peak, sum(map(_resident_megabytes, [os.getpid(), *_children()])))


def _children() -> list[int]:
    return [int(child) for tasks in Path("/proc/self/task").glob("*/children") for child in tasks.read_text().split()]


def _resident_megabytes(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:  # it has just ended
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def memory_megabytes() -> dict[str, float]:
    """Of this process now: all of it, and the part that is not a file mapped (which the system can take back)."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {"all": int(lines["VmRSS"].split()[0]) / 1024, "own": int(lines["RssAnon"].split()[0]) / 1024}


def middle_and_slow(times: Sequence[float]) -> tuple[float, float]:
    """p50 and p95."""
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]

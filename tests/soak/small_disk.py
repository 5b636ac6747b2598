"""A file system of the soak's own, small enough to be filled, and emptied again.

Three ways, the first that this machine allows: a tmpfs as root, one by sudo, and, where nothing can be mounted, a limit on
how long files of our processes may become. (One in a namespace of an unprivileged user would be seen by who is in it
alone, and Postfix cannot be in it; who reads the store from outside by /proc is led elsewhere by SQLite, which follows links.)
"""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

SIZE = 96  # megabytes; the style and fonts of pages, a store and an index of words take a third of it
ROOMY = 1024
FILLER = "filler"
A_MOMENT = 2.0


class SmallDisk:
    """`home`: where it is. `how`: what it is, in words."""

    how = ""

    def __init__(self, at: Path) -> None:
        self.home = at
        self.is_full = False
        self._full_until = 0.0

    def was_full_lately(self) -> bool:
        """What ended a moment ago may have met it full."""
        return self.is_full or time.monotonic() - self._full_until < A_MOMENT

    def fill(self, pids: Iterable[int]) -> None:
        """Not a byte is free."""
        del pids
        self.is_full = True
        with (self.home / FILLER).open("ab", buffering=0) as file, suppress(OSError):
            while file.write(b"\0" * 65_536):
                pass
        with (self.home / FILLER).open("ab", buffering=0) as file, suppress(OSError):
            while file.write(b"\0" * 256):
                pass

    def free(self, pids: Iterable[int]) -> None:
        del pids
        (self.home / FILLER).unlink(missing_ok=True)
        self.is_full, self._full_until = False, time.monotonic()

    def begun(self, pid: int) -> None:
        """A process was begun while the disk is as it is."""

    def grow(self) -> bool:
        """As much room as an installation is told to have; False where that cannot be."""
        return False

    def close(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)


class Mounted(SmallDisk):
    def __init__(self, at: Path, sudo: list[str]) -> None:
        super().__init__(at)
        self._sudo = sudo
        self.how = f"a tmpfs of {SIZE} MB" + (" by sudo" if sudo else "")
        _run(
            *sudo, "mount", "-t", "tmpfs", "-o", f"size={SIZE}m,mode=0700,uid={os.getuid()}", "alongside-soak", str(at)
        )

    def grow(self) -> bool:
        _run(*self._sudo, "mount", "-o", f"remount,size={ROOMY}m", str(self.home))
        return True

    def close(self) -> None:
        _run(*self._sudo, "umount", "-l", str(self.home))
        super().close()


class Limited(SmallDisk):
    """Nothing may be mounted: no file of a process may become longer than it is. A weaker stand-in: what was deleted
    leaves no room.
    """

    how = "a limit on the length of files, because nothing may be mounted here"
    FULL = 1

    def fill(self, pids: Iterable[int]) -> None:
        self.is_full = True
        for pid in pids:
            _limit(pid, self.FULL)

    def free(self, pids: Iterable[int]) -> None:
        self.is_full, self._full_until = False, time.monotonic()
        for pid in pids:
            _limit(pid, resource.RLIM_INFINITY)

    def begun(self, pid: int) -> None:
        if self.is_full:
            _limit(pid, self.FULL)


def _limit(pid: int, length: int) -> None:
    with suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (length, resource.RLIM_INFINITY))


def a_small_disk(at: Path, without: Iterable[str] = ()) -> SmallDisk:
    """The first of these that works here; `without` is for trying the others."""
    at.mkdir(parents=True, exist_ok=True)
    ways: list[tuple[str, Callable[[], SmallDisk]]] = [
        ("mount", lambda: Mounted(at, [])),
        ("sudo", lambda: Mounted(at, ["sudo", "-n"])),
    ]
    for name, way in ways:
        if name not in without:
            with suppress(OSError, subprocess.CalledProcessError):
                return way()
    return Limited(at)


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)

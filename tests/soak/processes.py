"""The processes of an installation, begun again whenever they end, as a supervisor of services does."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.small_disk import SmallDisk

PROJECT = Path(__file__).resolve().parents[2]
NAMES = ("bridge 1", "bridge 2", "work", "serve")
AGAIN_AFTER = 0.3
SENTENCE = 2  # how a command ends that says in a sentence what is in its way


def environment(home: Path, port: int) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ALONGSIDE_")}
    return {
        **clean,
        "ALONGSIDE_HOME": str(home),
        "ALONGSIDE_PORT": str(port),
        "ALONGSIDE_SECRET_KEY": "known to this soak only, and to all its processes",
        "ALONGSIDE_MODEL": "/nowhere",  # words alone: encoding would take more of the machine than all else
        "DJANGO_SETTINGS_MODULE": "alongside.config.settings",
        "PYTHONPATH": os.pathsep.join((str(PROJECT), str(PROJECT / "src"))),
        "PYTHONUNBUFFERED": "1",
    }


@dataclass
class Service:
    """One command of `alongside`, kept running. Its number comes after its name where there are several."""

    name: str
    disk: SmallDisk
    environment: dict[str, str]
    log: Path
    # How it ended without being killed: code, and whether the disk was full then.
    ended: list[tuple[int, bool]] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    _again_at: float = 0.0

    def begin(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.command", self.name.split()[0]],
                env=self.environment,
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
            )
        self.disk.begun(self.process.pid)

    def kill(self) -> None:
        """kill -9: it learns nothing of it."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self._ended(None)
            self._await_port()
            self.begin()

    def _await_port(self) -> None:
        """The worker of a killed `serve` sees that it is alone, and ends; whoever begins it again waits for that."""
        port, ends = int(self.environment["ALONGSIDE_PORT"]), time.monotonic() + 5
        while self.name == "serve" and time.monotonic() < ends:
            with socket.socket() as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    trial.bind(("127.0.0.1", port))
                except OSError:
                    time.sleep(0.05)
                else:
                    return

    def look(self) -> None:
        """Begun again a moment after it ended by itself."""
        if self.process is None:
            if time.monotonic() > self._again_at:
                self.begin()
        elif self.process.poll() is not None:
            code = self._ended(None)
            self.ended.append((code, self.disk.was_full_lately()))
            self.process, self._again_at = None, time.monotonic() + AGAIN_AFTER

    def end(self) -> None:
        """As it is told to on an ordinary day."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self._ended(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self._ended(None)
                self.ended.append((-9, False))

    def _ended(self, patience: float | None) -> int:
        assert self.process is not None
        code = self.process.wait(patience)
        if self.process.stdin is not None:
            self.process.stdin.close()
        return code

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace") if self.log.is_file() else ""


class Installation:
    """`work`, `serve` and two `bridge`, of which one takes over what the other had, and a thread that looks after them."""

    def __init__(self, disk: SmallDisk, port: int, logs: Path) -> None:
        self.disk = disk
        self.environment = environment(disk.home, port)
        self.services = {
            name: Service(name, disk, self.environment, logs / f"{name.replace(' ', '-')}.log") for name in NAMES
        }
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._look_after, daemon=True)

    def begin(self) -> None:
        for service in self.services.values():
            service.begin()
        self._thread.start()

    def _look_after(self) -> None:
        while not self._stopping.wait(0.1):
            with self._lock:
                for service in self.services.values():
                    service.look()

    def kill(self, name: str) -> None:
        with self._lock:
            self.services[name].kill()

    def fill(self) -> None:
        with self._lock:
            self.disk.fill(self._pids())

    def free(self) -> None:
        with self._lock:
            self.disk.free(self._pids())

    def _pids(self) -> list[int]:
        return [one.process.pid for one in self.services.values() if one.process is not None]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command beside them."""
        return subprocess.run(
            [sys.executable, "-m", "tests.soak.command", *words],
            env=self.environment,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def end(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        for service in self.services.values():
            service.end()

    def problems(self) -> list[str]:
        """What a process may not do: end with a trace, or for another reason than a disk that is full."""
        found = []
        for service in self.services.values():
            if "Traceback" in (said := service.said()):
                found.append(f"{service.name} wrote a traceback: {_around(said, 'Traceback')}")
            found += [
                f"{service.name} ended by itself with {code}: {said[-300:]}"
                for code, was_full in service.ended
                if not was_full or code != SENTENCE
            ]
        return found

    def sentences(self) -> list[str]:
        """What was said, each once, without what differs from time to time."""
        lines = [re.sub(r"\d+", "…", line) for one in self.services.values() for line in one.said().splitlines()]
        return sorted(set(lines))


def _around(text: str, word: str) -> str:
    at = text.index(word)
    return text[at : at + 3000]

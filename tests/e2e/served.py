"""`alongside run` in a home of its own, as somebody starts it, for tests that look at it from outside."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

PATIENCE = 90


@dataclass(frozen=True, slots=True)
class Served:
    process: subprocess.Popen[str]
    address: str
    seconds: float
    home: Path

    def interrupt(self) -> int:
        """Ctrl-C in a terminal: the whole group of processes in front gets it."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(30)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
    return port


def started(home: Path, *words: str, port: int = 0, log: Path) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ALONGSIDE_")}
    with log.open("w") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "alongside", "run", *words, "--port", str(port or free_port())],
            env={**environment, "ALONGSIDE_HOME": str(home)},
            stdout=said,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@contextmanager
def serving(home: Path, *words: str) -> Iterator[Served]:
    """Until it answers; it is ended afterwards, whatever happened to it."""
    port, began = free_port(), time.monotonic()
    log = home.parent / f"{home.name}.log"
    address = f"http://localhost:{port}"
    process = started(home, *words, port=port, log=log)
    try:
        while not answers(address):
            if process.poll() is not None or time.monotonic() - began > PATIENCE:
                raise AssertionError(f"It did not start: {log.read_text()}")
            time.sleep(0.1)
        yield Served(process, address, time.monotonic() - began, home)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def processes_of(home: Path) -> list[int]:
    """Everything that was started for this home or one inside it, wherever its parent went."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0]
            if state != "Z" and f"ALONGSIDE_HOME={home}".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


def gone_within(home: Path, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not processes_of(home):
            return True
        time.sleep(0.1)
    return False

"""A whole installation in a folder of its own, used from outside by its commands: for kills, memory and two homes."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
_DUMP = """
import json, django
django.setup()
from tests.archives import store
print(json.dumps(store.{what}(), default=str))
"""
_KILLED_IN = """
import importlib, os, signal, sys, django
django.setup()
module = importlib.import_module("{module}")
*path, name = "{name}".split(".")
owner = getattr(module, path[0]) if path else module
real, calls = getattr(owner, name), 0
def counted(*args, **named):
    global calls
    calls += 1
    done = real(*args, **named)
    if calls == {call}:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
setattr(owner, name, counted)
sys.argv = ["alongside", *{words}]
from alongside.config.command import main
main()
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """Its home, and its store: SQLite in it, or a base of its own on the PostgreSQL that the tests run on."""

    home: Path
    environment: dict[str, str]

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "alongside", *map(str, words)]

    def run(self, *words: str | Path, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*words),
            check=False,
            capture_output=True,
            text=True,
            env={**self.environment, **more},
            cwd=ROOT,
            timeout=300,
        )
        if check and done.returncode:
            raise AssertionError(f"{words} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    def killed_after(self, seconds: float, *words: str | Path) -> bool:
        """Start a command and kill -9 it. False where it was through before."""
        process = subprocess.Popen(
            self.command(*words), env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL

    def killed_in(self, function: str, call: int, *words: str) -> bool:
        """The command kills itself hard at the end of the so-manieth call of a function: before what called it commits."""
        module, _, name = function.partition(":")
        script = _KILLED_IN.format(module=module, name=name, call=call, words=list(map(str, words)))
        process = subprocess.run(
            [sys.executable, "-c", script],
            check=False,
            capture_output=True,
            env=self.environment,
            cwd=ROOT,
            timeout=300,
        )
        return process.returncode == -signal.SIGKILL

    def python(self, script: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script],
            check=False,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=ROOT,
            timeout=300,
        )
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout

    def begun(self, script: str) -> subprocess.Popen[str]:
        """A script that runs until somebody ends it; what it prints can be read."""
        words = [sys.executable, "-c", script]
        return subprocess.Popen(words, env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def dump(self, what: str = "said") -> Any:
        """`said` or `rows` of tests/archives/store.py, as JSON."""
        return json.loads(self.python(_DUMP.format(what=what)))

    def found(self, email: str, texts: Sequence[str], limit: int = 5) -> list[list[str]]:
        """For each text the source ids of the conversations found, by words."""
        path = self.home / "queries.jsonl"
        path.write_text("".join(json.dumps({"id": text, "text": text}) + "\n" for text in texts), encoding="utf-8")
        done = self.run("find", "--queries", path, "--as", email, "--limit", str(limit))
        return [[one["source_id"] for one in json.loads(line)["results"]] for line in done.stdout.splitlines()]


def new_installation(home: Path, **settings: str) -> Installation:
    home.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ALONGSIDE_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "alongside.config.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "ALONGSIDE_HOME": str(home),
        "ALONGSIDE_MODEL": "/nowhere",
        **settings,
    }
    if os.environ.get("ALONGSIDE_TEST_STORE") == "postgresql":
        environment["ALONGSIDE_STORE"] = _new_base(os.environ["ALONGSIDE_STORE"])
    return Installation(home, environment)


def _new_base(store: str) -> str:
    import psycopg

    name = f"one_{uuid4().hex[:12]}"
    with psycopg.connect(store, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return urlunsplit(urlsplit(store)._replace(path=f"/{name}"))


def moments(seconds: float, number: int, seed: int) -> list[float]:
    """Random moments in which to kill something that takes so long."""
    chance = random.Random(seed)
    return [chance.uniform(0.4, 0.7 * seconds) for _ in range(number)]

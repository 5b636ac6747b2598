"""An installation of its own, used as anybody would: by its commands."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

READER = "reader@bench.example"


class Failed(Exception):
    """A command of ours ended badly; what it said is the message."""


@dataclass(frozen=True, slots=True)
class Installation:
    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "alongside", *words],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failed(f"alongside {words[0]}: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ALONGSIDE_")}
        return {**clean, "ALONGSIDE_HOME": str(self.home), **self.settings}


@contextmanager
def installation(**settings: str) -> Iterator[Installation]:
    with TemporaryDirectory(prefix="alongside-bench-") as folder:
        yield Installation(Path(folder), {f"ALONGSIDE_{name.upper()}": value for name, value in settings.items()})


def write_lines(path: Path, values: Iterable[object]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    return path


def header(name: str) -> dict[str, object]:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Collection",
        "id": f"urn:bench:{name.replace(' ', '-')}",
        "name": name,
        "alongside": 1,
    }

"""Memory is bounded by people and rooms, never by messages: an archive three times as long takes as much."""

import json
import random
import sys
from pathlib import Path

import pytest
from tests.archives.installation import new_installation
from tests.archives.store import header, note, people, room

_MEASURED = """
import sys, django
django.setup()
sys.argv = ["alongside", "import", {path!r}]
from alongside.config.command import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
# Of this program alone: what getrusage tells begins with the size of who started it.
print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024)
"""
MOST_MEGABYTES = 300
WORDS = [
    "caller",
    "invoice",
    "printer",
    "handover",
    "price",
    "form",
    "queue",
    "letter",
    "meeting",
    "feature",
    "calm",
    "ask",
    "drawer",
    "left",
    "toner",
]


def long_archive(path: Path, messages: int) -> Path:
    chance = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for line in (header(), *people(), room("hotline"), room("leads", audience="members", members=["ana"])):
            file.write(json.dumps(line) + "\n")
        for number in range(messages):
            text = " ".join(chance.choices(WORDS, k=30)) + f" {number}"
            said = note(
                f"m{number}", text, number % 40_000, context=f"t{number // 8}", to=("hotline", "leads")[number % 9 == 0]
            )
            file.write(json.dumps(said) + "\n")
    return path


def peak(folder: Path, messages: int) -> int:
    """Megabytes at most, index of words included."""
    here = new_installation(folder / f"home-{messages}")
    here.run("manage", "migrate")
    path = long_archive(folder / f"{messages}.jsonl", messages)
    return int(here.python(_MEASURED.format(path=str(path))).splitlines()[-1])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count otherwise")
def test_a_longer_archive_takes_no_more_memory(tmp_path: Path) -> None:
    short, long = peak(tmp_path, 15_000), peak(tmp_path, 60_000)
    assert long < MOST_MEGABYTES
    # What grows is what the index of words keeps in memory until it is full, and that has an end.
    assert long - short < 60, (short, long)

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
told = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(*(int(told[what].split()[0]) // 1024 for what in ("VmHWM", "RssFile")))
"""
MOST_MEGABYTES = 300
# Of the process that reads ahead, which holds a frame of records and what renders them; with much to spare.
READING_MEGABYTES = 60
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


def peak_and_mapped(folder: Path, messages: int) -> tuple[int, int]:
    """Megabytes at most, index of words included; and how much of files is mapped in the end."""
    here = new_installation(folder / f"home-{messages}")
    here.run("manage", "migrate")
    path = long_archive(folder / f"{messages}.jsonl", messages)
    most, mapped = here.python(_MEASURED.format(path=str(path))).splitlines()[-1].split()
    return int(most), int(mapped)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count otherwise")
def test_a_longer_archive_takes_no_more_memory(tmp_path: Path) -> None:
    (short, mapped), (long, mapped_by_long) = peak_and_mapped(tmp_path, 15_000), peak_and_mapped(tmp_path, 60_000)
    assert long + READING_MEGABYTES < MOST_MEGABYTES
    assert long - short < 20, (short, long)
    # 45,000 messages more are 30 MB of store: mapped, they would be counted as memory, up to 128 MB of them.
    assert mapped_by_long - mapped < 12, (mapped, mapped_by_long)

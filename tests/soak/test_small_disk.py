"""A small disk gets full and free again for the processes on it, in each way in which it can be made here."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soak.small_disk import Limited, SmallDisk, a_small_disk

WAYS = ("mount", "sudo", "limit")
WRITES = """
import os, sys
for line in sys.stdin:
    try:
        with open(sys.argv[1] + "/written", "ab", buffering=0) as file:
            is_whole = file.write(b"x" * 10_000) == 10_000  # the last page of a file may have some room
            print("written" if is_whole else "not whole", flush=True)
    except OSError as error:
        print(error.strerror, flush=True)
"""


@pytest.fixture(params=WAYS)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    made = a_small_disk(tmp_path / "disk", [one for one in WAYS if one != request.param])
    if request.param != "limit" and isinstance(made, Limited):
        made.close()
        pytest.skip(f"a disk by {request.param} cannot be made here")
    yield made
    made.close()


def test_it_gets_full_and_free_again(disk: SmallDisk) -> None:
    command = [sys.executable, "-c", WRITES, str(disk.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def tried() -> str:
            process.stdin.write("\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            return process.stdout.readline().strip()  # type: ignore[union-attr]

        assert tried() == "written"
        disk.fill([process.pid])
        assert tried() in {"No space left on device", "File too large", "not whole"}
        disk.free([process.pid])
        assert tried() == "written"
        process.stdin.close()
    assert 20_000 <= (disk.home / "written").stat().st_size < 30_000

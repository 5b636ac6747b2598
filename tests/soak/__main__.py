"""`make soak`: everything that can go wrong goes wrong, for MINUTES; at the end nothing is lost and nothing twice.

python -m tests.soak --minutes 3 --seed 7
"""

import argparse
import os
import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import click

from tests.soak.processes import environment
from tests.soak.small_disk import FILLER, a_small_disk


def main() -> None:
    given = _given()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was begun is ended, and what was mounted let go
    folder = Path(tempfile.mkdtemp(prefix="alongside-soak-"))
    disk = a_small_disk(folder / "home", given.without)
    # This process reads the store as any other would: it has the same settings, before anything of them is loaded.
    os.environ.update(environment(disk.home, 8765))
    import django

    django.setup()
    from tests.soak.soaking import Soak

    click.echo(f"Seed {given.seed}. The small disk is {disk.how}.")
    soak = Soak(folder, disk, seed=given.seed, minutes=given.minutes, pace=given.pace)
    try:
        problems = soak.run()
    finally:
        soak.close()
        shutil.copytree(disk.home, folder / "as it was", ignore=shutil.ignore_patterns(FILLER, "static", "preparing"))
        disk.close()
    for problem in problems:
        click.echo(f"! {problem}")
    if problems:
        click.echo(f"Logs are in {folder}. Again: python -m tests.soak --minutes {given.minutes:g} --seed {given.seed}")
        sys.exit(1)
    shutil.rmtree(folder, ignore_errors=True)
    click.echo("Nothing was lost, and nothing twice.")


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--pace", type=float, default=1.0, help="how much is said: 1 is some 6 things a second")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=["mount", "sudo"],
        help="do not make the small disk in this way",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()

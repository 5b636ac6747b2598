"""`make bench`: how fast, with a million messages, beside what one could have instead. It prints one table.

It judges nothing but shows: two cores that others use make any time an upper bound; what is compared is measured by
turns in the same run. Bounds are the ones that the project set itself before it was written.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import click

from alongside.config.commands.bars import counting
from bench import million
from bench.answering import NEWEST
from bench.beside import build_fts5, build_postgresql
from bench.children import measured_by, middle_and_slow, result_of, started
from bench.importing import write_archive
from bench.installation import Installation
from bench.million import Million
from bench.sets import DATA
from bench.tables import table

Row = tuple[str, str, str, str]
PASSAGES = 20_300


@dataclass(slots=True)
class Clock:
    """What takes how long, said as it goes."""

    began: float

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        at = monotonic()
        yield
        print(f"{monotonic() - self.began:6.0f} s  {words}: {monotonic() - at:.0f} s", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where it all lies, until it ends."""

    data: Path
    folder: Path
    messages: int

    def home(self, name: str, **settings: str) -> Installation:
        (self.folder / name).mkdir(exist_ok=True)
        return Installation(self.folder / name, {f"ALONGSIDE_{key.upper()}": value for key, value in settings.items()})


REPLIED_IN = {"here": "in this process", "slack": "in a pretended Slack", "mail": "by mail, real servers"}


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), default=DATA)
@click.option("--messages", default=1_000_000, show_default=True, help="Fewer are for trying the command out.")
@click.option("--brought", default=300_000, show_default=True, help="Messages of the archive that is brought in.")
def main(data: Path, messages: int, brought: int) -> None:
    clock = Clock(monotonic())
    with TemporaryDirectory(prefix="alongside-bench-", ignore_cleanup_errors=True) as folder:
        place = Place(data, Path(folder), messages)
        rows = list(_all(place, clock, brought))
    print(table(["measured", "here", "bound", ""], rows))
    print(
        f"\n{messages:,} messages; {monotonic() - clock.began:.0f} s in all. Times in ms unless another unit stands there."
    )


def _all(place: Place, clock: Clock, brought: int) -> Iterator[Row]:
    vectors = place.folder / "vectors.npy"
    encoding = started(place.home("store"), "encoding", place.data, PASSAGES, vectors)
    here = place.home("store")
    rows, address = _built(place, here, clock)
    with clock.step("the rest of 20,000 passages encoded, on one core beside all this"):
        encoded = result_of(encoding, "encoding")
    with clock.step("words index made anew"):
        told = here.run("rebuild", "--words")
    yield _rate("rebuild --words, messages a second", _told_rate(told), 40_000)
    with clock.step("asked in words, by turns with FTS5 and PostgreSQL"):
        without = place.home("store", model=str(place.folder / "no-model"))
        words = measured_by(without, "answering", "words", place.data, here.home, place.folder / "fts5", address)
    with clock.step("meaning index of a million passages"):
        meaning = measured_by(here, "meaning", vectors, place.messages, place.folder / "recall")
    with clock.step("asked with meaning"):
        meant = measured_by(here, "answering", "meaning", place.data)
    replied = {}
    for name, where in REPLIED_IN.items():
        with clock.step(f"written to Alongside {where}, by turns with find"):
            replied[name] = measured_by(here, "replying", place.data, name)
    yield from _words_rows(words)
    yield from _meaning_rows(words, meant, meaning, encoded)
    yield from _reply_rows(replied)
    yield from _size_rows(here, meant)
    with clock.step("50 messages a second and a note a second written and looked for"):
        fresh = _freshness(place, here)
    for what, written in (("messages", "written"), ("notes", "a note told")):
        most = fresh[what]["most"]
        yield _row(f"{written} until found, s: p50, p95, most", _three(fresh[what]), "most ≤ 1.5", most <= 1.5)
    for what, since in (("edits", "edited until found so"), ("deletions", "deleted until found no more")):
        yield _row(f"{since}, s: p50, p95, most", _three(fresh[what]), "", None)
    with clock.step(f"{brought:,} messages brought in, and by bulk_create"):
        yield from _import_rows(place, brought)
    assert rows


def _built(place: Place, here: Installation, clock: Clock) -> tuple[Million, str]:
    from tests.stores import started_postgresql

    with clock.step("store"), counting("store", "messages", total=place.messages) as bar:
        rows = million.build(here, place.data, place.messages, bar)
    with clock.step("FTS5"), counting("FTS5", "messages", total=place.messages) as bar:
        build_fts5(rows, place.folder / "fts5", bar)
    with clock.step("PostgreSQL"), counting("PostgreSQL", "messages", total=place.messages) as bar:
        address = started_postgresql(str(place.folder))
        build_postgresql(rows, address, bar)
    return rows, address


def _row(words: str, measured: str, bound: str, holds: bool | None) -> Row:  # noqa: FBT001
    return words, measured, bound, "" if holds is None else "✓" if holds else "✗"


def _rate(words: str, measured: float, least: float) -> Row:
    return _row(words, f"{measured:,.0f}", f"≥ {least:,.0f}", measured >= least)


def _told_rate(told: str) -> float:
    return float(told.split(" s, ", 1)[1].split(" a second", 1)[0].replace(",", ""))


def _pair(times: list[float]) -> str:
    return " / ".join(f"{one:,.1f}" for one in middle_and_slow(times))


def _words_rows(words: dict[str, Any]) -> Iterator[Row]:
    ours = middle_and_slow(words["times"]["ours"])
    yield _row("find in words: p50 / p95", _pair(words["times"]["ours"]), "", None)
    for name, title, bounds in (("fts5", "SQLite FTS5", (20, 15)), ("postgresql", "PostgreSQL", (50, 30))):
        theirs = middle_and_slow(words["times"][name])
        times = [theirs[0] / ours[0], theirs[1] / ours[1]]
        yield _row(f"  {title}, same rows and readers", _pair(words["times"][name]), "", None)
        told = f"{times[0]:,.0f} × / {times[1]:,.0f} ×"
        yield _row(
            "    ours is faster",
            told,
            f"≥ {bounds[0]} × / {bounds[1]} ×",
            all(map(float.__ge__, times, map(float, bounds))),
        )
    yield from _narrow_and_hidden("in words", words)


def _narrow_and_hidden(how: str, times: dict[str, list[float]]) -> Iterator[Row]:
    broad, narrow = middle_and_slow(times["broad"]), middle_and_slow(times["narrow"])
    yield _row(f"{how}, all rooms: p50 / p95", _pair(times["broad"]), "", None)
    yield _row(f"{how}, one room: p50 / p95", _pair(times["narrow"]), "p95 ≤ all rooms'", narrow[1] <= broad[1])
    for kind in ("", NEWEST):
        with_hidden, with_absent = times[f"{kind}hidden"], times[f"{kind}absent"]
        hidden, absent = median(with_hidden), median(with_absent)
        noise = max(_spread(with_hidden), _spread(with_absent))
        told = f"{hidden:.2f} − {absent:.2f} = {hidden - absent:+.2f}"
        yield _row(f"{how}, {kind}hidden − absent word", told, f"< noise {noise:.2f}", abs(hidden - absent) < noise)


def _spread(times: list[float]) -> float:
    """Between the quarters."""
    low, _, high = quantiles(times, n=4)
    return high - low


def _meaning_rows(
    words: dict[str, Any], meant: dict[str, Any], meaning: dict[str, Any], encoded: dict[str, Any]
) -> Iterator[Row]:
    most = 3 * middle_and_slow(words["broad"])[1] + 60
    slow = middle_and_slow(meant["broad"])[1]
    yield _row(
        "find with meaning: p50 / p95", _pair(meant["broad"]), f"p95 ≤ 3 × words + 60 = {most:.0f}", slow <= most
    )
    yield from _narrow_and_hidden("with meaning", meant)
    found = meaning["recall"]
    yield _row(
        f"recall@10 by bits, {found['passages']:,} passages",
        f"{found['recall']:.3f}",
        "≥ 0.92",
        found["recall"] >= 0.92,
    )
    rate = encoded["passages"] / encoded["seconds"]
    yield _row(f"encoding, passages of {encoded['words']:.0f} words a second, one core", f"{rate:,.0f}", "", None)


def _size_rows(here: Installation, meant: dict[str, Any]) -> Iterator[Row]:
    for part in ("words", "meaning"):
        files = (
            path for folder in (here.home / "index").glob(f"{part}-*") for path in folder.rglob("*") if path.is_file()
        )
        yield _row(f"index of {part}, MB", f"{sum(path.stat().st_size for path in files) / 1e6:,.0f}", "", None)
    memory = f"{meant['memory']['own']:,.0f} + {meant['memory']['all'] - meant['memory']['own']:,.0f}"
    yield _row("a process that answers, MB: its own + files mapped", memory, "", None)


def _three(fresh: dict[str, Any]) -> str:
    return f"{fresh['p50']:.2f}, {fresh['p95']:.2f}, {fresh['most']:.2f}"


def _reply_rows(replied: dict[str, Any]) -> Iterator[Row]:
    """Our own time from a message in a tool to the answer being handed to that tool."""
    for name, where in REPLIED_IN.items():
        own, find = replied[name]["answer"], replied[name]["find"]
        yield _row(f"from message to answer {where}: p50 / p95", f"{own[0]:.1f} / {own[1]:.1f}", "", None)
        beside = f"{own[0] / find[0]:.2f} × {find[0]:.1f} / {find[1]:.1f}"
        yield _row("  beside find at the same time", beside, "p50 ≤ 3 × find's", own[0] <= 3 * find[0])


def _freshness(place: Place, here: Installation) -> dict[str, Any]:
    from subprocess import DEVNULL, Popen

    work = Popen([sys.executable, "-m", "alongside", "work"], env=here.environment(), stdout=DEVNULL, stderr=DEVNULL)
    try:
        return measured_by(
            place.home("store", model=str(place.folder / "no-model")), "freshness", place.data, place.messages
        )
    finally:
        work.send_signal(signal.SIGTERM)
        work.wait(60)


def _import_rows(place: Place, brought: int) -> Iterator[Row]:
    archive = write_archive(place.folder / "archive.jsonl", place.data, brought)
    ours = measured_by(place.home("brought"), "importing", "ours", archive)
    bare = measured_by(place.home("bare"), "importing", "bare", place.folder / "brought" / "store.sqlite3")
    rate, plain = ours["messages"] / ours["seconds"], bare["messages"] / bare["seconds"]
    yield _row("import with its words index, messages a second", f"{rate:,.0f}", "", None)
    yield _row("  bare bulk_create of the same rows", f"{plain:,.0f}", "", None)
    yield _row("    import / bulk_create", f"{rate / plain:.2f}", "≥ 0.50", rate >= plain / 2)
    told = f"{_microseconds(ours):,.0f} / {_microseconds(bare):,.0f}"
    yield _row("  processor time of a message, µs: import (two processes) / bulk_create", told, "", None)
    peak = f"{ours['peak']:,.0f}"
    yield _row(f"  peak memory of importing {ours['messages']:,}, all processes, MB", peak, "< 300", ours["peak"] < 300)


def _microseconds(measured: dict[str, Any]) -> float:
    return float(measured["processor"] / measured["messages"] * 1e6)


if __name__ == "__main__":
    main()

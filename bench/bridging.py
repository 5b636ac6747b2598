"""How fast a flood of events is taken in, beside a bare `bulk_create` of the same rows: `make bench-bridges`."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from bench.children import measured_by
from bench.installation import Installation
from bench.sets import DATA
from bench.tables import table

Row = tuple[str, str, str, str]


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), default=DATA)
@click.option("--events", default=100_000, show_default=True, help="Fewer are for trying the command out.")
def main(data: Path, events: int) -> None:
    with TemporaryDirectory(prefix="alongside-bench-", ignore_cleanup_errors=True) as folder:
        print(table(["measured", "here", "bound", ""], list(_rows(Path(folder), data, events))))


def _rows(folder: Path, data: Path, events: int) -> Iterator[Row]:
    here, store = Installation(folder / "here"), folder / "here" / "store.sqlite3"
    took = measured_by(here, "arriving", "inbox", data, events)
    bare = measured_by(Installation(folder / "bare-inbox"), "arriving", "bare", store, "inbox")
    yield from _compared("events into the inbox", took, bare)
    told = measured_by(here, "arriving", "messages")
    bare = measured_by(Installation(folder / "bare-messages"), "arriving", "bare", store, "messages")
    yield from _compared("from the inbox to messages", told, bare)


def _compared(what: str, ours: dict[str, Any], bare: dict[str, Any]) -> Iterator[Row]:
    rate, plain = ours["rows"] / ours["by_clock"], bare["rows"] / bare["by_clock"]
    yield f"{what}, a second", f"{rate:,.0f}", "", ""
    yield "  bare bulk_create of the same rows", f"{plain:,.0f}", "", ""
    yield "    ours / bulk_create", f"{rate / plain:.2f}", "≥ 0.50", "✓" if rate >= plain / 2 else "✗"
    by_processor = (ours["rows"] / ours["seconds"]) / (bare["rows"] / bare["seconds"])
    yield "    the same by processor time", f"{by_processor:.2f}", "", ""
    yield "  peak memory, MB", f"{ours['peak']:,.0f}", "< 300", "✓" if ours["peak"] < 300 else "✗"


if __name__ == "__main__":
    main()

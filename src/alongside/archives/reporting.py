"""What an import came to, in sentences for who brought it in. Pure."""

from collections.abc import Iterator
from datetime import datetime

from alongside.archives.rules import Report
from alongside.kit.counting import counted


def lines_of(report: Report, seconds: float) -> Iterator[str]:
    rate = report.new / seconds if seconds > 0 else 0
    if report.is_nothing:
        yield f"Nothing came in from {report.name} ({report.tool})."
        yield from left_out_lines(report)
        return
    yield f"Import {report.import_id}: {report.name} ({report.tool})."
    if report.is_overtaken:
        yield "All of it is here already, and a newer export of the same tool came after it: nothing was changed."
        return
    yield (
        f"{counted(report.new, 'message')} came in, {report.changed:,} changed, {report.removed:,} went,"
        f" {report.unchanged:,} were here already; {counted(report.rooms, 'room')}; {seconds:.1f} s, {rate:,.0f} a second."
    )
    if report.notes:
        yield f"{counted(report.notes, 'kept note')} came in or grew."
    if report.sealed_rooms:
        rooms = counted(report.sealed_rooms, "closed room is sealed", "closed rooms are sealed")
        yield f"{rooms}: nobody reads or finds what was said there until a member opens it under “My things”."
    yield from left_out_lines(report)
    yield f"To take it wholly back: alongside import --undo {report.import_id}"


def left_out_lines(report: Report) -> Iterator[str]:
    if not report.left_out:
        yield "Nothing was left out."
        return
    yield "Left out:"
    for reason, entry in sorted(report.left_out.items(), key=lambda item: -item[1].count):
        yield f"  {entry.count:,} × {reason}" + (f" (first: {entry.first})" if entry.first else "")


def span_of(report: Report) -> str:
    if report.first_said_at is None or report.last_said_at is None:
        return "nothing was said in it"
    return f"{_day(report.first_said_at)} to {_day(report.last_said_at)}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"

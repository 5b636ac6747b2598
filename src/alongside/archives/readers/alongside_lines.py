"""The lines of an Alongside archive, wherever they are packed, each decoded or left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from alongside.archives.port import LeftOut, Limits, Opened, Progress, Reason, Unreadable
from alongside.archives.readers.unpacking import CannotUnpack, Kind, kind_of, open_package, open_plain_or_gzip

MEMBER: Final = "archive.jsonl"
_SKIPPED_AT_ONCE: Final = 1_000_000
_LINES_SNIFFED: Final = 3
_SNIFFED_BYTES: Final = 64_000
_UTF8_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One object of the file; `where` is its line, for the report."""

    where: str
    kind: str
    value: dict[str, Any]
    raw: bytes


def first_object(path: Path, limits: Limits) -> dict[str, Any] | None:
    """What the first line that is not blank holds; None when it is no object. Reads little."""
    with _open(path, limits, Progress()) as stream:
        for _ in range(_LINES_SNIFFED):
            raw = stream.readline(_SNIFFED_BYTES)
            if raw.removeprefix(_UTF8_MARK).strip():
                value = _decoded(raw)
                return value if isinstance(value, dict) else None
    return None


def lines_of(opened: Opened) -> Iterator[Line | LeftOut]:
    """Every line from the start. `Progress` is begun anew."""
    progress = opened.progress
    progress.done, progress.total = 0, _size(opened.path)
    number = 0
    try:
        with _open(opened.path, opened.limits, progress) as stream:
            while raw := stream.readline(opened.limits.record_bytes + 1):
                number += 1
                if raw.strip():
                    yield _line(stream, raw, f"line {number}", opened.limits)
    except CannotUnpack as broken:
        yield LeftOut(broken.reason, f"after line {number}")
    progress.done = progress.total


def _size(path: Path) -> int:
    try:
        return (path / MEMBER if path.is_dir() else path).stat().st_size
    except OSError:
        return 0


def _open(path: Path, limits: Limits, progress: Progress) -> BinaryIO:
    if kind_of(path) in {Kind.PLAIN, Kind.GZIP, Kind.EMPTY}:
        return open_plain_or_gzip(path, limits, progress)
    if kind_of(path) is Kind.FOLDER:
        # Not as a package: that would list every file of somebody's folder to find one.
        return open_plain_or_gzip(path / MEMBER, limits, progress)
    package = open_package(path, limits)
    names = [name for name in package.names if name == MEMBER or name.endswith("/" + MEMBER)]
    if not names:
        raise Unreadable(f"“{path.name}” holds no {MEMBER}: this is not an Alongside archive.")
    return package.open(min(names, key=len))


def _line(stream: BinaryIO, raw: bytes, where: str, limits: Limits) -> Line | LeftOut:
    if len(raw) > limits.record_bytes and not raw.endswith(b"\n"):
        while raw and not raw.endswith(b"\n"):
            raw = stream.readline(_SKIPPED_AT_ONCE)
        return LeftOut(Reason.TOO_LARGE, where)
    value = _decoded(raw)
    if isinstance(value, dict):
        kind = value.get("type")
        return Line(where, kind if isinstance(kind, str) else "", value, raw)
    # Only the last line of a file has no end; when it cannot be read either, the file was cut.
    return LeftOut(Reason.BROKEN if raw.endswith(b"\n") else Reason.TRUNCATED, where)


def _decoded(raw: bytes) -> object:
    try:
        return msgspec.json.decode(raw.removeprefix(_UTF8_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None

"""The records of a JSON list, one after the other, whatever state the file is in.

A whole and sound file is decoded at once, which is fast. A large, broken or truncated one is cut into its
records by brackets and quotes alone, so that one bad record costs that record and not the file.
"""

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from alongside.archives.port import LeftOut, Limits, Reason
from alongside.archives.readers.unpacking import CannotUnpack
from alongside.kit.json_fields import Record

_CHUNK = 256 * 1024
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"
_OUTSIDE = re.compile(rb'["{}\[\],]')
# No JSON string holds a raw line end: where one occurs a quote is missing, and the string ends with the line.
_INSIDE = re.compile(rb'["\n]|\\.', re.DOTALL)


def records(file: BinaryIO, limits: Limits, where: str) -> Iterator[Record | LeftOut]:
    """Every object of the list; what is none, or cannot be read, as `LeftOut`. Raises nothing."""
    chunks = _Chunks(file)
    start = chunks.up_to(limits.record_bytes)
    if chunks.at_end and chunks.broken is None:
        whole = _decoded(start)
        if isinstance(whole, list):
            yield from _checked(whole, where)
            return
    if start.startswith(_UTF16):
        yield LeftOut(Reason.BROKEN, where)
        return
    yield from _cut(chunks, start, limits, where)


class _Chunks:
    """The bytes of a file up to where it ends or breaks; which of the two, `broken` says."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.at_end = False
        self.broken: CannotUnpack | None = None

    def next(self) -> bytes:
        """Small steps, because what one call had read before the break is lost with it."""
        try:
            chunk = self._file.read1(_CHUNK) if hasattr(self._file, "read1") else self._file.read(_CHUNK)
        except CannotUnpack as error:
            self.broken, chunk = error, b""
        self.at_end = not chunk
        return bytes(chunk)

    def up_to(self, size: int) -> bytes:
        taken = bytearray()
        while not self.at_end and len(taken) <= size:
            taken += self.next()
        return bytes(taken)


def _checked(items: list[object], where: str) -> Iterator[Record | LeftOut]:
    for number, item in enumerate(items, start=1):
        yield item if isinstance(item, dict) else LeftOut(Reason.BROKEN, f"{where}, record {number}")


def _decoded(data: bytes) -> object:
    """None for what is not JSON."""
    data = data.removeprefix(_UTF8_MARK)
    if data.startswith(_UTF16):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _decoded_leniently(data: bytes) -> object:
    """One record that the strict decoder may refuse for a letter in a wrong encoding or half an emoji."""
    value = _decoded(data)
    if value is not None:
        return value
    try:
        return json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _cut(chunks: _Chunks, start: bytes, limits: Limits, where: str) -> Iterator[Record | LeftOut]:
    cutter = _Cutter(limits.record_bytes)
    number = 0
    chunk = start.removeprefix(_UTF8_MARK)
    while True:
        for piece in cutter.feed(chunk):
            number += 1
            yield _record(piece, f"{where}, record {number}")
        if chunks.at_end:
            break
        chunk = chunks.next()
    if chunks.broken is not None:
        yield LeftOut(chunks.broken.reason, where)
    elif not cutter.was_list:
        yield LeftOut(Reason.BROKEN, where)
    elif not cutter.ended:
        yield LeftOut(Reason.TRUNCATED, where)


def _record(piece: bytes | None, where: str) -> Record | LeftOut:
    if piece is None:
        return LeftOut(Reason.TOO_LARGE, where)
    value = _decoded_leniently(piece)
    return value if isinstance(value, dict) else LeftOut(Reason.BROKEN, where)


class _Cutter:
    """Cuts the items of the outermost list out of bytes that come in chunks; None for one that is too large."""

    def __init__(self, record_bytes: int) -> None:
        self._limit = record_bytes
        self._item = bytearray()
        self._too_large = False
        self._depth = 0
        self._in_string = False
        self._pending = b""
        self.was_list = False
        self.ended = False

    def feed(self, chunk: bytes) -> Iterator[bytes | None]:
        data, self._pending = self._pending + chunk, b""
        if not self.was_list:
            start = data.lstrip()
            if not start.startswith(b"["):
                return
            self.was_list, data = True, start[1:]
        yield from self._items(data)

    def _items(self, data: bytes) -> Iterator[bytes | None]:
        kept = position = 0
        while not self.ended:
            found = (_INSIDE if self._in_string else _OUTSIDE).search(data, position)
            if found is None:
                self._keep_tail(data[kept:])
                return
            position = found.end()
            if self._ends_item(found.group()):
                self._keep(data[kept : found.start()])
                kept = position
                self.ended = found.group() == b"]"
                yield from self._taken()
            else:
                self._follow(found.group())

    def _keep_tail(self, tail: bytes) -> None:
        # A lone backslash at the very end belongs to the sign that comes next.
        if self._in_string and tail.endswith(b"\\"):
            lone = (len(tail) - len(tail.rstrip(b"\\"))) % 2
            self._pending = tail[len(tail) - lone :]
            tail = tail[: len(tail) - lone]
        self._keep(tail)

    def _ends_item(self, sign: bytes) -> bool:
        return self._depth == 0 and not self._in_string and sign in b",]"

    def _follow(self, sign: bytes) -> None:
        if self._in_string:
            self._in_string = sign not in b'"\n'
        elif sign == b'"':
            self._in_string = True
        elif sign in b"{[":
            self._depth += 1
        elif sign in b"}]":
            self._depth = max(0, self._depth - 1)

    def _keep(self, piece: bytes) -> None:
        if self._too_large or len(self._item) + len(piece) > self._limit:
            self._too_large = True
            self._item.clear()
        else:
            self._item += piece

    def _taken(self) -> Iterator[bytes | None]:
        piece = bytes(self._item).strip()
        too_large, self._too_large = self._too_large, False
        self._item.clear()
        if too_large:
            yield None
        elif piece:
            yield piece

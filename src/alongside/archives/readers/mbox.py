"""An mbox cut into mails while it streams.

Not the standard library's `mailbox.mbox`: that one lists the place of every mail before it gives the first, and takes
any line that begins with "From " for the start of a mail.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from alongside.archives.port import LeftOut
from alongside.archives.readers.unpacking import CannotUnpack


@dataclass(frozen=True, slots=True)
class RawMail:
    """One mail as it lies in the archive. `where` is how a person finds it; `is_cut` says that its end was not kept."""

    where: str
    content: bytes
    from_line: bytes = b""
    is_cut: bool = False
    flags: str = ""


_CHUNK: Final = 256 * 1024
# How much must lie behind a "From " before it can be judged: the line itself and the beginning of the next two.
_AHEAD: Final = 1_200

_START: Final = re.compile(
    rb"From (?=[^\n]{0,400}\b\d\d?:\d\d)(?=[^\n]{0,400}\b(?:19|20)\d\d\b)[^\n]{0,500}\n"
    rb"(?:>From [^\n]{0,400}\n)?[!-9;-~]+[ \t]*:"
)
# Some programs write no address or no date. A blank line before it and a header after it must then make up for that.
_BARE_START: Final = re.compile(rb"From \S*[ \t]*\r?\n[!-9;-~]+[ \t]*:")
_HEADLESS_START: Final = re.compile(rb"From \S+ +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [^\n]{0,200}\d\d:\d\d[^\n]{0,100}\n")
_QUOTED_FROM: Final = re.compile(rb"^>(>*From )", re.MULTILINE)


def looks_like_mbox(start: bytes) -> bool:
    """`start` is the beginning of a file, some kilobytes of it."""
    return _begins_mail(_without_leading_space(start), after_blank=True)


def _without_leading_space(start: bytes) -> bytes:
    return start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")


def _begins_mail(data: bytes | bytearray, position: int = 0, *, after_blank: bool) -> bool:
    if _START.match(data, position):
        return True
    return after_blank and bool(_BARE_START.match(data, position) or _HEADLESS_START.match(data, position))


def split(stream: BinaryIO, name: str, most_bytes: int) -> Iterator[RawMail | LeftOut]:
    """Each mail of the stream. Of one that is larger than `most_bytes` (attachments, mostly) only so much is kept."""
    number = 0
    pieces = _Pieces(stream, most_bytes)
    try:
        for content, is_cut in pieces:
            number += 1
            yield _mail(f"{name}: mail {number}", content, is_cut=is_cut)
    except CannotUnpack as broken:
        yield LeftOut(broken.reason, f"{name}: after mail {number}")


def _mail(where: str, piece: bytes, *, is_cut: bool) -> RawMail:
    from_line, _, content = piece.partition(b"\n")
    if b"\n>" in content:
        content = _QUOTED_FROM.sub(rb"\1", content)
    return RawMail(where, content, from_line.strip(), is_cut=is_cut)


class _Pieces:
    """The bytes from one "From " line to the next, held one at a time."""

    def __init__(self, stream: BinaryIO, most_bytes: int) -> None:
        self._stream = stream
        self._most_bytes = most_bytes
        self._held = bytearray()
        self._ended = False
        self._kept = b""

    def __iter__(self) -> Iterator[tuple[bytes, bool]]:
        self._read()
        self._held = bytearray(_without_leading_space(bytes(self._held)))
        searched = 0
        while True:
            found, searched = self._next_start(searched)
            if found:
                yield self._taken(found)
                searched = 0
            elif self._ended:
                break
            else:
                searched = self._let_go(searched)
                self._read()
        if self._held.strip():
            yield self._taken(len(self._held))

    def _read(self) -> None:
        # `read` with a number would wait to be full and lose what came before a break in a gzip.
        chunk = self._stream.read1(_CHUNK) if hasattr(self._stream, "read1") else self._stream.read(_CHUNK)
        self._held += chunk
        self._ended = not chunk

    def _next_start(self, searched: int) -> tuple[int, int]:
        """Where the next mail begins (0: not in sight), and from where to go on looking."""
        held = self._held
        while (line_end := held.find(b"\nFrom ", searched)) >= 0:
            if len(held) - line_end < _AHEAD and not self._ended:
                return 0, line_end
            after_blank = held[max(0, line_end - 2) : line_end].endswith((b"\n", b"\n\r"))
            if _begins_mail(held, line_end + 1, after_blank=after_blank):
                return line_end + 1, 0
            searched = line_end + 1
        return 0, max(searched, len(held) - len(b"\nFrom "))

    def _let_go(self, searched: int) -> int:
        if len(self._held) <= self._most_bytes + _CHUNK and not self._kept:
            return searched
        self._kept = self._kept or bytes(self._held[: self._most_bytes])
        gone = max(0, searched - 2)
        del self._held[:gone]
        return searched - gone

    def _taken(self, length: int) -> tuple[bytes, bool]:
        piece = self._kept or bytes(self._held[:length])
        is_cut = bool(self._kept) or len(piece) > self._most_bytes
        del self._held[:length]
        self._kept = b""
        return piece[: self._most_bytes], is_cut

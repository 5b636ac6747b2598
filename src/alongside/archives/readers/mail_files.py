"""Where mails lie: an mbox (also gzipped), a Maildir, a single mail, or several of these in a folder, zip or tar."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from alongside.archives.port import LeftOut, Limits, Opened, Reason, Unreadable
from alongside.archives.readers.mbox import RawMail, looks_like_mbox, split
from alongside.archives.readers.unpacking import CannotUnpack, Kind, kind_of, open_package, open_plain_or_gzip

_SNIFFED: Final = 4_096
_NAMES_SNIFFED: Final = 12
_HEADER_LINE: Final = re.compile(rb"([!-9;-~]+):[^\n]*(?:\n[ \t][^\n]*)*(?:\n|$)")
_OF_MAIL: Final = frozenset(
    b"from to cc date subject message-id received return-path delivered-to mime-version reply-to sender".split()
)
_FEWEST_FIELDS: Final = 3
_FLAGS: Final = re.compile(r":2,([A-Za-z]*)$")


def hold_mail(path: Path) -> bool:
    """Whether there is mail at the path, by what is in it. Never raises."""
    try:
        kind = kind_of(path)
        if kind in {Kind.PLAIN, Kind.GZIP}:
            return _is_mail(_start(open_plain_or_gzip(path, Limits())))
        if kind is Kind.FOLDER and any(_maildirs(path)):
            return True
        return kind in {Kind.FOLDER, Kind.ZIP, Kind.TAR} and _package_holds_mail(path)
    except (Unreadable, CannotUnpack, OSError, ValueError):
        return False


def _package_holds_mail(path: Path) -> bool:
    package = open_package(path, Limits())
    for name in package.names[:_NAMES_SNIFFED]:
        with package.open(name) as stream:
            if _is_mail(_start(stream)):
                return True
    return False


def _start(stream: BinaryIO) -> bytes:
    return stream.read1(_SNIFFED) if hasattr(stream, "read1") else stream.read(_SNIFFED)


def _is_mail(start: bytes) -> bool:
    return looks_like_mbox(start) or _is_single_mail(start)


def _is_single_mail(start: bytes) -> bool:
    names: set[bytes] = set()
    position = 0
    start = start.replace(b"\r\n", b"\n")
    while found := _HEADER_LINE.match(start, position):
        names.add(found[1].lower())
        position = found.end()
    return len(names & _OF_MAIL) >= (_FEWEST_FIELDS if b"from" in names else _FEWEST_FIELDS + 1)


def mails_in(opened: Opened) -> Iterator[RawMail | LeftOut]:
    """Every mail, in an order that stays the same. `Progress` is begun anew."""
    opened.progress.done = 0
    kind = kind_of(opened.path)
    if kind in {Kind.PLAIN, Kind.GZIP}:
        opened.progress.total = opened.path.stat().st_size
        stream = open_plain_or_gzip(opened.path, opened.limits, opened.progress)
        yield from _mails_of_stream(stream, opened.path.name, opened.limits)
    elif kind is Kind.FOLDER and (folders := list(_maildirs(opened.path))):
        yield from _mails_of_maildirs(folders, opened)
    else:
        yield from _mails_of_package(opened)


def _mails_of_stream(stream: BinaryIO, name: str, limits: Limits) -> Iterator[RawMail | LeftOut]:
    try:
        start = stream.peek(_SNIFFED)[:_SNIFFED] if hasattr(stream, "peek") else b""
        if looks_like_mbox(start):
            yield from split(stream, name, limits.record_bytes)
        elif _is_single_mail(start):
            content = stream.read(limits.record_bytes + 1)
            yield RawMail(name, content[: limits.record_bytes], is_cut=len(content) > limits.record_bytes)
        else:
            yield LeftOut(Reason.UNKNOWN, name)
    except CannotUnpack as broken:
        yield LeftOut(broken.reason, name)


def _mails_of_package(opened: Opened) -> Iterator[RawMail | LeftOut]:
    package = open_package(opened.path, opened.limits)
    opened.progress.total = sum(map(package.packed_size, package.names))
    yield from package.left_out
    for name in package.names:
        try:
            with package.open(name) as stream:
                yield from _mails_of_stream(stream, name, opened.limits)
        except CannotUnpack as broken:
            yield LeftOut(broken.reason, name)
        opened.progress.done += package.packed_size(name)


def _maildirs(path: Path) -> Iterator[Path]:
    """The folder itself and those in it (one level, as mail servers keep them) that are Maildirs."""
    folders = [
        path,
        *sorted(Path(entry.path) for entry in os.scandir(path) if entry.is_dir(follow_symlinks=False)),
    ]
    for folder in folders:
        if (folder / "cur").is_dir() and (folder / "new").is_dir():
            yield folder


def _mails_of_maildirs(folders: list[Path], opened: Opened) -> Iterator[RawMail | LeftOut]:
    boxes = [folder / name for folder in folders for name in ("cur", "new")]
    if not opened.progress.total:
        opened.progress.total = sum(_size(box / name) for box in boxes for name, _ in _listed(box))
    for box in boxes:
        where = box.relative_to(opened.path).as_posix()
        for name, _ in _listed(box):
            yield _mail_of_file(box / name, f"{where}/{name.encode('utf-8', 'replace').decode()}", opened)


def _listed(folder: Path) -> Iterator[tuple[str, bool]]:
    """(name, is it a folder) of what lies in a folder, in an order that stays; nothing when it may not be read.

    Names are held as bytes: half the memory, which counts where a folder holds a million mails.
    """
    try:
        names = sorted((os.fsencode(entry.name), entry.is_dir(follow_symlinks=False)) for entry in os.scandir(folder))
    except OSError:
        return
    for name, is_folder in names:
        yield os.fsdecode(name), is_folder


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _mail_of_file(path: Path, where: str, opened: Opened) -> RawMail | LeftOut:
    # A link may point anywhere on this machine, and a pipe would wait for ever.
    if path.is_symlink() or not path.is_file():
        return LeftOut(Reason.UNSAFE_PATH, where)
    most = opened.limits.record_bytes
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError:
        return LeftOut(Reason.BROKEN, where)
    opened.progress.done += len(content)
    flags = _FLAGS.search(path.name)
    return RawMail(where, content[:most], is_cut=len(content) > most, flags=flags[1] if flags else "")

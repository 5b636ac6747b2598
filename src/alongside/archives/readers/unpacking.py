"""Opening what others packed, without being hurt by it: folders, zips, tars and gzipped files.

Nothing is ever written to disk. A member is read as a stream that stops by itself when it grows past its
limits, so that a bomb costs no more than the part of it that was read. Every failure of a packed stream,
whatever library noticed it, is a `CannotUnpack` with the reason that the report at the end will name.
"""

import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO

from alongside.archives.port import LeftOut, Limits, Progress, Reason, Unreadable

# A few megabytes can honestly shrink to almost nothing (a log pasted a hundred times); a bomb does not stop
# there. Below this size the ratio says nothing.
RATIO_COUNTS_FROM = 8_000_000

_CHUNK = 256 * 1024
_TAR_MAGIC_AT = 257
_ENCRYPTED = 0x1


class CannotUnpack(Exception):
    """One packed file cannot be read (to its end). What was read before it was raised is good."""

    reason: Reason = Reason.BROKEN


class TooLarge(CannotUnpack):
    reason = Reason.TOO_LARGE


class Truncated(CannotUnpack):
    reason = Reason.TRUNCATED


class Kind(Enum):
    """What lies at a path, by its first bytes."""

    NOTHING = auto()
    FOLDER = auto()
    EMPTY = auto()
    ZIP = auto()
    TAR = auto()
    GZIP = auto()
    PLAIN = auto()


def kind_of(path: Path) -> Kind:
    """Never raises: what cannot be opened is NOTHING."""
    try:
        if path.is_dir():
            return Kind.FOLDER
        if not path.is_file():
            return Kind.NOTHING
        with path.open("rb") as file:
            return _kind_of_bytes(file)
    except OSError:
        return Kind.NOTHING


def _kind_of_bytes(file: BinaryIO) -> Kind:
    start = file.read(512)
    if not start:
        return Kind.EMPTY
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return Kind.ZIP
    if start.startswith(b"\x1f\x8b"):
        file.seek(0)
        return Kind.TAR if _is_tar(_first_block_of_gzip(file)) else Kind.GZIP
    return Kind.TAR if _is_tar(start) else Kind.PLAIN


def _first_block_of_gzip(file: BinaryIO) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(file.read(4096), 512)
    except zlib.error:
        return b""


def _is_tar(block: bytes) -> bool:
    return block[_TAR_MAGIC_AT:].startswith(b"ustar")


def is_safe_name(name: str) -> bool:
    """False for a path that is absolute, climbs out, names a drive, or is not a path at all."""
    steps = name.replace("\\", "/").split("/")
    return bool(name) and "\0" not in name and ".." not in steps and steps[0] != "" and ":" not in steps[0]


@contextmanager
def _named_failures(name: str) -> Iterator[None]:
    """The libraries raise a dozen kinds of errors over bad bytes; a reader wants to know one."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile) as error:
        raise Truncated(f"“{name}” ends in the middle.") from error
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, tarfile.TarError) as error:
        raise CannotUnpack(f"“{name}” is damaged and cannot be unpacked.") from error
    except (RuntimeError, NotImplementedError) as error:
        raise CannotUnpack(f"“{name}” is locked with a password or packed in an unknown way.") from error
    except (OSError, ValueError, KeyError) as error:
        raise CannotUnpack(f"“{name}” cannot be read.") from error


class _Limited(io.RawIOBase):
    """A stream that counts what comes out of it and refuses to give more than it may."""

    def __init__(self, stream: BinaryIO, name: str, allowed: Callable[[], int] | None) -> None:
        super().__init__()
        self._stream, self._name, self._allowed = stream, name, allowed
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        # read1 where there is one: what came before a break in the stream is still given.
        with _named_failures(self._name):
            read = getattr(self._stream, "read1", self._stream.read)
            data = read(len(buffer))
        self._given += len(data)
        if self._allowed is not None and self._given > self._allowed():
            raise TooLarge(f"“{self._name}” grows past the limit when unpacked.")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Counted(io.RawIOBase):
    """A file that keeps `Progress` in step with how much of it was read."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        super().__init__()
        self._file, self._progress, self.taken = file, progress, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        self.taken += len(data)
        self._progress.done += len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Held(io.BufferedReader):
    """A file that closes when nobody holds it any more: a reader has no moment at which it is done."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path), _CHUNK)

    def __del__(self) -> None:
        # What could not be opened cannot be closed.
        with suppress(ValueError):
            self.close()


def _allowed_by_ratio(packed: int, limits: Limits) -> int:
    return max(RATIO_COUNTS_FROM, packed * limits.ratio)


def open_plain_or_gzip(path: Path, limits: Limits, progress: Progress | None = None) -> BinaryIO:
    """One file as a stream, unpacked when it is gzipped (also several gzips in a row).

    It may be of any size, because it is never held whole; only a gzip that swells past the ratio is stopped.
    Reading raises `Truncated` or `TooLarge` where the stream breaks: what came before is good.
    """
    try:
        file = _Held(path)
    except OSError as error:
        raise Unreadable(f"“{path.name}” cannot be opened: check that it exists and that you may read it.") from error
    counted = _Counted(file, progress or Progress())
    raw = io.BufferedReader(counted, _CHUNK)
    if not raw.peek(2).startswith(b"\x1f\x8b"):
        return raw
    unpacked = gzip.GzipFile(fileobj=raw)
    limited = _Limited(unpacked, path.name, lambda: _allowed_by_ratio(counted.taken, limits))  # type: ignore[arg-type]
    return io.BufferedReader(limited, _CHUNK)


class Package(ABC):
    """Several named files in one: `names` in the order that is best to read, `left_out` what is unsafe."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.names: list[str] = []
        self.left_out: list[LeftOut] = []

    def _take(self, name: str) -> bool:
        if is_safe_name(name):
            self.names.append(name)
            return True
        self.left_out.append(LeftOut(Reason.UNSAFE_PATH, name[:200].replace("\0", "")))
        return False

    @abstractmethod
    def packed_size(self, name: str) -> int:
        """Bytes that this member takes in the package: what a progress bar counts."""

    @abstractmethod
    def _open(self, name: str) -> BinaryIO: ...

    def _allowed(self, name: str) -> int:
        return min(self.limits.file_bytes, _allowed_by_ratio(self.packed_size(name), self.limits))

    def open(self, name: str) -> BinaryIO:
        """A stream of the member, limited; raises `CannotUnpack` here or while it is read."""
        with _named_failures(name):
            allowed = self._allowed(name)
            stream = self._open(name)
        return io.BufferedReader(_Limited(stream, name, lambda: allowed), _CHUNK)


class _Folder(Package):
    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(limits)
        self._root = path.resolve()
        for folder, folders, files in os.walk(self._root):
            folders.sort()
            for file in sorted(files):
                self._consider(Path(folder) / file)

    def _consider(self, file: Path) -> None:
        name = file.relative_to(self._root).as_posix()
        # A link may point anywhere on this machine, and a pipe would wait for ever.
        if not file.is_symlink() and file.is_file():
            self.names.append(name)
        else:
            self.left_out.append(LeftOut(Reason.UNSAFE_PATH, name))

    def packed_size(self, name: str) -> int:
        try:
            return (self._root / name).stat().st_size
        except OSError:
            return 0

    def _open(self, name: str) -> BinaryIO:
        return _Held(self._root / name)


class _Zip(Package):
    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(limits)
        try:
            self._zip = zipfile.ZipFile(_Held(path))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            sentence = f"“{path.name}” is a damaged zip, or ends in the middle: copy or export it again."
            raise Unreadable(sentence) from error
        for name in dict.fromkeys(self._zip.namelist()):
            if not name.endswith("/"):
                self._take(name)

    def packed_size(self, name: str) -> int:
        return self._zip.getinfo(name).compress_size

    def _open(self, name: str) -> BinaryIO:
        return self._zip.open(name)  # type: ignore[return-value]


class _Tar(Package):
    """Read best in the order of `names`: going back in a gzipped tar means unpacking it from its start."""

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(limits)
        self._members: dict[str, tarfile.TarInfo] = {}
        self._size = path.stat().st_size
        try:
            self._tar = tarfile.open(fileobj=_Held(path))  # noqa: SIM115 (open as long as the package)
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            raise Unreadable(f"“{path.name}” is a tar that cannot be unpacked: copy it again.") from error
        self._list(path)

    def _list(self, path: Path) -> None:
        unpacked = 0
        try:
            for member in self._tar:
                unpacked += member.size
                if unpacked > _allowed_by_ratio(self._size, self.limits):
                    self.left_out.append(LeftOut(Reason.TOO_LARGE, path.name))
                    return
                self._consider(member)
        except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError):
            self.left_out.append(LeftOut(Reason.TRUNCATED, path.name))

    def _consider(self, member: tarfile.TarInfo) -> None:
        name = member.name.removeprefix("./")
        if member.isreg():
            if self._take(name):
                self._members[name] = member
        elif not member.isdir():
            self.left_out.append(LeftOut(Reason.UNSAFE_PATH, name))

    def packed_size(self, name: str) -> int:
        return self._members[name].size

    def _open(self, name: str) -> BinaryIO:
        stream = self._tar.extractfile(self._members[name])
        if stream is None:
            raise KeyError(name)
        return stream  # type: ignore[return-value]


_PACKAGES: dict[Kind, type[_Folder] | type[_Zip] | type[_Tar]] = {
    Kind.FOLDER: _Folder,
    Kind.ZIP: _Zip,
    Kind.TAR: _Tar,
}


def open_package(path: Path, limits: Limits) -> Package:
    """A folder, zip or tar (also gzipped) as one thing; raises `Unreadable` with a sentence for a person."""
    kind = kind_of(path)
    if kind is Kind.NOTHING:
        raise Unreadable(f"There is nothing that can be read at “{path.name}”: check the path.")
    if kind is Kind.EMPTY:
        raise Unreadable(f"“{path.name}” is empty: copy or export it again.")
    package = _PACKAGES.get(kind)
    if package is None:
        raise Unreadable(f"“{path.name}” is neither a folder, a zip nor a tar.")
    return package(path, limits)

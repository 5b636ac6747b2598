"""What is the fault of the machine, and not of what was being done: a full disk, a store that is locked or away.

Whoever meets one says it in a sentence, counts it against nobody, and tries again until it is over.
"""

import errno
from collections.abc import Iterator
from typing import Any

from django.db import Error, InterfaceError

_OF_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.ENOMEM, errno.EMFILE})
# SQLite's: busy, locked, out of memory, read-only, disk I/O, full, cannot open, a lock that another process holds oddly.
_OF_SQLITE = frozenset({5, 6, 7, 8, 10, 13, 14, 15})
# PostgreSQL's classes: connection, rolled back, no resources, operator's intervention, system; and a lock not given.
_OF_POSTGRESQL = ("08", "40", "53", "57", "58", "55P03", "25006")


def fault_of(error: BaseException) -> str:
    """One sentence; "" for everything that is not the machine's fault. Of several errors at once, the first such."""
    return next((sentence for one in _each(error) if (sentence := _sentence(one))), "")


def _each(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _each(one)
    else:
        yield error


def _sentence(error: BaseException) -> str:
    if isinstance(error, Error):
        return f"The store cannot be used now: {_plain(error)}." if _is_of_store(error) else ""
    if isinstance(error, OSError) and error.errno in _OF_DISK:
        return f"{error.filename or 'A file'} cannot be written now: {error.strerror}."
    return ""


def _plain(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")[:200]


def _is_of_store(error: Error) -> bool:
    if isinstance(error, InterfaceError):
        return True
    by_driver: Any = error.__cause__
    if (code := getattr(by_driver, "sqlite_errorcode", None)) is not None:
        return code & 0xFF in _OF_SQLITE
    if hasattr(by_driver, "sqlstate"):
        # None: the line to it broke before it could say anything.
        return by_driver.sqlstate is None or by_driver.sqlstate.startswith(_OF_POSTGRESQL)
    return False

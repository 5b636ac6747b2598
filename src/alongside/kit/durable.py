"""A transaction that is on the disk when it ends, though the power fails in the next moment.

The embedded store runs with `synchronous=NORMAL`: nothing breaks when a machine loses power, but what was written last
may be gone. That is enough for what can be made again. It is not for what a tool was told that we have, and not for
what must be known before something is sent.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def durable() -> Iterator[None]:
    """Like `transaction.atomic`; within another transaction it ends with that one, as that one does."""
    is_outermost = connection.vendor == "sqlite" and not connection.in_atomic_block
    if is_outermost:
        _synchronise("FULL")
    try:
        with transaction.atomic():
            yield
    finally:
        if is_outermost:
            _synchronise("NORMAL")


def _synchronise(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={how}")

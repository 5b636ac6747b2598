"""Where what is async meets what is not: the domain is synchronous, and each call of it has a thread."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import async_to_sync, sync_to_async
from django.db import close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

P = ParamSpec("P")
T = TypeVar("T")

# In the bridge process each connection's work has threads of its own. Where a page or a test works something off,
# all of it stays in the one thread that asked, with its line to the store and its transaction.
_stays: ContextVar[bool] = ContextVar("stays", default=False)
# Lines to the store that the threads of a loop have opened: a thread ends without closing its own.
_lines: ContextVar[set[BaseDatabaseWrapper] | None] = ContextVar("lines", default=None)


def in_thread(function: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        if not _stays.get():
            close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            if (lines := _lines.get()) is not None:
                lines.update(connections.all(initialized_only=True))

    return sync_to_async(called, thread_sensitive=_stays.get())


def staying_here(work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do something async to its end, with everything of the domain in this thread."""
    token = _stays.set(True)
    try:
        return async_to_sync(work)(*args, **kwargs)
    finally:
        _stays.reset(token)


def in_a_loop(work: Coroutine[Any, Any, None]) -> None:
    """Something async to its end, in a loop of its own. When this returns its threads have ended, and none of their
    lines to the store is open: a server keeps what is open, and counts it against those who come next.
    """
    lines: set[BaseDatabaseWrapper] = set()
    token = _lines.set(lines)
    try:
        asyncio.run(work)
    finally:
        _lines.reset(token)
        for line in lines:
            line.inc_thread_sharing()  # its own thread is gone
            line.close()

"""Where what is async meets what is not: the domain is synchronous, and each call of it has a thread."""

from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import async_to_sync, sync_to_async
from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")

# In the bridge process each connection's work has threads of its own. Where a page or a test works something off,
# all of it stays in the one thread that asked, with its line to the store and its transaction.
_stays: ContextVar[bool] = ContextVar("stays", default=False)


def in_thread(function: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        if not _stays.get():
            close_old_connections()
        return function(*args, **kwargs)

    return sync_to_async(called, thread_sensitive=_stays.get())


def staying_here(work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do something async to its end, with everything of the domain in this thread."""
    token = _stays.set(True)
    try:
        return async_to_sync(work)(*args, **kwargs)
    finally:
        _stays.reset(token)

"""How this process takes memory from the system, and how soon it gives it back."""

import ctypes
from typing import Final

# Names of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE: Final = 1_000_000


def give_back_at_once() -> None:
    """For a process that must stay small though it has many threads: one heap for all, and what is large goes back
    when it is freed. glibc otherwise keeps a heap for each thread, full of holes, and learns to keep large pieces too;
    an index of words of 300,000 messages then took 120 MB more. Costs some hundredths of the time. Elsewhere: nothing.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE)):
        mallopt(option, value)

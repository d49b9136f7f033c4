"""Keeps a process with many threads small: glibc holds on to freed memory."""

import ctypes
from contextlib import suppress

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # mallopt(3)
_FOUR_MIB = 4 * 1024 * 1024


def keep_small() -> None:
    """Map large blocks separately, so that they are freed at once, and share small ones among threads.

    By default the threshold grows with the blocks freed, and each thread's arena keeps the pieces of a photo.
    """
    with suppress(AttributeError, OSError):  # other C libraries lack it
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, _FOUR_MIB)
        libc.mallopt(_M_ARENA_MAX, 2)

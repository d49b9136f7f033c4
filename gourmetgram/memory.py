"""Keep a process with many threads small: what glibc holds on to for nothing."""

import ctypes
from contextlib import suppress

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # mallopt(3)
_FOUR_MIB = 4 * 1024 * 1024


def keep_small() -> None:
    """Map large blocks on their own, which are freed at once, and share small ones among threads.

    By default the threshold grows with what was freed before, and each thread keeps the pieces of a photo.
    """
    with suppress(AttributeError, OSError):  # another C library does without
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, _FOUR_MIB)
        libc.mallopt(_M_ARENA_MAX, 2)

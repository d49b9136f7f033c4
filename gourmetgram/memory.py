"""Keeps a process with many threads small: glibc holds on to freed memory."""

import ctypes
from contextlib import suppress

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # mallopt(3)
_MIB = 1024 * 1024


def keep_small() -> None:
    """Map large blocks separately, so that they are freed at once, and share small ones among threads.

    By default the threshold grows with the blocks freed, and each thread's arena keeps the pieces of a photo.
    A fixed threshold also makes glibc return all but 128 KiB of an arena's free end at once, so that the next
    photo faults those pages in again: a tenth of the time that decoding takes. Hence each arena keeps more.
    """
    with suppress(AttributeError, OSError):  # other C libraries lack it
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, 4 * _MIB)
        libc.mallopt(_M_TRIM_THRESHOLD, 8 * _MIB)
        libc.mallopt(_M_ARENA_MAX, 2)


def trim() -> None:
    """Return free memory to the operating system."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)

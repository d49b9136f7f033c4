"""Keep the process small: 40 MB of a Kubernetes client and what glibc holds on to for nothing."""

import ctypes
import sys
from contextlib import suppress
from types import ModuleType

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # mallopt(3)
_FOUR_MIB = 4 * 1024 * 1024


def leave_out_kubernetes_client() -> None:
    """Let ``import kserve`` skip what creates InferenceServices: 40 MB and half a second at start."""
    client = ModuleType("kserve.api.kserve_client")
    vars(client)["KServeClient"] = None
    sys.modules.setdefault(client.__name__, client)


def keep_small() -> None:
    """Map large blocks on their own, which are freed at once, and share small ones among threads.

    By default the threshold grows with what was freed before, and each thread keeps the pieces of a photo.
    """
    with suppress(AttributeError, OSError):  # another C library does without
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, _FOUR_MIB)
        libc.mallopt(_M_ARENA_MAX, 2)


def trim() -> None:
    """Give back what is free now."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)

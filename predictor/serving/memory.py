"""Keeps the process small: imports KServe without what it needs elsewhere, and returns free memory."""

import ctypes
import sys
from contextlib import suppress
from importlib import import_module
from types import ModuleType

_UNUSED = {"kserve.api.kserve_client": "KServeClient", "pandas": "DataFrame"}
"""Modules that KServe imports and no request reaches, each with the name that KServe takes from it."""


def import_small_kserve() -> None:
    """Import KServe without its Kubernetes client and pandas, which take 75 MB and most of a second."""
    left_out = _UNUSED.keys() - sys.modules.keys()
    for name in left_out:
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name])[_UNUSED[name]] = None
    import_module("kserve")
    for name in left_out:  # whoever else imports one gets the real one
        del sys.modules[name]


def trim() -> None:
    """Return free memory to the operating system."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)

"""Limits concurrent uploads, so that memory stays bounded and threads are left for other requests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class TooBusyError(Exception):
    """Too many uploads are in progress; the client should retry later."""


class Admission:
    """The uploads in progress."""

    def __init__(self, max_uploads: int, max_bytes: int) -> None:
        self._lock = threading.Lock()
        self._uploads = max_uploads
        self._bytes = max_bytes

    @contextmanager
    def admit(self, size: int) -> Iterator[None]:
        """Count an upload of ``size`` bytes as in progress while the context lasts.

        Raises:
            TooBusyError: there is no room for it.
        """
        self._take(1, size)
        try:
            yield
        finally:
            self._take(-1, -size)

    def _take(self, uploads: int, size: int) -> None:
        with self._lock:
            if uploads > self._uploads or size > self._bytes:
                raise TooBusyError
            self._uploads -= uploads
            self._bytes -= size

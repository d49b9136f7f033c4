"""How many uploads are worked on at the same time: memory stays bounded, and threads remain for the rest."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class TooBusyError(Exception):
    """So much is being worked on that another upload has to come later."""


class Admission:
    """The uploads that are being worked on."""

    def __init__(self, max_uploads: int, max_bytes: int) -> None:
        self._lock = threading.Lock()
        self._uploads = max_uploads
        self._bytes = max_bytes

    @contextmanager
    def admit(self, size: int) -> Iterator[None]:
        """Work on an upload of so many bytes inside of this.

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

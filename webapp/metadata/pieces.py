"""A file as the pieces of it that stay: slices, copied once at the end."""

from collections.abc import Callable

from webapp.metadata import exif

MAX_PIECES = 100_000
"""A photo has dozens, a large PNG thousands. Each takes a microsecond in which nobody else is served."""


class TooManyPiecesError(ValueError):
    """The file is made to keep a server busy, not to show something."""


class Pieces:
    """Collects the pieces of one file."""

    def __init__(self, body: bytes) -> None:
        self._view = memoryview(body)
        self._kept: list[bytes | memoryview] = []
        self._seen = 0
        self._exif_seen = False
        self.has_exif = False

    def count(self) -> None:
        """Count a piece that is looked at.

        Raises:
            TooManyPiecesError: no photo has that many.
        """
        self._seen += 1
        if self._seen > MAX_PIECES:
            raise TooManyPiecesError

    def keep(self, start: int, end: int) -> None:
        """Keep a stretch of the file as it is."""
        self._kept.append(self._view[start:end])

    def add(self, piece: bytes) -> None:
        """Put something in the place of a stretch."""
        self._kept.append(piece)

    def rewrite_exif(self, tiff: bytes, framed: Callable[[bytes], bytes]) -> None:
        """Put what stays of the first EXIF block in its place, ``framed`` as the format wants it."""
        payload = b"" if self._exif_seen else exif.rewritten(tiff)
        self._exif_seen = True
        if payload:
            self.has_exif = True
            self._kept.append(framed(payload))

    def joined(self) -> bytes:
        """Give what was kept."""
        return b"".join(self._kept)

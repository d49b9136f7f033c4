"""The pieces of a file that are kept: slices, copied once at the end."""

from collections.abc import Callable

from webapp.metadata import exif

MAX_PIECES = 100_000
"""A photo has dozens, a large PNG thousands. Each takes a microsecond that blocks other requests."""


class TooManyPiecesError(ValueError):
    """The file is crafted to keep a server busy."""


class Pieces:
    """Collects the pieces of one file."""

    def __init__(self, body: bytes) -> None:
        self._view = memoryview(body)
        self._kept: list[bytes | memoryview] = []
        self._seen = 0
        self._exif_seen = False
        self.has_exif = False

    def count(self) -> None:
        """Count a piece that is inspected.

        Raises:
            TooManyPiecesError: no photo has that many.
        """
        self._seen += 1
        if self._seen > MAX_PIECES:
            raise TooManyPiecesError

    def keep(self, start: int, end: int) -> None:
        """Keep a range of the file as it is."""
        self._kept.append(self._view[start:end])

    def add(self, piece: bytes) -> None:
        """Add a replacement for a range."""
        self._kept.append(piece)

    def rewrite_exif(self, tiff: bytes, framed: Callable[[bytes], bytes]) -> None:
        """Add what is kept of the first EXIF block, ``framed`` as the format requires."""
        payload = b"" if self._exif_seen else exif.rewritten(tiff)
        self._exif_seen = True
        if payload:
            self.has_exif = True
            self._kept.append(framed(payload))

    def joined(self) -> bytes:
        """Return the kept pieces as one file."""
        return b"".join(self._kept)

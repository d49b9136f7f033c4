"""Removes what a camera wrote into a photo, above all where it was taken, without touching the picture.

A location can hide in more fields than one can list: EXIF, XMP, IPTC, maker notes, comments, a preview's own
EXIF, a video appended to the picture. So these modules list what is kept: the picture, its colours and
orientation, plain facts about camera, exposure and time. No pixel is decoded; anything unknown is dropped.
"""

from webapp.metadata import jpeg, png, webp
from webapp.metadata.pieces import TooManyPiecesError

__all__ = ["TooManyPiecesError", "without_place"]

_FORMATS = {"image/jpeg": jpeg.strip, "image/png": png.strip, "image/webp": webp.strip}


def without_place(body: bytes, content_type: str) -> bytes:
    """Return the same picture without anything that may tell where it was taken.

    Raises:
        TooManyPiecesError: it has more pieces than any real photo.
    """
    return _FORMATS[content_type](body)

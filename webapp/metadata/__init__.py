"""What a camera wrote into a photo, and above all where it was taken: removed without touching the picture.

A place hides in more fields than one can list: EXIF, XMP, IPTC, a maker's notes, comments, a preview's own
EXIF, a film behind the picture. So these modules list what stays: the picture, its colours, which side is up,
and plain facts about camera, exposure and time. No pixel is decoded; what is not understood does not stay.
"""

from webapp.metadata import jpeg, png, webp
from webapp.metadata.pieces import TooManyPiecesError

__all__ = ["TooManyPiecesError", "without_place"]

_FORMATS = {"image/jpeg": jpeg.strip, "image/png": png.strip, "image/webp": webp.strip}


def without_place(body: bytes, content_type: str) -> bytes:
    """Give the same picture without what may tell where it was taken.

    Raises:
        TooManyPiecesError: it is cut into more pieces than any photo.
    """
    return _FORMATS[content_type](body)

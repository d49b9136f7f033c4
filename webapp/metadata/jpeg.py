"""JPEG: segments up to the end of the image, as ITU-T T.81, annex B, lays them out.

The application segments kept are pixel size (JFIF), the colours (ICC profile, Adobe) and a rewritten EXIF.
What follows the image is dropped: phones append a second image or a video, with a location of its own.
"""

import re

from webapp.metadata.pieces import Pieces

_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
"""A marker that is followed by a length; within scan data, 0xFF is followed by one of the excluded bytes."""
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_EXIF = b"Exif\0\0"
_EXIF_MARKER = 0xE1
_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Application segments that are kept as they are, with their identifiers."""
_LENGTH_BYTES = 2


def strip(body: bytes) -> bytes:
    """Return the same image without anything that may tell where it was taken."""
    pieces = Pieces(body)
    pieces.keep(0, 2)
    position, in_scan = 2, False
    while found := _MARKER.search(body, position):
        pieces.count()
        start, marker = found.start(), found[0][1]
        if in_scan:
            pieces.keep(position, start)
        if marker == _END:
            pieces.keep(start, start + 2)
            return pieces.joined()
        position = found.end()
        if marker != _START:
            position += max(_LENGTH_BYTES, int.from_bytes(body[position : position + _LENGTH_BYTES]))
            _segment(pieces, body, start, position)
        in_scan = marker == _SCAN
    if in_scan:
        pieces.keep(position, len(body))
    return pieces.joined()


def _segment(pieces: Pieces, body: bytes, start: int, end: int) -> None:
    marker = body[start + 1]
    payload = start + 2 + _LENGTH_BYTES
    if marker == _EXIF_MARKER and body.startswith(_EXIF, payload, end):
        pieces.rewrite_exif(body[payload + len(_EXIF) : end], _framed)
    elif 0xC0 <= marker <= 0xDF or (marker in _KEPT and body.startswith(_KEPT[marker], payload, end)):  # noqa: PLR2004
        pieces.keep(start, end)


def _framed(payload: bytes) -> bytes:
    length = _LENGTH_BYTES + len(_EXIF) + len(payload)
    return bytes([0xFF, _EXIF_MARKER]) + length.to_bytes(2) + _EXIF + payload

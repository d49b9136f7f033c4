"""WebP: RIFF chunks, as RFC 9649, section 2, lays them out."""

import struct
from collections.abc import Callable
from functools import partial

from webapp.metadata.pieces import Pieces

_HEADER_BYTES = 12
_FRAME_BYTES = 8
"""Type and length of a chunk."""
_EXTENDED = b"VP8X"
_IMAGE = frozenset([b"VP8 ", b"VP8L", b"ALPH"])
_KEPT = _IMAGE | {_EXTENDED, b"ANIM", b"ICCP"}
_ANIMATION_FRAME_BYTES = 16
"""Position, size, duration and flags, before the frame's own chunks."""
_HAS_EXIF, _HAS_XMP = 0x08, 0x04
"""Flags of the first chunk of an extended file."""


def strip(body: bytes) -> bytes:
    """Return the same image without anything that may tell where it was taken."""
    end = min(len(body), 8 + int.from_bytes(body[4:8], "little"))
    pieces = Pieces(body)
    _keep_chunks(pieces, body, _HEADER_BYTES, end)
    kept = bytearray(pieces.joined())
    if kept[:4] == _EXTENDED and len(kept) > _FRAME_BYTES:
        kept[_FRAME_BYTES] &= ~(_HAS_XMP | _HAS_EXIF)
        kept[_FRAME_BYTES] |= _HAS_EXIF if pieces.has_exif else 0
    if kept == body[_HEADER_BYTES:]:
        return body  # unchanged, even a wrong size in its header
    return b"RIFF" + struct.pack("<I", 4 + len(kept)) + b"WEBP" + kept


def _keep_chunks(pieces: Pieces, body: bytes, position: int, end: int) -> None:
    while position + _FRAME_BYTES <= end:
        pieces.count()
        kind, size = struct.unpack_from("<4sI", body, position)
        payload = position + _FRAME_BYTES
        following = payload + size + size % 2
        if kind in _KEPT:
            pieces.keep(position, min(following, end))
        elif kind == b"ANMF":
            pieces.add(_frame(body[payload : min(payload + size, end)], pieces.count))
        elif kind == b"EXIF":
            # Some programs also write the identifier that EXIF has in a JPEG.
            tiff = body[payload : min(payload + size, end)].removeprefix(b"Exif\0\0")
            pieces.rewrite_exif(tiff, partial(_chunk, kind))
        position = following


def _frame(payload: bytes, count: Callable[[], None]) -> bytes:
    """Return an animation frame with only its image chunks."""
    pieces = Pieces(payload)
    pieces.keep(0, _ANIMATION_FRAME_BYTES)
    position = _ANIMATION_FRAME_BYTES
    while position + _FRAME_BYTES <= len(payload):
        count()
        kind, size = struct.unpack_from("<4sI", payload, position)
        following = position + _FRAME_BYTES + size + size % 2
        if kind in _IMAGE:
            pieces.keep(position, following)
        position = following
    return _chunk(b"ANMF", pieces.joined())


def _chunk(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack("<I", len(payload)) + payload + bytes(len(payload) % 2)

"""PNG: chunks up to IEND, as the W3C's specification (third edition), section 5, lays them out."""

import struct
import zlib

from webapp.metadata.pieces import Pieces

_SIGNATURE_BYTES = 8
_FRAME_BYTES = 12
"""Length, type and CRC of a chunk."""
_EXIF = b"eXIf"
_KEPT = frozenset(
    [
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT"),  # the pixels
        *(
            b"cHRM",
            b"cICP",
            b"gAMA",
            b"iCCP",
            b"mDCV",
            b"cLLI",
            b"sBIT",
            b"sRGB",
            b"bKGD",
            b"hIST",
        ),  # their colours
        b"pHYs",
    ]
)


def strip(body: bytes) -> bytes:
    """Return the same image without anything that may tell where it was taken."""
    pieces = Pieces(body)
    pieces.keep(0, _SIGNATURE_BYTES)
    position = _SIGNATURE_BYTES
    while position + 8 <= len(body):
        pieces.count()
        length, kind = struct.unpack_from(">I4s", body, position)
        end = position + _FRAME_BYTES + length
        if kind in _KEPT:
            pieces.keep(position, end)
        elif kind == _EXIF:
            pieces.rewrite_exif(body[position + 8 : end - 4], _framed)
        if kind == b"IEND":
            break
        position = end
    return pieces.joined()


def _framed(payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + _EXIF + payload + struct.pack(">I", zlib.crc32(_EXIF + payload))

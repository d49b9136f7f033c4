"""Repairs files that Pillow rejects as damaged although every pixel is there, as browsers do.

Tolerated is damage that does not affect how a picture looks: in a PNG's text chunk, its checksum or size; in
the size that a WebP file's header gives; in the marker that ends a JPEG.
"""

import struct
import zlib
from collections.abc import Iterator

PNG, JPEG, RIFF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF"
END_OF_JPEG = b"\xff\xd9"
MAX_PROFILE_BYTES = 1024 * 1024
"""A larger colour profile is ignored: recently used ones are cached in memory."""

_SHOWN = {b"tRNS", b"iCCP", b"eXIf", b"acTL", b"fcTL", b"fdAT"}
"""The ancillary chunks of a PNG that are kept."""
_ANCILLARY = 0x20
_FILLER = bytes(range(1, 251)) * 40
"""Stands in for missing pixels: any that are missing look different with it."""


def mended(body: bytes) -> bytes:
    """Drop the invisible parts of a PNG, and correct the size in a WebP file's header."""
    if body.startswith(PNG):
        return PNG + b"".join(_chunks(body))
    if body.startswith(RIFF) and int.from_bytes(body[4:8], "little") > len(body) - 8:
        return body[:4] + struct.pack("<I", len(body) - 8) + body[8:]
    return body


def ended(body: bytes) -> tuple[bytes, bytes] | None:
    """Add an end marker to a JPEG, without and with filler before it; None if it is not a JPEG.

    If both decode to the same picture, no pixel was missing.
    """
    if not body.startswith(JPEG):
        return None
    return body + END_OF_JPEG, body + _FILLER + END_OF_JPEG


def _chunks(png: bytes) -> Iterator[bytes]:
    """List, unchanged, the chunks that decide how a PNG looks: Pillow checks them."""
    position = len(PNG)
    while position < len(png):
        size = int.from_bytes(png[position : position + 4])
        kind, end = png[position + 4 : position + 8], position + 12 + size
        if not kind[:1] or not kind[0] & _ANCILLARY or _is_heeded(kind, png[position + 4 : end]):
            yield png[position:end]
        position = end


def _is_heeded(kind: bytes, chunk: bytes) -> bool:
    if kind not in _SHOWN or zlib.crc32(chunk[:-4]) != int.from_bytes(chunk[-4:]):
        return False
    return kind != b"iCCP" or _is_usable_profile(chunk[4:-4])


def _is_usable_profile(data: bytes) -> bool:
    _, _, compressed = data.partition(b"\0")
    if compressed[:1] != b"\0":
        return False
    try:
        stream = zlib.decompressobj()
        stream.decompress(compressed[1:], MAX_PROFILE_BYTES)
    except zlib.error:
        return False
    return stream.eof

"""Repairs files that Pillow rejects as damaged although every pixel is there, as browsers do.

Tolerated is damage that does not affect how a picture looks: in a PNG's text chunk, its checksum or size; in
the size that a WebP file's header gives; in the marker that ends a JPEG; in an AVIF's EXIF block.
"""

import struct
import zlib
from collections.abc import Iterator

from gourmetgram import heif

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
    """Drop the invisible parts of a PNG or an AVIF, and correct the size in a WebP file's header."""
    if body.startswith(PNG):
        needed = (found for found in chunks(body) if _is_needed(*found))
        return PNG + b"".join(_hidden(body, chunk) if kind == b"tRNS" else chunk for kind, chunk in needed)
    if body.startswith(RIFF) and int.from_bytes(body[4:8], "little") > len(body) - 8:
        return body[:4] + struct.pack("<I", len(body) - 8) + body[8:]
    return heif.without_exif(body) if body[4:8] == b"ftyp" else body


def ended(body: bytes) -> tuple[bytes, bytes] | None:
    """Add an end marker to a JPEG, without and with filler before it; None if it is not a JPEG.

    If both decode to the same picture, no pixel was missing.
    """
    if not body.startswith(JPEG):
        return None
    return body + END_OF_JPEG, body + _FILLER + END_OF_JPEG


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """List the chunks of a PNG: their types and all their bytes; the last can be incomplete."""
    position = len(PNG)
    while position < len(png):
        end = position + 12 + int.from_bytes(png[position : position + 4])
        yield png[position + 4 : position + 8], png[position:end]
        position = end


def is_intact(chunk: bytes) -> bool:
    """Return whether a chunk's checksum is right."""
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:])


def _is_needed(kind: bytes, chunk: bytes) -> bool:
    """Return whether a chunk decides how a PNG looks; Pillow checks it further."""
    if not kind[:1] or not kind[0] & _ANCILLARY:
        return True
    if kind not in _SHOWN or not is_intact(chunk):
        return False
    return kind != b"iCCP" or _is_usable_profile(chunk[8:-4])


def _hidden(png: bytes, chunk: bytes) -> bytes:
    """Scale the transparent grey of a PNG of 2 or 4 bits as Pillow scales the others, but not this one."""
    steps = {b"\x02\x00": 3, b"\x04\x00": 15}.get(png[24:26])
    if steps is None or len(chunk) != 14:  # noqa: PLR2004 - two bytes, framed
        return chunk
    scaled = chunk[4:8] + (255 // steps * (int.from_bytes(chunk[8:10]) & steps)).to_bytes(2)
    return chunk[:4] + scaled + zlib.crc32(scaled).to_bytes(4)


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

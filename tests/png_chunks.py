"""Chunks of PNG files (https://www.w3.org/TR/png-3/#5Chunk-layout)."""

import zlib

_HEADER_END = 33  # after the signature and IHDR


def chunk(kind: bytes, data: bytes, *, wrong: bool = False) -> bytes:
    """Frame the data of a chunk; with a wrong checksum, if asked."""
    return len(data).to_bytes(4) + kind + data + (zlib.crc32(kind + data) ^ wrong).to_bytes(4)


def with_chunk(png: bytes, added: bytes) -> bytes:
    """Put a chunk right behind the header of a PNG."""
    return png[:_HEADER_END] + added + png[_HEADER_END:]

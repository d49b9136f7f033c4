"""Writes PNG files of every colour type and depth, which Pillow doesn't, with any chunks."""

import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tests.png_chunks import chunk

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
"""For each pass: the first row, the first column, and the steps to the next ones."""


def write(
    samples: NDArray[np.integer], kind: int, depth: int, *chunks: bytes, interlaced: bool = False
) -> bytes:
    """Write samples, of shape (rows, columns, channels), as a PNG with chunks before its pixels."""
    rows, columns, _ = samples.shape
    passes = [samples[y::dy, x::dx] for y, x, dy, dx in _ADAM7] if interlaced else [samples]
    lines = b"".join(b"\0" + line for each in passes for line in _lines(each, depth))
    header = rows.to_bytes(4) + columns.to_bytes(4) + bytes([depth, kind, 0, 0, interlaced])
    ending = chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return _SIGNATURE + chunk(b"IHDR", header) + b"".join(chunks) + ending


def _lines(samples: NDArray[np.integer], depth: int) -> Iterator[bytes]:
    for row in samples:
        if depth == 16:
            yield row.astype(">u2").tobytes()
        else:
            bits = np.unpackbits(row.astype(np.uint8).reshape(-1, 1), axis=1)[:, -depth:]
            yield np.packbits(bits).tobytes()

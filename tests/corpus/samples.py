"""PNGs of every colour type and depth: plain, interlaced, partly transparent, and with cICP colours."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tests.corpus.png import GREY, GREY_ALPHA, PALETTE, RGB, RGBA, write
from tests.png_chunks import chunk

SIDE = 48
KINDS = {
    "grey": (GREY, 1, (1, 2, 4, 8, 16)),
    "RGB": (RGB, 3, (8, 16)),
    "palette": (PALETTE, 1, (1, 2, 4, 8)),
    "grey and alpha": (GREY_ALPHA, 2, (8, 16)),
    "RGBA": (RGBA, 4, (8, 16)),
}
LINEAR = chunk(b"gAMA", (100_000).to_bytes(4))
DISPLAY_P3 = chunk(b"cICP", bytes([12, 13, 0, 1]))


def ramps(channels: int, depth: int) -> NDArray[np.int64]:
    """Make samples in which each channel covers its whole range, in a different direction."""
    across, down = np.meshgrid(np.linspace(0, 1, SIDE), np.linspace(0, 1, SIDE))
    ways = [across, down, (2 - across - down) / 2, np.minimum(1, across + down / 2)]
    chosen = [ways[0] / 2 + ways[1] / 2] if channels == 1 else ways[:channels]
    return np.rint(np.stack(chosen, axis=2) * (2**depth - 1)).astype(np.int64)


def _palette(depth: int) -> bytes:
    colours = np.random.default_rng(depth).integers(0, 256, (2**depth, 3))
    return chunk(b"PLTE", colours.astype(np.uint8).tobytes())


def _hidden(kind: int, depth: int) -> bytes:
    """Make the tRNS chunk, which says which colours are transparent."""
    if kind == PALETTE:
        return chunk(b"tRNS", bytes(range(0, 256, 256 // 2**depth))[: 2**depth])
    middle = ramps(3 if kind == RGB else 1, depth)[SIDE // 2, SIDE // 2]
    return chunk(b"tRNS", b"".join(int(value).to_bytes(2) for value in middle))


def _samples() -> Iterator[tuple[str, bytes]]:
    for name, (kind, channels, depths) in KINDS.items():
        for depth in depths:
            called, pixels = f"{name} of {depth} bits", ramps(channels, depth)
            palette = [_palette(depth)] if kind == PALETTE else []
            yield called, write(pixels, kind, depth, *palette)
            yield f"{called}, interlaced", write(pixels, kind, depth, *palette, interlaced=True)
            yield f"{called}, linear", write(pixels, kind, depth, LINEAR, *palette)
            yield f"{called}, Display P3", write(pixels, kind, depth, DISPLAY_P3, *palette)
            if kind in (GREY, RGB, PALETTE):
                yield (
                    f"{called}, part transparent",
                    write(pixels, kind, depth, *palette, _hidden(kind, depth)),
                )


SAMPLES = dict(_samples())

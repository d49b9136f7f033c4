"""From a square of pixels to a model's input: planes for float models, blocks for integer models."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def normalise(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Map 0..255 to [-1, 1], the range that the backbone was trained on."""
    return pixels * np.float32(1 / 127.5) - np.float32(1)


def planes(square: Image.Image) -> NDArray[np.float32]:
    """Lay out an RGB square for a float model: float32 in [-1, 1], (1, 3, side, side), contiguous."""
    return normalise(np.stack([np.asarray(plane) for plane in square.split()])[None])


def from_planes(tensor: NDArray[np.float32]) -> Image.Image:
    """Make an RGB square from planes, float32 in [-1, 1], (1, 3, side, side), rounded to 8 bits."""
    pixels = np.rint((tensor[0] + 1) * 127.5).astype(np.uint8)
    return Image.fromarray(pixels.transpose(1, 2, 0))


def blocks(square: Image.Image) -> NDArray[np.uint8]:
    """Lay out an RGB square of even side for an integer model: uint8 (1, side / 2, side / 2, 16).

    Each block of 2 x 2 pixels is one row: R, G, B and an unused byte, pixel after pixel. So the first
    convolution, of stride 2, reads adjacent bytes, and no pixel is ever converted to a float.
    """
    side = square.height // 2
    pairs = np.frombuffer(square.tobytes("raw", "RGBX"), np.uint64).reshape(1, side, 2, side)
    return np.ascontiguousarray(pairs.swapaxes(2, 3)).view(np.uint8).reshape(1, side, side, 16)

"""Augments photos: random crops, mirroring, and changes of colour."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from predictor.images import Box, to_square

SMALLEST_AREA = 0.3
"""The smallest share of the photo that a crop shows."""
LIGHT = 0.4
"""Brightness, contrast and saturation change by this share at most."""
MIRRORED, BLENDED, PATCHED = 0.5, 0.3, 0.3
"""Shares of the photos that are mirrored, and of the batches that are mixed."""

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Pixels (N, 3, H, W) in [-1, 1] and the share of each class in each (N, classes)."""


def augment(body: bytes, side: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Crop, mirror and recolour one photo; returns (side, side, 3)."""
    image = to_square(body, crop=lambda width, height: random_box(width, height, rng), side=side)
    if rng.random() < MIRRORED:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(rng.uniform(1 - LIGHT, 1 + LIGHT))
    return np.asarray(image)


def random_box(width: int, height: int, rng: np.random.Generator) -> Box:
    """Draw an area and an aspect ratio as Inception's training did (Szegedy et al., 2015)."""
    area = width * height * rng.uniform(SMALLEST_AREA, 1)
    ratio = math.exp(rng.uniform(math.log(3 / 4), math.log(4 / 3)))
    box_width, box_height = min(width, math.sqrt(area * ratio)), min(height, math.sqrt(area / ratio))
    left, top = rng.uniform(0, width - box_width), rng.uniform(0, height - box_height)
    return left, top, left + box_width, top + box_height


def mix(pixels: NDArray[np.float32], targets: NDArray[np.float32], rng: np.random.Generator) -> Batch:
    """Mix a batch with a permutation of itself, by blending (mixup) or by patches (CutMix), or leave it.

    Zhang et al., "mixup", 2018; Yun et al., "CutMix", 2019.
    """
    kind = rng.random()
    other = rng.permutation(len(pixels))
    share = float(rng.beta(0.4, 0.4))
    if kind < BLENDED:
        return _blend(pixels, pixels[other], share), _blend(targets, targets[other], share)
    if kind < BLENDED + PATCHED:
        patched, share = _patch(pixels, pixels[other], share, rng)
        return patched, _blend(targets, targets[other], share)
    return pixels, targets


def _blend(one: NDArray[np.float32], other: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    return np.float32(share) * one + np.float32(1 - share) * other


def _patch(
    pixels: NDArray[np.float32], other: NDArray[np.float32], share: float, rng: np.random.Generator
) -> tuple[NDArray[np.float32], float]:
    """Replace a square of 1 - `share` of the area; returns the pixels and the exact share that is left."""
    side = pixels.shape[-1]
    edge = int(side * math.sqrt(1 - share))
    top, left = rng.integers(0, side - edge + 1, size=2)
    square = np.s_[:, :, top : top + edge, left : left + edge]
    patched = pixels.copy()
    patched[square] = other[square]
    return patched, 1 - edge**2 / side**2

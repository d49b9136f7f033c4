"""Finds the photos of Food-11 and turns them into batches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gourmetgram.classes import CLASS_DIRS
from predictor.images import to_square
from predictor.training.augmentation import augment

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_FLAT_NAME = re.compile(r"(\d+)_\d+")


@dataclass(frozen=True)
class Photo:
    """A photo's file and the index of its class."""

    path: Path
    label: int
    weight: float = 1.0
    """How far its label is trusted; the rest goes to the original model's answer."""


def photos(root: Path, split: str) -> list[Photo]:
    """List the photos of `training`, `validation` or `evaluation`, in a fixed order.

    Both layouts are read: `<split>/class_XX/<any name>`, and `<split>/<class>_<n>.jpg` as Food-11 comes.
    Raises FileNotFoundError if there are none.
    """
    found = [
        Photo(path, label)
        for path in sorted((root / split).rglob("*"))
        if path.suffix.lower() in _SUFFIXES and (label := _label(path)) is not None
    ]
    if not found:
        raise FileNotFoundError(f"no photos in {root / split}/class_XX/ nor named {split}/<class>_<n>.jpg")
    return found


def _label(path: Path) -> int | None:
    if path.parent.name in CLASS_DIRS:
        return CLASS_DIRS.index(path.parent.name)
    flat = _FLAT_NAME.fullmatch(path.stem)
    return int(flat[1]) if flat and int(flat[1]) < len(CLASS_DIRS) else None


def drawn(chosen: Sequence[Photo], count: int) -> list[Photo]:
    """Draw ``count`` photos, or all, always the same ones."""
    return [chosen[index] for index in np.random.default_rng(0).permutation(len(chosen))[:count]]


def training_batches(
    chosen: Sequence[Photo], *, size: int, side: int, rng: np.random.Generator, share: slice = slice(None)
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
    """Yield every photo once, shuffled and augmented: pixels (N, 3, side, side) and shares (N, classes).

    The share of a photo's class is its weight; all others are 0. With a ``share``, only those photos of each
    batch are yielded.

    The last, incomplete batch is dropped: batch norm needs full batches.
    """
    order = rng.permutation(len(chosen))
    for start in range(0, len(order) - size + 1, size):
        batch = [chosen[index] for index in order[start : start + size][share]]
        pixels = np.stack([augment(photo.path.read_bytes(), side, rng) for photo in batch])
        yield pixels.transpose(0, 3, 1, 2), np.stack([_shares(photo) for photo in batch])


def _shares(photo: Photo) -> NDArray[np.float32]:
    shares = np.zeros(len(CLASS_DIRS), dtype=np.float32)
    shares[photo.label] = photo.weight
    return shares


def centre_batches(chosen: Sequence[Photo], *, size: int = 32) -> Iterator[NDArray[np.uint8]]:
    """Yield the photos in order, preprocessed as in serving: pixels (N, 3, SIDE, SIDE)."""
    for start in range(0, len(chosen), size):
        batch = chosen[start : start + size]
        pixels = np.stack([np.asarray(to_square(photo.path.read_bytes())) for photo in batch])
        yield pixels.transpose(0, 3, 1, 2)

"""Finds photos that show the same picture: uploaded twice, scaled, or recompressed."""

from __future__ import annotations

from collections.abc import Sequence

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

NEAR = 6
"""The most bits, of 64, in which the perceptual hashes of near-duplicates differ."""
_BLOCK = 1024


def fingerprint(square: Image.Image) -> str:
    """Hash the square that the model sees by its low frequencies: 64 bits as 16 hexadecimal digits."""
    return str(imagehash.phash(square))


def groups(fingerprints: Sequence[str]) -> NDArray[np.int64]:
    """Number the photos (N,) so that near-duplicates, transitively, have the same number."""
    pairs = near_pairs(fingerprints, fingerprints)
    ones = np.ones(len(pairs), dtype=np.int8)
    graph = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(fingerprints), len(fingerprints)))
    numbers: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return numbers


def near_pairs(ones: Sequence[str], others: Sequence[str]) -> NDArray[np.int64]:
    """Return the indices (P, 2) into both lists of photos that are near-duplicates of each other."""
    bits, other_bits = _bits(ones), _bits(others)
    found: list[NDArray[np.int64]] = [np.empty((0, 2), dtype=np.int64)]
    for start in range(0, len(bits), _BLOCK):  # not all pairs at once: memory stays at a few megabytes
        block = bits[start : start + _BLOCK]
        distances = block @ (1 - other_bits).T + (1 - block) @ other_bits.T
        found.append(np.argwhere(distances <= NEAR) + np.array([start, 0]))
    return np.concatenate(found)


def _bits(fingerprints: Sequence[str]) -> NDArray[np.float32]:
    whole = np.frombuffer(bytes.fromhex("".join(fingerprints)), dtype=np.uint8).reshape(-1, 8)
    return np.unpackbits(whole, axis=1).astype(np.float32)

"""Calibrates confidence, so that it equals the share of answers that are right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_TEMPERATURES = np.geomspace(0.2, 5, 323)
"""One per cent apart: finer than the photos can tell."""


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Find the divisor of logits (N, classes) under which the labels (N,) are most likely.

    Guo et al., "On Calibration of Modern Neural Networks", 2017.
    """
    losses = [_negative_log_likelihood(logits / temperature, labels) for temperature in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def _negative_log_likelihood(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_probabilities[np.arange(len(labels)), labels].mean())

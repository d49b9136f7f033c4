"""Metrics of a classifier's answers: how many are right, for which classes, and how sure it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BINS = 15


@dataclass(frozen=True)
class Figures:
    """Probabilities (N, classes) against labels (N,)."""

    probabilities: NDArray[np.float32]
    labels: NDArray[np.int64]

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Photos by true class (rows) and answer (columns)."""
        classes = self.probabilities.shape[1]
        pairs = self.labels * classes + self.probabilities.argmax(axis=1)
        return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)

    @property
    def _right(self) -> NDArray[np.int64]:
        return np.diag(self.confusion)

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return float((self.probabilities.argmax(axis=1) == self.labels).mean())

    @property
    def precision(self) -> NDArray[np.float64]:
        """Share of the answers (classes,) that are right; 0 for what was never answered."""
        return _ratio(self._right, self.confusion.sum(axis=0))

    @property
    def recall(self) -> NDArray[np.float64]:
        """Share of the photos of each class (classes,) that are found; 0 for a class without photos."""
        return _ratio(self._right, self.confusion.sum(axis=1))

    @property
    def f1(self) -> NDArray[np.float64]:
        """Harmonic mean of precision and recall (classes,)."""
        return _ratio(2 * self._right, self.confusion.sum(axis=0) + self.confusion.sum(axis=1))

    @property
    def calibration_error(self) -> float:
        """Mean distance of confidence and accuracy over 15 equal bins of confidence (Guo et al., 2017)."""
        confidence = self.probabilities.max(axis=1)
        right = self.probabilities.argmax(axis=1) == self.labels
        bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
        gaps = np.bincount(bins, weights=confidence - right, minlength=_BINS)
        return float(np.abs(gaps).sum() / len(self.labels))


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """Divide; 0 / 0 is 0."""
    ratio: NDArray[np.float64] = part / np.maximum(whole, 1)
    return ratio

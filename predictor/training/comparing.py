"""Compares two models on the same photos: which is right more often, and is that more than chance?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from gourmetgram.classes import CLASSES
from predictor.registry.records import ClassComparison, Comparison
from predictor.training.metrics import Figures

_DRAWS = 2000


@dataclass(frozen=True)
class Pair:
    """Probabilities (N, classes) of both models, against labels (N,)."""

    candidate: Figures
    current: Figures

    def __add__(self, other: Pair) -> Pair:
        """Concatenate two sets of photos."""
        return Pair(_both(self.candidate, other.candidate), _both(self.current, other.current))


def compare(pair: Pair) -> Comparison:
    """Compare by McNemar's exact test, and by a bootstrap of the paired difference."""
    right, before = _right(pair.candidate), _right(pair.current)
    gained, lost = int((right & ~before).sum()), int((before & ~right).sum())
    low, high = _interval(right.astype(float) - before)
    return Comparison(
        photos=len(right),
        candidate_accuracy=float(right.mean()),
        current_accuracy=float(before.mean()),
        only_candidate_right=gained,
        only_current_right=lost,
        difference=float(right.mean() - before.mean()),
        low=low,
        high=high,
        p_better=_chance(gained, lost),
        p_worse=_chance(lost, gained),
    )


def by_class(pair: Pair) -> list[ClassComparison]:
    """Compare the recall of each class that has photos."""
    counts = np.bincount(pair.candidate.labels, minlength=len(CLASSES))
    recalls = zip(CLASSES, counts.tolist(), pair.candidate.recall, pair.current.recall, strict=True)
    return [
        ClassComparison(name=name, photos=count, candidate_recall=new, current_recall=old)
        for name, count, new, old in recalls
        if count
    ]


def _right(figures: Figures) -> NDArray[np.bool_]:
    right: NDArray[np.bool_] = figures.probabilities.argmax(axis=1) == figures.labels
    return right


def _chance(hits: int, misses: int) -> float:
    """Return the probability of at least so many hits if hits and misses were equally likely."""
    if hits + misses == 0:
        return 1.0
    return float(binomtest(hits, hits + misses, alternative="greater").pvalue)


def _interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    draws = np.random.default_rng(0).integers(len(differences), size=(_DRAWS, len(differences)))
    low, high = np.quantile(differences[draws].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def _both(one: Figures, other: Figures) -> Figures:
    return Figures(
        np.concatenate([one.probabilities, other.probabilities]),
        np.concatenate([one.labels, other.labels]),
    )

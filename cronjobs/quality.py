"""How good the model is, counted from label records alone."""

from collections.abc import Iterable, Sequence
from math import sqrt
from typing import NamedTuple

from gourmetgram.classes import CLASSES
from gourmetgram.records import LabelRecord
from gourmetgram.sources import Source

Z95 = 1.959964
"""The normal deviate that leaves 2.5 % on either side."""


class Share(NamedTuple):
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """Give the share, from 0 to 1; none of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Give the 95 % interval of Wilson (1927), which stays within 0 and 1 for few labels too."""
        if not self.of:
            return 0.0, 1.0
        share, scale = self.hits / self.of, 1 + Z95**2 / self.of
        middle = (share + Z95**2 / (2 * self.of)) / scale
        half = Z95 * sqrt(share * (1 - share) / self.of + Z95**2 / (4 * self.of**2)) / scale
        return max(0.0, middle - half), min(1.0, middle + half)


class Quality(NamedTuple):
    """Every figure of the report."""

    accuracy: Share
    """On the random sample, as are the two by class."""
    of_class: dict[str, Share]
    """How many of a class's photos the model knew (recall)."""
    says_class: dict[str, Share]
    """How often the model was right when it named a class (precision)."""
    flags_right: Share
    """How many flagged predictions were wrong indeed."""
    low_confidence_right: Share
    """How many predictions of low confidence were right nevertheless."""
    relabels_changed: Share
    """How many relabels name another class than the model."""


def quality(labels: Iterable[LabelRecord]) -> Quality:
    """Count what the labels of a window say."""
    by_source: dict[Source, list[LabelRecord]] = {source: [] for source in Source}
    for label in labels:
        by_source[label.source].append(label)
    sample = by_source[Source.RANDOM_SAMPLING]
    return Quality(
        accuracy=_right(sample),
        of_class={name: _right([each for each in sample if each.actual == name]) for name in CLASSES},
        says_class={name: _right([each for each in sample if each.predicted == name]) for name in CLASSES},
        flags_right=_wrong(by_source[Source.USER_FLAG]),
        low_confidence_right=_right(by_source[Source.LOW_CONFIDENCE]),
        relabels_changed=_wrong(by_source[Source.USER_RELABEL]),
    )


def _right(labels: Sequence[LabelRecord]) -> Share:
    return Share(sum(label.predicted == label.actual for label in labels), len(labels))


def _wrong(labels: Sequence[LabelRecord]) -> Share:
    return Share(sum(label.predicted != label.actual for label in labels), len(labels))

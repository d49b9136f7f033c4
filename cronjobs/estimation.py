"""Estimates a share of all predictions from labels of some: stratified, weighted, with a 95 % interval.

A stratum is what one draw saw first on one side of the confidence threshold. Where nearly all of a stratum is
labelled, all its labels count; elsewhere only those of predictions drawn at random, since annotators don't
answer tasks in random order. A label stands for its share of the stratum's predictions.

The strata form four groups: below the threshold or not, fully labelled or not. Within a group the share is
the weighted mean, and its interval is Wilson's (1927) at the effective number of labels, corrected for the
finite population (Korn & Graubard, Survey Methodology 24, 1998; Franco et al., Journal of Survey Statistics
and Methodology 7, 2019). The groups are added up by the method of variance estimates recovery (Zou, Huang and
Zhang, Computational Statistics & Data Analysis 53, 2009): the interval stays within 0 and 1, and has a width
even where no label is wrong.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gourmetgram.quality import Estimate

Z95 = 1.959964
"""The normal deviate that leaves 2.5 % on either side."""

WHOLE = 0.9
"""The share of a stratum's predictions that must be labelled for all its labels to count."""

GROUPS = 4

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Flags = NDArray[np.bool_]


class Strata(NamedTuple):
    """The strata of a window, in the order of their draws."""

    low_confidence: Flags
    """Of each stratum (n)."""
    sizes: Integers
    """How many predictions each has, by model version (n, versions)."""


class Labelled(NamedTuple):
    """The labelled predictions of a window (m), by index: of their stratum, version and classes."""

    stratum: Integers
    version: Integers
    predicted: Integers
    actual: Integers
    at_random: Flags
    """Whether a draw chose it."""

    @property
    def right(self) -> Flags:
        """Return which predictions the model got right."""
        return np.equal(self.predicted, self.actual)

    def where(self, chosen: Flags) -> "Labelled":
        """Keep some of them."""
        return Labelled(
            self.stratum[chosen],
            self.version[chosen],
            self.predicted[chosen],
            self.actual[chosen],
            self.at_random[chosen],
        )


class Weighted(NamedTuple):
    """The labels that count, each with its weight."""

    labels: Labelled
    group: Integers
    """The group of each label."""
    weight: Floats
    """How many predictions each label stands for."""
    unseen: Floats
    """The share of the predictions it stands for that has no label."""
    group_of: Integers
    """The group of each stratum."""
    sizes: Integers
    """How many predictions each stratum has, by model version."""

    def of_version(self, version: int) -> "Weighted":
        """Keep the labels and the predictions of one model version."""
        chosen = self.labels.version == version
        return Weighted(
            self.labels.where(chosen),
            self.group[chosen],
            self.weight[chosen],
            self.unseen[chosen],
            self.group_of,
            self.sizes[:, [version]],
        )

    @property
    def predictions(self) -> Floats:
        """Count the predictions of each group."""
        return np.bincount(self.group_of, self.sizes.sum(axis=1), minlength=GROUPS).astype(float)


class Share(NamedTuple):
    """A weighted share, and the variance of one label over the variance of the share."""

    value: float
    labels: float
    """The effective number of labels; infinite if every prediction is labelled."""

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of Wilson (1927), from 0 to 1 where there is no label."""
        if not self.labels:
            return 0.0, 1.0
        spread = Z95**2 / self.labels
        middle = (self.value + spread / 2) / (1 + spread)
        half = np.sqrt(spread * self.value * (1 - self.value) + spread**2 / 4) / (1 + spread)
        return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def weigh(strata: Strata, labelled: Labelled) -> Weighted:
    """Decide which labels count, and give each its weight.

    A stratum without any is represented by the nearest in time of its group that has some (collapsed
    strata: Cochran, Sampling Techniques, 1977, section 5A.12).
    """
    totals = strata.sizes.sum(axis=1)
    known = np.bincount(labelled.stratum, minlength=len(totals))
    whole = (known >= WHOLE * totals) & (totals > 0)
    group_of = 2 * strata.low_confidence.astype(np.intp) + whole
    labels = labelled.where(whole[labelled.stratum] | labelled.at_random)
    counts = np.bincount(labels.stratum, minlength=len(totals))
    represented = _represented(totals, counts, group_of)
    weights = np.divide(represented, counts, out=np.zeros(len(totals)), where=counts > 0)
    unseen = 1 - np.divide(counts, represented, out=np.zeros(len(totals)), where=represented > counts)
    unseen[represented <= counts] = 0
    of = labels.stratum
    return Weighted(labels, group_of[of], weights[of], unseen[of], group_of, strata.sizes)


def _represented(totals: Integers, counts: Integers, group_of: Integers) -> Floats:
    """Count for each stratum with labels the predictions of all strata that it represents."""
    represented = np.zeros(len(totals))
    for group in range(GROUPS):
        members = np.flatnonzero(group_of == group)
        with_labels = members[counts[members] > 0]
        if len(with_labels):
            right = np.searchsorted(with_labels, members).clip(0, len(with_labels) - 1)
            left = (right - 1).clip(0)
            nearer_left = members - with_labels[left] < with_labels[right] - members
            nearest = np.where(nearer_left, with_labels[left], with_labels[right])
            np.add.at(represented, nearest, totals[members])
    return represented


def accuracy(weighted: Weighted) -> Estimate:
    """Estimate the share of the predictions that are right."""
    sizes = weighted.predictions
    right = weighted.labels.right
    shares = [
        _share(right[mine], weighted.weight[mine], weighted.unseen[mine])
        for mine in (weighted.group == group for group in range(GROUPS))
    ]
    if not len(right) or not sizes.sum():
        return Estimate(value=None, low=0, high=1, effective_labels=0)
    pooled = _share(right, weighted.weight, weighted.unseen).value
    shares = [share if share.labels else share._replace(value=pooled) for share in shares]
    return _sum_of(shares, sizes / sizes.sum(), len(right))


def ratio(weighted: Weighted, hits: Flags, of: Flags) -> Estimate:
    """Estimate which share of the predictions that ``of`` names are ``hits`` (both: one flag a label)."""
    weights = _calibrated(weighted)[of]
    share = _share(hits[of], weights, weighted.unseen[of])
    low, high = share.interval
    effective = min(share.labels, float(of.sum()))
    return Estimate(
        value=share.value if share.labels else None, low=low, high=high, effective_labels=effective
    )


def confusion(weighted: Weighted, classes: int) -> Floats:
    """Estimate how many predictions fall into each cell: predicted by actual (classes, classes)."""
    cells = np.zeros((classes, classes))
    np.add.at(cells, (weighted.labels.predicted, weighted.labels.actual), _calibrated(weighted))
    return cells


def _calibrated(weighted: Weighted) -> Floats:
    """Scale the weights of each group to the number of its predictions."""
    sums = np.bincount(weighted.group, weighted.weight, minlength=GROUPS)
    factors = np.divide(weighted.predictions, sums, out=np.zeros(GROUPS), where=sums > 0)
    calibrated: Floats = weighted.weight * factors[weighted.group]
    return calibrated


def _share(hits: Flags, weights: Floats, unseen: Floats) -> Share:
    """Take the weighted mean, and the smaller of two effective numbers of labels.

    One follows from the weights alone (Kish, Survey Sampling, 1965), and holds where all labels agree; the
    other from how the labels with large weights differ (the linearized variance of a ratio).
    """
    total = weights.sum()
    if not total:
        return Share(0.0, 0.0)
    parts = weights / total
    value = min(1.0, float(parts @ hits))
    inverse = float((parts**2) @ unseen)
    if 0 < value < 1:
        inverse = max(inverse, float((parts**2 * (hits - value) ** 2) @ unseen) / (value * (1 - value)))
    return Share(value, 1 / inverse if inverse > 0 else np.inf)


def _sum_of(shares: list[Share], parts: Floats, labels: int) -> Estimate:
    """Add up independent shares, each a part of the whole."""
    below = above = variance = 0.0
    value = min(1.0, sum(float(part) * share.value for part, share in zip(parts, shares, strict=True)))
    for part, share in zip(parts, shares, strict=True):
        if part:
            low, high = share.interval
            below += (part * (share.value - low)) ** 2
            above += (part * (high - share.value)) ** 2
            variance += part**2 * share.value * (1 - share.value) / max(share.labels, 1)
    low, high = max(0.0, value - np.sqrt(below)), min(1.0, value + np.sqrt(above))
    effective = value * (1 - value) / variance if variance else labels
    return Estimate(value=value, low=low, high=high, effective_labels=min(effective, labels))

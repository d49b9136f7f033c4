"""`python -m tests.bench.accuracy`: how often an interval holds the true accuracy, and how wide it is.

Compares three estimates from the same labels of simulated months: all labels pooled (Wilson's interval, as
for a simple random sample), stratified with the normal interval, and the report's. Prints Markdown.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.random import default_rng

from cronjobs.estimation import Z95, Labelled, Share, Strata, Weighted, accuracy, weigh
from tests.bench.tables import table
from tests.months import WORLDS, month


class Said(NamedTuple):
    """One method's estimate for a month."""

    value: float
    low: float
    high: float


def pooled(_: Strata, labelled: Labelled) -> Said:
    """Treat the labels of the random sample as one simple random sample."""
    right = labelled.right[labelled.at_random]
    value = float(right.mean())
    return Said(value, *Share(value, len(right)).interval)


def normal(strata: Strata, labelled: Labelled) -> Said:
    """Add up the strata's means, with the normal interval.

    Stratified prediction-powered inference (Fisch et al., 2024) is the same if its predictions are the means
    of the strata.
    """
    weighted = weigh(strata, labelled)
    parts = [_mean(weighted, group) for group in np.unique(weighted.group)]
    total = sum(size for size, _, _ in parts)
    value = sum(size * mean for size, mean, _ in parts) / total
    half = Z95 * np.sqrt(sum((size / total) ** 2 * variance for size, _, variance in parts))
    return Said(value, value - half, value + half)


def _mean(weighted: Weighted, group: int) -> tuple[float, float, float]:
    mine = weighted.group == group
    weights, right = weighted.weight[mine], weighted.labels.right[mine]
    mean = float(weights @ right / weights.sum())
    variance = float((weights**2 * (right - mean) ** 2) @ weighted.unseen[mine] / weights.sum() ** 2)
    return float(weights.sum()), mean, variance


def ours(strata: Strata, labelled: Labelled) -> Said:
    """Estimate as the report does."""
    estimate = accuracy(weigh(strata, labelled))
    return Said(estimate.value or 0, estimate.low, estimate.high)


WAYS: Mapping[str, Callable[[Strata, Labelled], Said]] = {"pooled": pooled, "normal": normal, "ours": ours}


def main() -> None:
    """Print a table: how often each interval contains the truth, its bias and its width in points."""
    parser = argparse.ArgumentParser(description="Evaluate the accuracy estimate on simulated months.")
    parser.add_argument("--months", type=int, default=2000)
    months = parser.parse_args().months
    heads = ["a month in which", *(f"{way}: held, off, width" for way in WAYS)]
    sys.stdout.write(table(heads, [[name, *_judge(name, months)] for name in WORLDS]))


def _judge(name: str, months: int) -> list[str]:
    random = default_rng(1)
    held, off, width = (dict.fromkeys(WAYS, 0.0) for _ in range(3))
    for _ in range(months):
        strata, labelled, truth = month(WORLDS[name], random)
        for way, estimate in WAYS.items():
            said = estimate(strata, labelled)
            held[way] += said.low <= truth <= said.high
            off[way] += 100 * (said.value - truth)
            width[way] += 100 * (said.high - said.low)
    rows = ((held[way] / months, off[way] / months, width[way] / months) for way in WAYS)
    return [f"{share:.1%}, {bias:+.1f}, {points:.1f}" for share, bias, points in rows]


if __name__ == "__main__":
    main()

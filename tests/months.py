"""Simulated months of predictions, whose accuracy is known, to evaluate an estimator."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from cronjobs.choosing import allocation
from cronjobs.estimation import Labelled, Strata

SIZE = 5


class Day(NamedTuple):
    """A day's uploads: their number and the share of correct ones, below the threshold and above."""

    low: int
    low_right: float
    high: int
    high_right: float


class World(NamedTuple):
    days: Sequence[Day]
    draws: int = 1
    """Draws per day."""
    answered: int = 0
    """The number of days, from the first, on which all predictions below the threshold were labelled."""


CONSTANT = Day(30, 0.55, 170, 0.96)
WEEKDAY, WEEKEND = Day(16, 0.6, 184, 0.98), Day(500, 0.53, 1500, 0.89)
GOOD, BAD = Day(45, 0.6, 255, 0.97), Day(75, 0.45, 225, 0.85)
WEEKS = [WEEKEND if day % 7 > 4 else WEEKDAY for day in range(30)]

WORLDS = {
    "days differ in size and accuracy": World(WEEKS),
    "days differ, one stratum": World(
        [Day(0, 0, d.low + d.high, 0.8 if d is WEEKEND else 0.95) for d in WEEKS]
    ),
    "constant": World([CONSTANT] * 30),
    "drift in the middle of the month": World([GOOD] * 15 + [BAD] * 15),
    "drift, and late answers": World([GOOD] * 15 + [BAD] * 15, answered=23),
    "one class fails": World([CONSTANT] * 20 + [Day(30, 0.4, 170, 0.9)] * 10),
    "two draws a day": World([CONSTANT] * 30, draws=2),
    "all below the threshold labelled": World([CONSTANT] * 30, answered=30),
    "below the threshold labelled, late": World([CONSTANT] * 30, answered=20),
    "few uploads, nearly all right": World([Day(2, 0.6, 18, 0.99)] * 30),
}


def month(world: World, random: Generator) -> tuple[Strata, Labelled, float]:
    """Make a month's predictions, draw and label some; also return the accuracy of all of them."""
    blocks = []
    right_of_all = 0
    for number, day in enumerate(world.days):
        drawn = allocation(SIZE, day.low, day.high)
        sides = ((day.low, day.low_right, drawn[0]), (day.high, day.high_right, drawn[1]))
        for side, (size, share, chosen) in enumerate(sides):
            right = random.binomial(size, share)
            right_of_all += right
            count = chosen * world.draws
            hits = random.hypergeometric(right, size - right, count) if size else 0
            blocks.append((2 * number + side, count, hits, True))
            if side == 0 and number < world.answered:
                blocks.append((2 * number, size - count, right - hits, False))
    sizes = np.array([[side] for day in world.days for side in (day.low, day.high)])
    strata = Strata(np.array([True, False] * len(world.days)), sizes)
    return strata, _labels(np.array(blocks, np.intp)), right_of_all / sizes.sum()


def _labels(blocks: NDArray[np.intp]) -> Labelled:
    """Make labels from blocks of stratum, number of labels, number of correct ones, and whether drawn."""
    each = np.repeat(np.arange(len(blocks)), blocks[:, 1])
    stratum, _, right, at_random = blocks[each].T
    first = (np.cumsum(blocks[:, 1]) - blocks[:, 1])[each]
    wrong = np.arange(len(each)) - first >= right
    zeros = np.zeros_like(stratum)
    return Labelled(stratum, zeros, zeros, wrong.astype(np.intp), at_random.astype(bool))

"""The estimator on simulated months whose truth is known, and on cases that can be computed by hand."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import default_rng

from cronjobs.estimation import Labelled, Share, Strata, accuracy, ratio, weigh
from tests.months import SIZE, WORLDS, month

MONTHS = 1000


@pytest.mark.parametrize("name", WORLDS)
def test_the_interval_holds_the_truth_and_the_estimate_is_unbiased(name: str) -> None:
    random = default_rng(1)
    held, off = 0, 0.0
    for _ in range(MONTHS):
        strata, labelled, truth = month(WORLDS[name], random)
        estimate = accuracy(weigh(strata, labelled))
        held += estimate.low <= truth <= estimate.high
        off += (estimate.value or 0) - truth
    assert held / MONTHS >= 0.93
    assert abs(off / MONTHS) <= 0.003


def test_the_labels_below_the_threshold_narrow_the_interval() -> None:
    random = default_rng(2)
    widths, alone = [], []
    for _ in range(200):
        strata, labelled, _ = month(WORLDS["all below the threshold labelled"], random)
        estimate = accuracy(weigh(strata, labelled))
        widths.append(estimate.high - estimate.low)
        low, high = Share(random.binomial(30 * SIZE, 0.9) / (30 * SIZE), 30 * SIZE).interval
        alone.append(high - low)
    assert np.mean(widths) <= 0.7 * np.mean(alone)


def test_the_interval_is_that_of_the_literature() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81 of 263 and 0 of 20.
    assert Share(81 / 263, 263).interval == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert Share(0, 20).interval == pytest.approx((0.0, 0.1611), abs=5e-5)


def labels(*rows: tuple[int, int, bool]) -> Labelled:
    """Make labels: each has a stratum, is right (0) or wrong (1), and is drawn at random or not."""
    stratum, wrong, at_random = np.array(rows, np.intp).reshape(-1, 3).T
    return Labelled(stratum, np.zeros_like(stratum), np.zeros_like(stratum), wrong, at_random.astype(bool))


def strata(*sizes: int, low: Callable[[int], bool] = lambda _: False) -> Strata:
    return Strata(np.array([low(number) for number in range(len(sizes))]), np.array(sizes).reshape(-1, 1))


def test_nothing_is_known_without_labels() -> None:
    for sizes in ((), (100,)):
        estimate = accuracy(weigh(strata(*sizes), labels()))
        assert (estimate.value, estimate.low, estimate.high) == (None, 0, 1)


def test_a_label_stands_for_its_share_of_the_predictions_that_it_was_drawn_from() -> None:
    estimate = accuracy(weigh(strata(900, 100), labels((0, 0, True), (1, 1, True))))
    assert estimate.value == pytest.approx(0.9)


def test_who_was_not_drawn_counts_only_where_nearly_all_are_labelled() -> None:
    drawn, others = [(0, 0, True)], [(0, 1, False)] * 4
    assert accuracy(weigh(strata(100), labels(*drawn, *others))).value == 1
    assert accuracy(weigh(strata(5), labels(*drawn, *others))).value == pytest.approx(0.2)


def test_nothing_is_left_to_estimate_when_every_prediction_is_labelled() -> None:
    estimate = accuracy(weigh(strata(2), labels((0, 0, True), (0, 1, False))))
    assert (estimate.low, estimate.high) == (0.5, 0.5)
    assert estimate.effective_labels == 2


def test_predictions_without_labels_are_represented_by_the_nearest_ones() -> None:
    weighted = weigh(strata(10, 20, 30, 40), labels((0, 0, True), (3, 1, True)))
    assert weighted.weight.tolist() == [30, 70]


def test_a_group_without_any_label_widens_the_interval_by_its_share() -> None:
    known = labels(*[(1, 0, True)] * 50)
    estimate = accuracy(weigh(strata(30, 70, low=lambda number: number == 0), known))
    assert estimate.value == pytest.approx(1)
    assert estimate.low < 0.7


def test_a_share_of_some_predictions_is_estimated_from_their_labels() -> None:
    weighted = weigh(strata(900, 100), labels((0, 0, True), (1, 1, True), (1, 0, True)))
    right = weighted.labels.right
    assert ratio(weighted, right, np.ones(3, bool)).value == pytest.approx(0.95)
    assert ratio(weighted, right, np.zeros(3, bool)).value is None

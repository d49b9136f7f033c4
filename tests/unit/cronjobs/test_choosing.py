from collections import Counter

import pytest

from cronjobs.choosing import Pool, allocation, in_order, shuffled
from cronjobs.draws import Seen
from tests.labelling import prediction_id

IDS = [prediction_id(number) for number in range(20)]


def seen(number: int, *, low: bool = False) -> Seen:
    return Seen(IDS[number], low, "v1", 0.6 if low else 0.9)


def test_the_seed_alone_decides_the_order() -> None:
    assert shuffled(iter(IDS), "a") == shuffled(reversed(IDS), "a") != shuffled(iter(IDS), "b")


def test_each_prediction_is_drawn_about_as_often() -> None:
    drawn = Counter(each for seed in range(2000) for each in shuffled(iter(IDS), str(seed))[:5])
    # Binomial with 2000 draws of chance 1/4: 500, give or take five standard deviations of 19.4.
    assert all(403 <= drawn[each] <= 597 for each in IDS)


@pytest.mark.parametrize(
    ("size", "low", "high", "shares"),
    [
        (5, 30, 170, (1, 4)),
        (5, 3, 997, (1, 4)),
        (20, 30, 170, (3, 17)),
        (5, 997, 3, (4, 1)),
        (5, 100, 2, (4, 1)),
        (5, 0, 10, (0, 5)),
        (5, 10, 0, (5, 0)),
        (5, 2, 1, (2, 1)),
        (1, 1, 9, (0, 1)),
        (5, 0, 0, (0, 0)),
    ],
)
def test_each_side_of_the_threshold_gets_its_share_and_one_at_least(
    size: int, low: int, high: int, shares: tuple[int, int]
) -> None:
    assert allocation(size, low, high) == shares


def test_no_allocation_asks_for_more_than_there_are() -> None:
    for size in range(1, 8):
        for low in range(6):
            for high in range(6):
                from_low, from_high = allocation(size, low, high)
                assert 0 <= from_low <= low
                assert 0 <= from_high <= high
                assert from_low + from_high == min(size, low + high)


def test_new_predictions_come_before_older_ones() -> None:
    older = {IDS[number]: ("2026-03-01/001", seen(number)) for number in range(10, 20)}
    pool = Pool([seen(number, low=number == 0) for number in range(3)], older)
    order = in_order(pool, 5, "seed")
    assert set(order[:3]) == set(IDS[:3])
    assert sorted(order) == sorted([*IDS[:3], *older])

from collections import Counter

from cronjobs.sampling import shuffled
from tests.labelling import prediction_id

IDS = [prediction_id(number) for number in range(20)]


def test_the_seed_alone_decides_the_order() -> None:
    assert shuffled(iter(IDS), "a") == shuffled(reversed(IDS), "a") != shuffled(iter(IDS), "b")


def test_each_prediction_is_drawn_about_as_often() -> None:
    drawn = Counter(each for seed in range(2000) for each in shuffled(iter(IDS), str(seed))[:5])
    # Binomial with 2000 draws of chance 1/4: 500, give or take five standard deviations of 19.4.
    assert all(403 <= drawn[each] <= 597 for each in IDS)

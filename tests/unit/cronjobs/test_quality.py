from datetime import datetime, timedelta

import pytest

from cronjobs.draws import Draw, Drawn, Stratum
from cronjobs.quality import Evidence, label_counts, quality
from gourmetgram.quality import ALL_VERSIONS, WindowQuality
from gourmetgram.records import LabelRecord
from gourmetgram.sources import Source
from tests.labelling import NOON, prediction_id

TODAY = NOON.date()
START = TODAY - timedelta(days=7)


def label(  # noqa: PLR0913
    number: int,
    predicted: str = "Egg",
    actual: str = "Egg",
    *,
    source: Source = Source.RANDOM_SAMPLING,
    version: str = "v1",
    at: datetime = NOON,
) -> LabelRecord:
    return LabelRecord(
        prediction_id=prediction_id(number, at),
        predicted=predicted,
        actual=actual,
        source=source,
        annotator="ann@example.org",
        labelled_at=NOON,
        model_version=version,
    )


def draw(
    *numbers: int,
    at: datetime = NOON,
    version: str = "v1",
    high: int = 90,
    low: int = 10,
    low_drawn: bool = False,
) -> Draw:
    """Make a draw of predictions, all on the same side of the threshold."""
    day = at.date()
    strata = [
        Stratum(low_confidence=side, model_version=version, predictions=size, confidence_sum=size * mean)
        for side, size, mean in ((False, high, 0.9), (True, low, 0.5))
    ]
    drawn = [
        Drawn(
            prediction_id=prediction_id(number, at),
            batch=f"{day}/001",
            low_confidence=low_drawn,
            model_version=version,
            chance=0.1,
        )
        for number in numbers
    ]
    return Draw(
        drawn_on=day,
        number=1,
        seed="",
        window_start=day,
        until=at,
        strata=strata,
        frame="frames/x",
        drawn=drawn,
    )


def figures(draws: list[Draw], labels: list[LabelRecord]) -> WindowQuality:
    return quality(Evidence(draws, labels), "7d", START, TODAY)[0]


def test_nothing_is_known_without_labels() -> None:
    for draws in ([], [draw()]):
        accuracy = figures(draws, []).accuracy
        assert (accuracy.value, accuracy.low, accuracy.high) == (None, 0, 1)


def test_the_mean_confidence_needs_no_label() -> None:
    assert figures([draw()], []).mean_confidence == pytest.approx(0.86)
    assert figures([], []).mean_confidence is None


def test_the_labels_of_the_random_sample_count() -> None:
    known = figures([draw(1, 2)], [label(1), label(2, actual="Rice")])
    assert (known.predictions, known.labels) == (100, 2)
    assert known.accuracy.value == pytest.approx(0.5)


def test_flags_and_relabels_do_not_count() -> None:
    others = [label(3, source=Source.USER_FLAG), label(4, source=Source.USER_RELABEL)]
    assert figures([draw(1)], [label(1), *others]).labels == 1


def test_labels_below_the_threshold_that_were_not_blind_do_not_count() -> None:
    low = [label(number, source=Source.LOW_CONFIDENCE) for number in range(10, 20)]
    shown = [each.model_copy(update={"is_blind": False}) for each in low]
    assert figures([draw(1)], [label(1), *shown]).labels == 1


def test_labels_below_the_threshold_count_once_nearly_all_are_there() -> None:
    low = [label(number, actual="Rice", source=Source.LOW_CONFIDENCE) for number in range(10, 20)]
    assert figures([draw(1)], [label(1), *low[:8]]).labels == 1
    known = figures([draw(1)], [label(1), *low])
    assert known.labels == 11
    assert known.accuracy.value == pytest.approx(0.9)


def test_the_blind_label_counts_where_two_differ() -> None:
    both = [label(1, actual="Rice", source=Source.LOW_CONFIDENCE), label(1)]
    for labels in (both, both[::-1]):
        assert figures([draw(1)], labels).accuracy.value == pytest.approx(1)


def test_a_label_of_before_draws_were_kept_is_found_by_its_time() -> None:
    old = label(5, version="v1", at=NOON - timedelta(minutes=5))
    known = figures([draw()], [old.model_copy(update={"low_confidence": False})])
    assert known.labels == 1


def test_a_draw_of_before_the_window_counts_no_more() -> None:
    early = NOON - timedelta(days=8)
    known = figures([draw(1, at=early), draw(2)], [label(1, actual="Rice", at=early), label(2)])
    assert (known.predictions, known.accuracy.value) == (100, pytest.approx(1))


def test_each_model_version_has_figures_of_its_own() -> None:
    yesterday = NOON - timedelta(days=1)
    draws = [draw(1, at=yesterday), draw(2, version="v2", high=290)]
    labels = [label(1, at=yesterday, actual="Rice"), label(2, version="v2")]
    known = {each.model_version: each for each in quality(Evidence(draws, labels), "7d", START, TODAY)}
    assert list(known) == [ALL_VERSIONS, "v1", "v2"]
    assert [known[version].predictions for version in known] == [400, 100, 300]
    assert (known["v1"].accuracy.value, known["v2"].accuracy.value) == (pytest.approx(0), pytest.approx(1))
    assert known[ALL_VERSIONS].accuracy.value == pytest.approx(0.75, abs=0.03)


def test_a_class_is_judged_by_what_it_is_and_by_what_it_is_taken_for() -> None:
    labels = [label(1), label(2, actual="Rice"), label(3, predicted="Rice", actual="Rice")]
    known = figures([draw(1, 2, 3)], labels)
    assert known.recall["Rice"].value == pytest.approx(0.5)
    assert known.precision["Egg"].value == pytest.approx(0.5)
    assert known.precision["Rice"].value == pytest.approx(1)
    assert known.recall["Soup"].value is None
    assert known.macro_f1 == pytest.approx(2 / 3)


def test_the_labels_of_a_window_are_counted_by_source_and_classes() -> None:
    labels = [
        label(1),
        label(2),
        label(3, actual="Rice", source=Source.USER_FLAG),
        label(4, at=NOON - timedelta(9)),
    ]
    counts = {(each.actual, each.source): each.count for each in label_counts(labels, "7d", START)}
    assert counts == {("Egg", Source.RANDOM_SAMPLING): 2, ("Rice", Source.USER_FLAG): 1}

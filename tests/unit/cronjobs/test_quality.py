import pytest

from cronjobs.quality import Share, quality
from gourmetgram.records import LabelRecord
from gourmetgram.sources import Source
from tests.labelling import NOON, prediction_id


def label(predicted: str, actual: str, source: Source = Source.RANDOM_SAMPLING) -> LabelRecord:
    return LabelRecord(
        prediction_id=prediction_id(1),
        predicted=predicted,
        actual=actual,
        source=source,
        annotator="ann@example.org",
        labelled_at=NOON,
    )


def test_the_interval_is_that_of_the_literature() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81 of 263 and 0 of 20.
    assert Share(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert Share(0, 20).interval == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_nothing_is_known_without_labels() -> None:
    assert quality([]).accuracy.value is None
    assert quality([]).accuracy.interval == (0.0, 1.0)


def test_accuracy_counts_the_random_sample_alone() -> None:
    labels = [label("Egg", "Egg"), label("Egg", "Rice"), label("Egg", "Egg", Source.LOW_CONFIDENCE)]
    assert quality(labels).accuracy == Share(1, 2)


def test_a_class_is_counted_by_what_it_is_and_by_what_it_is_taken_for() -> None:
    figures = quality([label("Egg", "Egg"), label("Egg", "Rice"), label("Rice", "Rice")])
    assert figures.of_class["Rice"] == Share(1, 2)
    assert figures.says_class["Egg"] == Share(1, 2)
    assert figures.says_class["Rice"] == Share(1, 1)


def test_a_flag_is_right_if_the_model_was_wrong() -> None:
    flags = [label("Egg", "Egg", Source.USER_FLAG), label("Egg", "Soup", Source.USER_FLAG)]
    assert quality(flags).flags_right == Share(1, 2)


def test_low_confidence_predictions_and_relabels_are_counted() -> None:
    figures = quality([label("Egg", "Egg", Source.LOW_CONFIDENCE), label("Egg", "Soup", Source.USER_RELABEL)])
    assert (figures.low_confidence_right, figures.relabels_changed) == (Share(1, 1), Share(1, 1))

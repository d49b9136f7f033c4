"""Which labels count, which are used for evaluation, and how much users are trusted."""

from datetime import timedelta

from gourmetgram.records import LabelRecord
from gourmetgram.sources import Source
from predictor.training.truths import Truth, relabel_precision, truths
from tests.labelling import NOON, prediction_id

TODAY = NOON.date()


def label(number: int, actual: str, source: Source, *, days: int = 0) -> LabelRecord:
    at = NOON - timedelta(days=days)
    return LabelRecord(
        prediction_id=prediction_id(number, at),
        predicted="Egg",
        actual=actual,
        source=source,
        annotator="ann",
        labelled_at=at,
    )


def one(*labels: LabelRecord) -> Truth:
    (truth,) = truths(labels, TODAY)
    return truth


def test_a_random_sample_judges_for_thirty_days_and_is_learned_from_after_that() -> None:
    assert one(label(1, "Rice", Source.RANDOM_SAMPLING, days=30)).evaluates
    assert not one(label(1, "Rice", Source.RANDOM_SAMPLING, days=31)).evaluates


def test_an_annotator_counts_more_than_a_user() -> None:
    truth = one(label(1, "Rice", Source.USER_RELABEL), label(1, "Soup", Source.USER_FLAG))
    assert (truth.label.actual, truth.weight, truth.evaluates) == ("Soup", 1, False)


def test_a_users_class_weighs_nothing_while_nobody_has_checked_any() -> None:
    assert one(label(1, "Rice", Source.USER_RELABEL)).weight == 0


def test_a_users_class_weighs_what_users_were_found_to_be_right_at_least() -> None:
    checked = [
        label(number, said, source)
        for number in range(40)
        for source, said in (
            (Source.USER_RELABEL, "Rice"),
            (Source.USER_FLAG, "Rice" if number < 36 else "Soup"),
        )
    ]
    precision = relabel_precision(checked)
    assert (precision.compared, precision.right) == (40, 36)
    *_, last = truths([*checked, label(99, "Rice", Source.USER_RELABEL)], TODAY)
    assert last.weight == precision.weight
    assert 0.76 < last.weight < 0.78


def test_users_who_are_mostly_wrong_are_not_learned_from() -> None:
    checked = [
        label(number, said, source)
        for number in range(40)
        for source, said in ((Source.USER_RELABEL, "Rice"), (Source.USER_FLAG, "Soup"))
    ]
    assert relabel_precision(checked).weight == 0

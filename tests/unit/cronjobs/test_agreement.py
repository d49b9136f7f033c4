import pytest

from cronjobs.agreement import Agreement, Sway, agreement, lines, sway
from gourmetgram.records import LabelRecord
from gourmetgram.sources import Source
from tests.labelling import NOON, prediction_id

FLEISS = """
0 0 0 0 14
0 2 6 4 2
0 0 3 5 6
0 3 9 2 0
2 2 8 1 1
7 7 0 0 0
3 2 6 3 0
2 5 3 2 2
6 5 2 1 0
0 2 2 3 7
"""
"""The standard example for Fleiss' kappa: ten subjects, fourteen raters, five categories."""


def label(number: int, actual: str, source: Source, *, is_blind: bool | None) -> LabelRecord:
    return LabelRecord(
        prediction_id=prediction_id(number),
        predicted="Egg",
        actual=actual,
        source=source,
        annotator="ann@example.org",
        labelled_at=NOON,
        is_blind=is_blind,
    )


def test_the_kappa_is_that_of_fleiss() -> None:
    rows = [[int(count) for count in row.split()] for row in FLEISS.split("\n") if row]
    photos = [[str(place) for place, count in enumerate(row) for _ in range(count)] for row in rows]
    found = agreement(photos)
    assert (found.photos, found.agreed) == (10, 1)
    assert found.kappa == pytest.approx(0.210, abs=0.0005)


def test_photos_may_have_different_numbers_of_annotators() -> None:
    found = agreement([["Egg", "Egg", "Egg"], ["Rice", "Rice"], ["Egg", "Rice"]])
    # 7 ratings: agreement (3 + 2 + 0) / 7, by chance (4/7)^2 + (3/7)^2.
    assert found == Agreement(3, 2, pytest.approx((5 / 7 - 25 / 49) / (1 - 25 / 49)))


@pytest.mark.parametrize("photos", [[], [["Egg", "Egg"]]])
def test_without_two_classes_there_is_no_kappa(photos: list[list[str]]) -> None:
    assert agreement(photos).kappa is None


def test_the_sway_of_the_models_class_is_measured_on_the_same_photos() -> None:
    labels = [
        label(1, "Egg", Source.USER_FLAG, is_blind=False),
        label(1, "Rice", Source.RANDOM_SAMPLING, is_blind=True),
        label(2, "Egg", Source.LOW_CONFIDENCE, is_blind=False),
        label(2, "Egg", Source.RANDOM_SAMPLING, is_blind=True),
        label(3, "Rice", Source.RANDOM_SAMPLING, is_blind=True),
        label(4, "Egg", Source.LOW_CONFIDENCE, is_blind=None),
        label(4, "Egg", Source.RANDOM_SAMPLING, is_blind=True),
        label(3, "Rice", Source.USER_RELABEL, is_blind=False),
    ]
    assert sway(labels) == Sway(photos=2, shown=2, blind=1)


def test_the_report_says_both_only_where_there_is_something_to_say() -> None:
    assert list(lines(Agreement(0, 0, None), Sway(0, 0, 0))) == []
    assert list(lines(Agreement(4, 3, 0.512), Sway(10, 9, 6))) == [
        "4 photos with several annotators: all agreed on 3, Fleiss' kappa 0.51",
        "10 photos labelled with the model's class shown and blind: "
        "90.0% agreed with the model when shown, 60.0% when blind",
    ]

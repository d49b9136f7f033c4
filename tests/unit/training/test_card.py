"""The model card contains the output of `make evaluate`."""

import os
from pathlib import Path

import pytest

from predictor.training import MODEL, card
from predictor.training.data import photos
from predictor.training.evaluate import evaluate
from predictor.training.metrics import Figures
from tests.conftest import ROOT

FOOD_11 = Path(os.environ.get("FOOD11", ROOT / "../shared/food-11"))


@pytest.fixture(scope="module")
def figures() -> Figures:
    try:
        count = len(photos(FOOD_11, "evaluation"))
    except FileNotFoundError:
        pytest.skip("the card's photos are not here: FOOD11 can name their folder")
    if not card.written(MODEL.parent).startswith(f"{count} photos"):
        pytest.skip(f"FOOD11 has {count} photos in evaluation/, which are not those of the card")
    return evaluate(MODEL, FOOD_11)


def test_the_card_holds_what_evaluate_prints(figures: Figures) -> None:
    assert card.written(MODEL.parent) == card.report(figures)


def test_the_model_is_right_often_enough(figures: Figures) -> None:
    assert figures.accuracy >= 0.87


def test_the_model_is_calibrated_well_enough(figures: Figures) -> None:
    assert figures.calibration_error <= 0.04

"""Metrics and calibration on cases that can be computed by hand."""

from pathlib import Path

import numpy as np
import pytest

from predictor.training import card
from predictor.training.calibration import fit_temperature
from predictor.training.metrics import Figures

# True classes 0 0 0 1; answers 0 0 1 1.
FEW = Figures(
    np.array([[0.9, 0.1, 0], [0.9, 0.1, 0], [0.2, 0.8, 0], [0.3, 0.7, 0]], np.float32), np.array([0, 0, 0, 1])
)


def test_the_confusion_matrix_counts_answers_by_true_class() -> None:
    assert FEW.confusion.tolist() == [[2, 1, 0], [0, 1, 0], [0, 0, 0]]


def test_figures_of_each_class() -> None:
    assert FEW.accuracy == 0.75
    assert FEW.precision.tolist() == [1, 0.5, 0]
    assert FEW.recall.tolist() == pytest.approx([2 / 3, 1, 0])
    assert FEW.f1.tolist() == pytest.approx([0.8, 2 / 3, 0])


def test_the_calibration_error_weighs_each_gap_by_its_photos() -> None:
    assert FEW.calibration_error == pytest.approx((2 * 0.1 + 1 * 0.8 + 1 * 0.3) / 4, abs=1e-6)


def test_the_temperature_of_scaled_logits_is_their_scale() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 5)).astype(np.float32)
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    assert fit_temperature(3 * logits, labels) == pytest.approx(3, rel=0.03)


def test_the_card_takes_new_figures_and_keeps_its_words(tmp_path: Path) -> None:
    (tmp_path / "card.md").write_text("before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n")
    rng = np.random.default_rng(0)
    figures = Figures(rng.dirichlet(np.ones(11), 40).astype(np.float32), rng.integers(0, 11, 40))
    card.write(tmp_path, figures)
    text = (tmp_path / "card.md").read_text()
    assert (text[:7], text[-6:]) == ("before\n", "after\n")
    assert card.written(tmp_path) == card.report(figures)
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")

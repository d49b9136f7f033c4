"""Retraining on a few labels doesn't make a good model worse."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import torch

from predictor.training import FLOAT32
from predictor.training.architecture import Classifier, MobileNetV2, from_onnx
from predictor.training.checkpoint import Run
from predictor.training.data import centre_batches, photos
from predictor.training.fitting import Fit, logits
from predictor.training.recipe import RETRAINING
from predictor.training.train import fit_to
from tests.conftest import PHOTOS


def wrong(network: MobileNetV2) -> int:
    """Count the photos that the network gets wrong."""
    shown = [photo for split in ("evaluation", "validation") for photo in photos(PHOTOS, split)]
    answers = np.concatenate([logits(network, pixels) for pixels in centre_batches(shown)])
    return int((answers.argmax(axis=1) != [photo.label for photo in shown]).sum())


def test_the_result_is_half_way_between_the_original_and_what_was_trained() -> None:
    torch.manual_seed(0)
    start = cast(MobileNetV2, Classifier(MobileNetV2(3, dropout=0), temperature=1).network)
    pixels = np.random.default_rng(0).uniform(-1, 1, (4, 3, 64, 64)).astype(np.float32)
    results = []
    for kept in (1.0, 0.5, 0.0):
        fit = Fit(copy.deepcopy(start), replace(RETRAINING, remembered=0, kept=kept), steps=1)
        fit.step(pixels, np.eye(3, dtype=np.float32)[[0, 1, 2, 0]])
        results.append(fit.average.classifier[1].weight)
    original, between, trained = results
    assert torch.equal(original, start.classifier[1].weight)
    assert not torch.equal(trained, original)
    torch.testing.assert_close(between, (original + trained) / 2)


def test_one_batch_of_labels_does_no_harm(tmp_path: Path) -> None:
    torch.manual_seed(0)
    before = cast(MobileNetV2, from_onnx(FLOAT32).network)
    known = wrong(before)
    few = replace(RETRAINING, epochs=2)
    fit = fit_to(photos(PHOTOS, "training"), lambda: before, Run(tmp_path), few)
    assert wrong(fit.average) <= known + 1

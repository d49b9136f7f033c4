"""A few labels leave a model that is good as good as it was."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import torch

from predictor.training import FLOAT32
from predictor.training.architecture import MobileNetV2, from_onnx
from predictor.training.checkpoint import Run
from predictor.training.data import centre_batches, photos
from predictor.training.fitting import logits
from predictor.training.recipe import RETRAINING
from predictor.training.train import fit_to
from tests.conftest import PHOTOS


def wrong(network: MobileNetV2) -> int:
    """Count the photos that it gets wrong."""
    shown = [photo for split in ("evaluation", "validation") for photo in photos(PHOTOS, split)]
    answers = np.concatenate([logits(network, pixels) for pixels in centre_batches(shown)])
    return int((answers.argmax(axis=1) != [photo.label for photo in shown]).sum())


def test_one_batch_of_labels_does_no_harm(tmp_path: Path) -> None:
    torch.manual_seed(0)
    before = cast(MobileNetV2, from_onnx(FLOAT32).network)
    known = wrong(before)
    few = replace(RETRAINING, epochs=2)
    fit = fit_to(photos(PHOTOS, "training"), lambda: before, Run(tmp_path), few)
    assert wrong(fit.average) <= known + 1

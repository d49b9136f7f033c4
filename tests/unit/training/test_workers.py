"""Processes that train together learn the same as a single one; as a script, this file is one of them."""

import sys
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch.distributed.run import main as torchrun

from predictor.training.architecture import Classifier, MobileNetV2
from predictor.training.fitting import Fit
from predictor.training.recipe import Recipe
from predictor.training.workers import from_first, rank, share, together

STEPS = 2


def fitted() -> dict[str, torch.Tensor]:
    """Fit to the same batch twice, with batch norms folded, as in retraining."""
    torch.manual_seed(0)
    network = cast(MobileNetV2, Classifier(MobileNetV2(3, dropout=0), temperature=1).network)
    fit = Fit(network, Recipe(epochs=1, batch=4, remembered=0.3), STEPS)
    pixels = np.random.default_rng(0).uniform(-1, 1, (4, 3, 64, 64)).astype(np.float32)
    targets = np.eye(3, dtype=np.float32)[[0, 1, 2, 0]]
    for _ in range(STEPS):
        fit.step(pixels[share()], targets[share()])
    return dict(fit.state()["network"])


def process(folder: Path) -> None:
    with together():
        said = from_first(lambda: f"by {rank()}")
        torch.save((said, fitted()), folder / f"{rank()}.pt")


def test_two_processes_learn_what_one_does(tmp_path: Path) -> None:
    torchrun(["--standalone", "--nproc-per-node=2", "-m", __name__, str(tmp_path)])
    saved = [torch.load(path, weights_only=True) for path in sorted(tmp_path.iterdir())]
    said, learned = zip(*saved, strict=True)
    assert said == ("by 0", "by 0")
    for name, value in fitted().items():
        assert all(torch.allclose(weights[name], value, atol=1e-4) for weights in learned)


if __name__ == "__main__":
    process(Path(sys.argv[1]))

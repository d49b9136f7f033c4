"""Trains the food classifier: `python -m predictor.training.train <Food-11> --backbone <file>`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from gourmetgram.classes import CLASSES
from predictor.images.tensors import normalise
from predictor.training import RUN, log, missing_files_named, show_log
from predictor.training.architecture import MobileNetV2, from_backbone
from predictor.training.augmentation import mix
from predictor.training.calibration import fit_temperature
from predictor.training.checkpoint import Run
from predictor.training.data import Photo, centre_batches, photos, training_batches
from predictor.training.fitting import Fit, logits
from predictor.training.recipe import Recipe
from predictor.training.workers import from_first, rank, share


def train(data: Path, backbone: Path, run: Run, recipe: Recipe) -> None:
    """Fit a network to `training` and its temperature to `validation`; both are kept in the run's folder."""
    fit = fit_to(photos(data, "training"), lambda: from_backbone(backbone, len(CLASSES)), run, recipe)
    _calibrate(fit, photos(data, "validation"), run)


def refit(data: Path, backbone: Path, run: Run, recipe: Recipe, held_out: Run) -> None:
    """Fit a network to both splits, with the temperature of a run that held `validation` out."""
    _, temperature = held_out.trained()
    both = photos(data, "training") + photos(data, "validation")
    fit = fit_to(both, lambda: from_backbone(backbone, len(CLASSES)), run, recipe)
    run.finish(fit.average.state_dict(), temperature)


def fit_to(chosen: Sequence[Photo], start: Callable[[], MobileNetV2], run: Run, recipe: Recipe) -> Fit:
    """Fit the network that `start` makes to photos; a killed run resumes after its last epoch.

    Raises ValueError if the photos are too few for a batch.
    """
    batches = len(chosen) // recipe.batch
    if batches == 0:
        raise ValueError(f"{len(chosen)} photos are less than one batch of {recipe.batch}")
    torch.manual_seed(recipe.seed)
    fit = Fit(start(), recipe, steps=batches * recipe.epochs)
    done = _restored(fit, run, recipe, len(chosen))
    log.info("%d photos to learn from, %d epochs, %d of them done", len(chosen), recipe.epochs, done)
    for epoch in range(done, recipe.epochs):
        _learn(fit, chosen, recipe, epoch)
        if rank() == 0:
            run.save(epochs_done=epoch + 1, recipe=recipe, photos=len(chosen), fit=fit.state())
    return fit


def _restored(fit: Fit, run: Run, recipe: Recipe, photos: int) -> int:
    saved = from_first(lambda: run.load(recipe=recipe, photos=photos))
    if saved is None:
        return 0
    epochs_done, state = saved
    fit.restore(state)
    return epochs_done


def _learn(fit: Fit, chosen: Sequence[Photo], recipe: Recipe, epoch: int) -> None:
    """Train one epoch; randomness depends only on seed and epoch, so that a run can be resumed."""
    rng = np.random.default_rng([recipe.seed, epoch])
    torch.manual_seed(int(rng.integers(2**31)))
    batches = training_batches(chosen, size=recipe.batch, side=recipe.side, rng=rng, share=share())
    total = len(chosen) // recipe.batch
    epochs = f"epoch {epoch + 1}/{recipe.epochs}"
    with tqdm(batches, desc=epochs, total=total, unit="batch", disable=rank() > 0) as bar:
        for pixels, shares in bar:
            loss = fit.step(*mix(normalise(pixels), shares, rng))
            bar.set_postfix(loss=f"{loss:.3f}")


def _calibrate(fit: Fit, held_out: Sequence[Photo], run: Run) -> None:
    answers = np.concatenate([logits(fit.average, pixels) for pixels in centre_batches(held_out)])
    labels = np.array([photo.label for photo in held_out])
    temperature = fit_temperature(answers, labels)
    run.finish(fit.average.state_dict(), temperature)
    right = float((answers.argmax(axis=1) == labels).mean())
    log.info(
        "validation: %.1f %% of %d photos right, temperature %.3f", 100 * right, len(labels), temperature
    )


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with training/ and validation/ of Food-11")
    parser.add_argument("--backbone", type=Path, required=True, help="MobileNetV2 on ImageNet, safetensors")
    parser.add_argument(
        "--run", type=Path, default=RUN, help="folder of checkpoints; a killed run goes on from it"
    )
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    options = parser.parse_args()
    show_log()
    recipe = Recipe(epochs=options.epochs, seed=options.seed)
    held_out = Run(options.run / "held-out")
    with missing_files_named():
        train(options.data, options.backbone, held_out, recipe)
        refit(options.data, options.backbone, Run(options.run), recipe, held_out)


if __name__ == "__main__":
    main()

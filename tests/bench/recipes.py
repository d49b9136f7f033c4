"""`python -m tests.bench.recipes <Food-11>`: what recipes of retraining learn and forget, on `validation/`.

One model has learned from all of training/, another from a tenth of it. Retraining the first on photos that
it knows shows what it forgets; retraining the second on photos that are new to it shows what it learns.
Neither has seen validation/. Prints a table in Markdown; what .local/recipes holds already is not done again.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray

from predictor.cpus import available_cpus
from predictor.training import FLOAT32, show_log
from predictor.training.architecture import MobileNetV2, from_onnx
from predictor.training.checkpoint import Run
from predictor.training.data import Photo, centre_batches, drawn, photos
from predictor.training.fitting import between, logits
from predictor.training.recipe import RETRAINING, Recipe
from predictor.training.train import fit_to
from tests.bench.tables import table
from tests.bench.weak import split, trained_model

WORK = Path(".local/recipes")
LEARNING_RATES, KEPT = (3e-4, 1e-4), (0.0, 0.25, 0.5)
FORGOTTEN, LEARNED = 500, (500, 150)
EPOCHS = 10  # of the model that has learned from all of training/: half of make model's


class Decoded(NamedTuple):
    """Photos as batches of pixels, and their labels."""

    batches: list[NDArray[np.uint8]]
    labels: list[int]


def decoded(chosen: Sequence[Photo]) -> Decoded:
    """Decode photos, once for all the networks that classify them."""
    return Decoded(list(centre_batches(chosen)), [photo.label for photo in chosen])


def accuracies(start: Path, chosen: Sequence[Photo], rate: float, run: Run, shown: Decoded) -> list[float]:
    """Retrain a model; return its accuracy on validation/ before, and after with each share kept."""
    before, trained = (cast(MobileNetV2, from_onnx(start.with_name(FLOAT32.name)).network) for _ in range(2))
    recipe = replace(RETRAINING, learning_rate=rate, least_share=1.0, kept=0.0)
    after = fit_to(chosen, lambda: trained, run, recipe).average
    return [accuracy(before, shown), *(accuracy(between(after, before, kept), shown) for kept in KEPT)]


def accuracy(network: MobileNetV2, shown: Decoded) -> float:
    """Return the share of photos that a network gets right."""
    answers = np.concatenate([logits(network.eval(), pixels) for pixels in shown.batches])
    return float((answers.argmax(axis=1) == shown.labels).mean())


def rows(data: Path, backbone: Path, work: Path) -> Iterator[list[str]]:
    """Retrain with each learning rate; yield a row for each of them and each share of the weights kept."""
    new = split(data, work / "tenth")
    strong = trained_model(data, backbone, work / "strong", Recipe(epochs=EPOCHS))
    weak = trained_model(work / "tenth", backbone, work / "weak", Recipe())
    tasks = [
        (strong, drawn(photos(data, "training"), FORGOTTEN)),
        *((weak, new[:count]) for count in LEARNED),
    ]
    validation = decoded(photos(data, "validation"))
    for rate in LEARNING_RATES:
        found = [
            accuracies(start, chosen, rate, Run(work / f"{rate}-{number}"), validation)
            for number, (start, chosen) in enumerate(tasks)
        ]
        for number, kept in enumerate(KEPT, start=1):
            yield [f"{rate:g}", f"{kept:g}", *(f"{100 * (one[number] - one[0]):+.1f}" for one in found)]


def main() -> None:
    """Train and retrain, and print the table."""
    parser = argparse.ArgumentParser(description="Compare recipes of retraining on validation/.")
    parser.add_argument("data", type=Path, help="folder with training/ and validation/ of Food-11")
    parser.add_argument("--backbone", type=Path, required=True, help="MobileNetV2 on ImageNet, safetensors")
    parser.add_argument("--work", type=Path, default=WORK)
    given = parser.parse_args()
    show_log()
    torch.set_num_threads(available_cpus())
    learned = [f"learned from {count}" for count in LEARNED]
    heads = ["learning rate", "weights kept", f"forgotten by {FORGOTTEN}", *learned]
    sys.stdout.write(table(heads, list(rows(given.data, given.backbone, given.work.resolve()))))


if __name__ == "__main__":
    main()

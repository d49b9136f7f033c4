"""Judges an exported model on photos it has never seen: `python -m predictor.training.evaluate <Food-11>`.

Runs the file as it is served, with ONNX Runtime; torch is not imported.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from tqdm import tqdm

from predictor import runtimes
from predictor.images import to_square
from predictor.training import MODEL, card, missing_files_named
from predictor.training.data import photos
from predictor.training.metrics import Figures

SPLITS = ("evaluation", "validation", "training")


def evaluate(model: Path, data: Path, split: str = "evaluation") -> Figures:
    """Run the model on every photo of a split, one at a time, as the predictor does."""
    runtime = runtimes.load("onnx", model)
    chosen = photos(data, split)
    answers = [
        runtime.run(to_square(photo.path.read_bytes())) for photo in tqdm(chosen, desc=split, unit="photo")
    ]
    return Figures(np.stack(answers), np.array([photo.label for photo in chosen]))


def main() -> None:
    """Read the command line, evaluate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the photos of Food-11")
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--split", choices=SPLITS, default="evaluation")
    parser.add_argument(
        "--write-card", action="store_true", help="put the figures into card.md beside the model"
    )
    options = parser.parse_args()
    with missing_files_named():
        figures = evaluate(options.model, options.data, options.split)
    print(card.report(figures))  # noqa: T201 - the result of the command
    if options.write_card:
        card.write(options.model.parent, figures)


if __name__ == "__main__":
    main()

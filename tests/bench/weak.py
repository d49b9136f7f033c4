"""A weak model, trained on a tenth of the training photos, so that the others are new to it."""

import sys
from pathlib import Path

from gourmetgram.classes import CLASSES, class_dir
from predictor.training.architecture import Classifier, MobileNetV2
from predictor.training.checkpoint import Run
from predictor.training.data import Photo, drawn, photos
from predictor.training.export import export, version_of
from predictor.training.quantize import PHOTOS_A_CLASS, balanced, quantize
from predictor.training.recipe import Recipe
from predictor.training.train import train

TENTH = 10


def split(data: Path, known: Path) -> list[Photo]:
    """Link a tenth of the training photos, and validation/ as evaluation/, into a folder; return the rest."""
    order = drawn(photos(data, "training"), sys.maxsize)
    count = len(order) // TENTH
    for photo in order[:count]:
        place = known / "training" / class_dir(CLASSES[photo.label]) / photo.path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        _link(place, photo.path)
    for name in ("validation", "evaluation"):
        _link(known / name, data / "validation")
    return order[count:]


def _link(place: Path, to: Path) -> None:
    if not place.is_symlink():
        place.symlink_to(to.resolve())


def trained_model(known: Path, backbone: Path, folder: Path, recipe: Recipe) -> Path:
    """Train a model as `make model` does, on the known photos."""
    path = folder / "food11.onnx"
    if not path.exists():
        run = Run(folder / "run")
        train(known, backbone, run, recipe)
        weights, temperature = run.trained()
        network = MobileNetV2(len(CLASSES))
        network.load_state_dict(weights)
        classifier = Classifier(network, temperature)
        floats = folder / "food11-float32.onnx"
        export(classifier, floats, version=version_of(classifier))
        quantize(floats, path, balanced(photos(known, "training"), PHOTOS_A_CLASS))
    return path

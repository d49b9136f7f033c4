"""The runtimes that compute the model: one module each, with a ``load`` that returns a ``Runtime``."""

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image


class ModelUnusableError(Exception):
    """There is no model at the path, or the predictor can't serve it."""


class Runtime(Protocol):
    """A loaded model; it is thread-safe."""

    version: str
    """The version that the model file carries."""
    classes: tuple[str, ...]
    """The names of its outputs, in order."""
    side: int
    """Side of the square that it takes, in pixels."""

    def run(self, square: Image.Image) -> NDArray[np.float32]:
        """Compute the probabilities (classes,) of one photo, RGB of side x side pixels."""
        ...


def load(name: str, path: Path) -> Runtime:
    """Load the model at a path into the runtime of that name.

    Raises:
        ModelUnusableError: there is no model, more than one, not one of this kind, or no such runtime.
    """
    try:  # by name, so that serving ONNX does not import the other runtimes
        module = import_module(f"predictor.runtimes.{name}")
    except ImportError as error:
        raise ModelUnusableError(f"What the runtime {name} needs is not installed: {error}.") from error
    return cast(Runtime, module.load(model_file(path)))


def model_file(path: Path) -> Path:
    """Find the one ONNX file that a path is, or that the folder holds.

    Raises:
        ModelUnusableError: there is none, or more than one.
    """
    if path.is_file():
        return path
    found = sorted(path.glob("*.onnx")) if path.is_dir() else []
    if len(found) != 1:
        raise ModelUnusableError(
            f"{path} should be an ONNX file or a folder with one; it holds {len(found)}."
        )
    return found[0]

"""torch: the same weights in the network that was trained, to compare with and to debug in."""

import json
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from PIL import Image

from predictor.images.tensors import planes
from predictor.runtimes import ModelUnusableError, Runtime
from predictor.training.architecture import from_onnx


class TorchRuntime:
    """The classifier, one thread a photo; parallelism comes from the callers."""

    def __init__(self, path: Path) -> None:
        properties = {item.key: item.value for item in onnx.load(path).metadata_props}
        self.version = properties["version"]
        self.classes: tuple[str, ...] = tuple(json.loads(properties["classes"]))
        self.side = int(properties["input_size"])
        self._classifier = from_onnx(path)

    def run(self, square: Image.Image) -> NDArray[np.float32]:
        """Compute the probabilities (classes,) of one photo, RGB of side x side pixels."""
        with torch.inference_mode():
            probabilities: NDArray[np.float32] = self._classifier(torch.from_numpy(planes(square)))[0].numpy()
        return probabilities


def load(path: Path) -> Runtime:
    """Load the weights of an ONNX file that `predictor.training.export` wrote.

    Raises:
        ModelUnusableError: it is another file.
    """
    torch.set_num_threads(1)
    try:
        return TorchRuntime(path)
    except Exception as error:  # of three libraries
        raise ModelUnusableError(f"torch can't load {path}: {error}") from error

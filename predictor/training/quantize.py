"""Quantizes the model to 8-bit integers for serving: `python -m predictor.training.quantize <Food-11>`.

ONNX Runtime runs the quantized model in half the time of the float one.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from tqdm import tqdm

from predictor.images import to_square
from predictor.images.tensors import blocks
from predictor.training import FLOAT32, MODEL, log, missing_files_named, show_log
from predictor.training.blocks import centred, take_blocks, take_bytes
from predictor.training.data import Photo, photos

PHOTOS_A_CLASS = 28
"""Enough to see the range of every activation; each class counts the same."""
_LAYERS = ["Conv", "Clip", "Add", "Gemm"]
"""Not the softmax: its probabilities would be multiples of 1/256."""


class _Calibration(CalibrationDataReader):  # type: ignore[misc] # ONNX Runtime is untyped
    """Hands the photos out one by one."""

    def __init__(self, chosen: Sequence[Photo]) -> None:
        self._photos = iter(tqdm(chosen, desc="calibration", unit="photo"))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """Return the input of the next photo, or None after the last."""
        photo = next(self._photos, None)
        return None if photo is None else {"image": centred(blocks(to_square(photo.path.read_bytes())))}


def quantize(source: Path, path: Path, calibration: Sequence[Photo]) -> None:
    """Write the model with int8 weights, one scale per channel, and uint8 activations in the photos' ranges.

    It takes the bytes of a photo's pixels in blocks, as `predictor.images.tensors.blocks` lays them out.

    Its version is its own; `quantized_from` in its metadata is the version of the source.
    """
    with TemporaryDirectory() as folder:
        prepared, quantized = Path(folder) / "prepared.onnx", Path(folder) / "quantized.onnx"
        of_blocks = onnx.load(source)
        take_blocks(of_blocks)
        quant_pre_process(of_blocks, prepared)
        quantize_static(
            prepared,
            quantized,
            _Calibration(calibration),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_LAYERS,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        model = onnx.load(quantized)
    take_bytes(model)
    properties = {entry.key: entry.value for entry in onnx.load(source).metadata_props}
    own = {"version": version_of(model), "quantized_from": properties["version"], "precision": "int8"}
    onnx.helper.set_model_props(model, properties | own)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def version_of(model: onnx.ModelProto) -> str:
    """Derive the version from the model's weights and scales."""
    digest = hashlib.sha256()
    for value in sorted(model.graph.initializer, key=lambda value: value.name):
        digest.update(onnx.numpy_helper.to_array(value).tobytes())
    return digest.hexdigest()[:12]


def balanced(chosen: Sequence[Photo], a_class: int) -> list[Photo]:
    """Draw up to ``a_class`` photos of each class, always the same ones."""
    drawn = [chosen[index] for index in np.random.default_rng(0).permutation(len(chosen))]
    return [
        photo
        for label in sorted({photo.label for photo in chosen})
        for photo in [each for each in drawn if each.label == label][:a_class]
    ]


def main() -> None:
    """Read the command line and quantize."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with training/ of Food-11")
    parser.add_argument("--source", type=Path, default=FLOAT32)
    parser.add_argument("--output", type=Path, default=MODEL)
    options = parser.parse_args()
    show_log()
    with missing_files_named():
        calibration = balanced(photos(options.data, "training"), PHOTOS_A_CLASS)
    quantize(options.source, options.output, calibration)
    size = options.output.stat().st_size / 1e6
    log.info("%s: %.1f MB, calibrated on %d photos", options.output, size, len(calibration))


if __name__ == "__main__":
    main()

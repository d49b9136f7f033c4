"""A network converted to take blocks of pixels computes the same as the original."""

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from predictor import runtimes
from predictor.images import to_square
from predictor.images.tensors import blocks
from predictor.training import FLOAT32
from predictor.training.blocks import centred, take_blocks, take_bytes
from predictor.training.data import photos
from tests.conftest import PHOTOS


def test_it_answers_as_its_source_does_but_for_the_border() -> None:
    source, model = runtimes.load("onnx", FLOAT32), onnx.load(FLOAT32)
    take_blocks(model)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for photo in photos(PHOTOS, "evaluation"):
        square = to_square(photo.path.read_bytes())
        answer = session.run(None, {"image": centred(blocks(square))})[0][0]
        np.testing.assert_allclose(answer, source.run(square), atol=2e-3)


def test_a_scale_that_is_not_a_grey_level_is_refused() -> None:
    scale = onnx.numpy_helper.from_array(np.float32(0.5), "s")
    zero = onnx.numpy_helper.from_array(np.uint8(128), "z")
    quantize = onnx.helper.make_node("QuantizeLinear", ["image", "s", "z"], ["bytes"])
    graph = onnx.helper.make_graph([quantize], "q", [], [], [scale, zero])
    with pytest.raises(ValueError, match=r"scale of 0\.5"):
        take_bytes(onnx.helper.make_model(graph))

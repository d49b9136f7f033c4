from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from predictor.images import to_square
from predictor.runtimes import ModelUnusableError, Runtime, load
from predictor.settings import PredictorSettings
from predictor.training import FLOAT32
from tests.conftest import PHOTOS


@pytest.fixture(scope="module")
def runtimes() -> list[Runtime]:
    return [load(name, FLOAT32) for name in ("onnx", "torch")]


@pytest.fixture(scope="module")
def squares() -> list[Image.Image]:
    return [to_square(path.read_bytes()) for path in sorted(PHOTOS.glob("*/*/*.jpg"))]


def probabilities(runtime: Runtime, squares: list[Image.Image]) -> np.ndarray:
    return np.stack([runtime.run(square) for square in squares])


def test_runtimes_agree_on_what_the_model_is(runtimes: list[Runtime]) -> None:
    onnx, torch = runtimes
    assert (onnx.version, onnx.classes, onnx.side) == (torch.version, torch.classes, torch.side)


def test_runtimes_give_the_same_probabilities(runtimes: list[Runtime], squares: list[Image.Image]) -> None:
    onnx, torch = (probabilities(runtime, squares) for runtime in runtimes)
    assert len(squares) >= 11
    np.testing.assert_allclose(onnx, torch, atol=1e-4)
    assert (onnx.argmax(axis=1) == torch.argmax(axis=1)).all()


def test_the_served_integers_answer_as_the_floats_do(
    runtimes: list[Runtime], squares: list[Image.Image]
) -> None:
    floats = probabilities(runtimes[0], squares)
    integers = probabilities(load("onnx", PredictorSettings().model_path), squares)
    sure = floats.max(axis=1) >= 0.5
    assert sure.mean() > 0.9
    assert (integers.argmax(axis=1) == floats.argmax(axis=1))[sure].all()
    np.testing.assert_allclose(integers.max(axis=1), floats.max(axis=1), atol=0.2)


def test_each_runtime_has_the_model_that_it_can_compute() -> None:
    assert PredictorSettings(runtime="torch").model_path == FLOAT32
    assert PredictorSettings().model_path != FLOAT32


def test_torch_refuses_a_model_that_it_has_no_network_for(tiny_model: Path) -> None:
    with pytest.raises(ModelUnusableError, match="torch can't load"):
        load("torch", tiny_model)


def test_a_runtime_that_is_not_installed_is_named(tiny_model: Path) -> None:
    with pytest.raises(ModelUnusableError, match="runtime abacus"):
        load("abacus", tiny_model)

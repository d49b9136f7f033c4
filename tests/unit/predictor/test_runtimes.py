from pathlib import Path

import numpy as np
import pytest

from predictor.images import to_tensor
from predictor.runtimes import ModelUnusableError, Runtime, load
from predictor.settings import PredictorSettings
from tests.conftest import PHOTOS


@pytest.fixture(scope="module")
def runtimes() -> list[Runtime]:
    path = PredictorSettings().model_path
    return [load(name, path) for name in ("onnx", "torch")]


def test_runtimes_agree_on_what_the_model_is(runtimes: list[Runtime]) -> None:
    onnx, torch = runtimes
    assert (onnx.version, onnx.classes, onnx.side) == (torch.version, torch.classes, torch.side)


def test_runtimes_give_the_same_probabilities(runtimes: list[Runtime]) -> None:
    tensors = [to_tensor(path.read_bytes()) for path in sorted(PHOTOS.glob("evaluation/*/*.jpg"))]
    onnx, torch = (np.stack([runtime.run(tensor) for tensor in tensors]) for runtime in runtimes)
    assert len(tensors) >= 11
    np.testing.assert_allclose(onnx, torch, atol=1e-4)
    assert (onnx.argmax(axis=1) == torch.argmax(axis=1)).all()


def test_torch_refuses_a_model_that_it_has_no_network_for(tiny_model: Path) -> None:
    with pytest.raises(ModelUnusableError, match="torch can't load"):
        load("torch", tiny_model)


def test_a_runtime_that_is_not_installed_is_named(tiny_model: Path) -> None:
    with pytest.raises(ModelUnusableError, match="runtime abacus"):
        load("abacus", tiny_model)

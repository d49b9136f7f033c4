"""The exported file computes the same as torch, and contains the metadata that the predictor needs."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch

from gourmetgram.classes import CLASSES
from predictor import runtimes
from predictor.images import SIDE, to_square
from predictor.images.tensors import planes
from predictor.training import FLOAT32, MODEL
from predictor.training.architecture import Classifier, MobileNetV2, from_onnx
from predictor.training.data import photos
from predictor.training.export import export, version_of
from tests.conftest import PHOTOS


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Classifier, Path]:
    torch.manual_seed(0)
    classifier = Classifier(MobileNetV2(len(CLASSES)), temperature=0.5)
    path = tmp_path_factory.mktemp("export") / "model.onnx"
    export(classifier, path, version="v1")
    return classifier, path


@pytest.fixture(scope="module")
def some_photos() -> np.ndarray:
    squares = [to_square(photo.path.read_bytes()) for photo in photos(PHOTOS, "evaluation")]
    return np.concatenate([planes(square) for square in squares])


def run(path: Path, images: np.ndarray) -> np.ndarray:
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["probabilities"], {"image": images})[0]


def test_an_exported_network_computes_the_same(
    exported: tuple[Classifier, Path], some_photos: np.ndarray
) -> None:
    classifier, path = exported
    with torch.inference_mode():
        expected = classifier(torch.from_numpy(some_photos[:3])).numpy()
    np.testing.assert_allclose(run(path, some_photos[:3]), expected, atol=1e-4)


def test_the_metadata_says_what_the_predictor_must_know(exported: tuple[Classifier, Path]) -> None:
    properties = {entry.key: entry.value for entry in onnx.load(exported[1]).metadata_props}
    assert set(properties) == {"name", "version", "classes", "input_size", "temperature"}
    assert (properties["version"], properties["temperature"]) == ("v1", "0.5000")


def test_no_path_of_the_machine_is_in_the_file(exported: tuple[Classifier, Path]) -> None:
    assert str(Path(__file__).parents[3]).encode() not in exported[1].read_bytes()


def test_batch_norms_are_folded_before_the_export() -> None:
    network = MobileNetV2(11)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
    image = torch.rand(1, 3, SIDE, SIDE)
    with torch.inference_mode():
        expected = torch.softmax(network.eval()(image) / 0.7, dim=1)
        torch.testing.assert_close(Classifier(network, 0.7)(image), expected, atol=1e-5, rtol=0)


def test_the_shipped_model_computes_the_same_in_torch(some_photos: np.ndarray) -> None:
    with torch.inference_mode():
        expected = from_onnx(FLOAT32)(torch.from_numpy(some_photos)).numpy()
    np.testing.assert_allclose(run(FLOAT32, some_photos), expected, atol=1e-4)


def test_the_shipped_model_gives_probabilities(some_photos: np.ndarray) -> None:
    probabilities = run(FLOAT32, some_photos)
    assert probabilities.shape == (len(some_photos), len(CLASSES))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_served_model_gives_probabilities() -> None:
    runtime = runtimes.load("onnx", MODEL)
    squares = [to_square(photo.path.read_bytes()) for photo in photos(PHOTOS, "evaluation")]
    probabilities = np.stack([runtime.run(square) for square in squares])
    assert probabilities.shape == (len(squares), len(CLASSES))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_shipped_model_carries_the_version_of_its_weights() -> None:
    properties = {entry.key: entry.value for entry in onnx.load(FLOAT32).metadata_props}
    assert properties["version"] == version_of(from_onnx(FLOAT32))
    assert properties["input_size"] == str(SIDE)


def test_the_served_model_is_small() -> None:
    assert MODEL.stat().st_size <= 15e6

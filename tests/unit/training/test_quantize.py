"""The served file is the float model quantized to 8-bit integers, and says so."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from predictor import runtimes
from predictor.images import to_square
from predictor.training import FLOAT32, MODEL
from predictor.training.data import photos
from predictor.training.quantize import balanced, quantize, version_of
from tests.conftest import PHOTOS


def properties(path: Path) -> dict[str, str]:
    return {entry.key: entry.value for entry in onnx.load(path).metadata_props}


@pytest.fixture(scope="module")
def quantized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quantized") / "model.onnx"
    quantize(FLOAT32, path, photos(PHOTOS, "training"))
    return path


def test_a_quantized_model_answers_as_its_source_does(quantized: Path) -> None:
    before, after = (runtimes.load("onnx", path) for path in (FLOAT32, quantized))
    for photo in photos(PHOTOS, "evaluation"):
        square = to_square(photo.path.read_bytes())
        np.testing.assert_allclose(after.run(square), before.run(square), atol=0.25)


def test_a_quantized_model_is_a_third_of_its_source(quantized: Path) -> None:
    assert quantized.stat().st_size < FLOAT32.stat().st_size / 3


def test_its_confidence_is_not_rounded_to_8_bits(quantized: Path) -> None:
    runtime = runtimes.load("onnx", quantized)
    answers = [runtime.run(to_square(photo.path.read_bytes())) for photo in photos(PHOTOS, "evaluation")]
    assert any(abs(256 * answer.max() - round(256 * answer.max())) > 0.01 for answer in answers)


@pytest.mark.parametrize("path", [MODEL, None], ids=["served", "made here"])
def test_it_says_what_it_was_made_of_and_has_a_version_of_its_own(path: Path | None, quantized: Path) -> None:
    told, source = properties(path or quantized), properties(FLOAT32)
    assert told["quantized_from"] == source["version"] != told["version"]
    assert told["version"] == version_of(onnx.load(path or quantized))
    assert told.items() >= {**source, "version": told["version"]}.items()


def test_as_many_photos_of_each_class_are_drawn_and_always_the_same() -> None:
    every = photos(PHOTOS, "training")
    drawn = balanced(every, 1)
    assert [photo.label for photo in drawn] == list(range(11))
    assert drawn == balanced(every, 1)

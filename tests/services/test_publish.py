"""A model is put into the store once, under its version."""

from pathlib import Path

import onnx
import pytest

from gourmetgram import keys
from gourmetgram.store import Store
from predictor.publish import PublishError, publish
from predictor.settings import PredictorSettings
from tests.tiny_model import write_tiny_model

MODEL = PredictorSettings().model_path


@pytest.fixture
def settings(tmp_path: Path) -> PredictorSettings:
    """Return settings for a copy of the model with a version of its own."""
    model = onnx.load(MODEL)
    next(entry for entry in model.metadata_props if entry.key == "version").value = tmp_path.name
    onnx.save(model, tmp_path / "model.onnx")
    return PredictorSettings(model_path=tmp_path)


def test_a_model_is_found_under_its_version(
    store: Store, settings: PredictorSettings, tmp_path: Path
) -> None:
    assert publish(store, settings) == f"s3://models/food11/{tmp_path.name}/food11.onnx"
    assert store.get(keys.model("food11", tmp_path.name)) == (tmp_path / "model.onnx").read_bytes()


def test_to_publish_it_again_changes_nothing(store: Store, settings: PredictorSettings) -> None:
    assert publish(store, settings) == publish(store, settings)


def test_another_model_of_the_same_version_is_refused(
    store: Store, settings: PredictorSettings, tmp_path: Path
) -> None:
    store.create_buckets((keys.MODELS,))
    store.put(keys.model("food11", tmp_path.name), b"another", "application/octet-stream")
    with pytest.raises(PublishError, match="give this one a version of its own"):
        publish(store, settings)


@pytest.mark.parametrize("version", sorted(keys.NOT_VERSIONS))
def test_no_version_lies_among_what_the_registry_keeps_beside_them(
    store: Store, tmp_path: Path, version: str
) -> None:
    write_tiny_model(tmp_path / "model.onnx", version=version)
    with pytest.raises(PublishError, match=f"can't be version {version}: the registry keeps something else"):
        publish(store, PredictorSettings(model_path=tmp_path))


def test_a_version_that_is_asked_for_may_be_there_already(store: Store, settings: PredictorSettings) -> None:
    store.create_buckets((keys.MODELS,))
    store.put(keys.model("food11", "older"), b"another", "application/octet-stream")
    assert publish(store, settings, "older") == "s3://models/food11/older/food11.onnx"


def test_a_version_that_is_nowhere_is_refused(store: Store, settings: PredictorSettings) -> None:
    with pytest.raises(PublishError, match="there is no model at models/food11/nowhere"):
        publish(store, settings, "nowhere")

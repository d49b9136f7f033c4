"""A new model, and back, while people upload: no request fails."""

import os
import subprocess
import sys
from pathlib import Path

import onnx
import pytest

from tests.cluster.release.installed import NAME, ROOT, Release, values
from tests.cluster.release.load import uploads, wait_until_kept

pytestmark = pytest.mark.cluster

NEW = "retrained"


@pytest.fixture(scope="module")
def published(release: Release, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Publish a model that carries another version, as the documentation says, and return its URI."""
    path = _model_of_version(NEW, tmp_path_factory.mktemp("model"))
    with release.store_environment() as environment:
        done = subprocess.run(
            [sys.executable, "-m", "predictor.publish"],
            cwd=ROOT, env=os.environ | environment | {"GOURMETGRAM_MODEL_PATH": str(path)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    return done.stderr


def test_a_model_is_published_under_its_version(published: str) -> None:
    assert f"s3://models/food11/{NEW}/food11.onnx" in published


def test_a_version_that_is_nowhere_is_refused_with_a_sentence(release: Release, published: str) -> None:
    del published
    with release.store_environment() as environment:
        command = [sys.executable, "-m", "predictor.publish", "nowhere"]
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert "not published: there is no model at models/food11/nowhere/food11.onnx" in done.stderr


def test_an_upgrade_to_a_new_model_fails_no_request(release: Release, published: str) -> None:
    del published
    before = release.credentials()
    with uploads(release) as load:
        # The setting changes the web application's pods as well.
        release.upgrade(**{"predictor.model.version": NEW, "webapp.settings.predictor_timeout_seconds": "8"})
    assert load.failed() == []
    versions = [prediction.model_version for prediction in load.predictions()]
    assert versions[-1] == NEW != versions[0]
    with release.store() as store:
        wait_until_kept(store, load.predictions())
    assert release.credentials() == before


def test_a_rollback_to_the_old_model_fails_no_request(release: Release) -> None:
    with uploads(release) as load:
        release.helm("rollback", NAME, "--timeout=10m")
        release.wait_until_ready()
    assert load.failed() == []
    assert load.predictions()[-1].model_version == values(release)["predictor"]["model"]["version"] != NEW


def test_the_service_in_front_is_not_kserves(release: Release) -> None:
    service = release.core.read_namespaced_service(f"{NAME}-predictor", release.namespace)
    assert service.metadata.owner_references is None


def test_a_version_that_is_nowhere_changes_nothing(release: Release) -> None:
    before = _predictors(release)
    with pytest.raises(AssertionError, match="There is no model deadbeef0000 in the store"):
        release.upgrade(**{"predictor.model.version": "deadbeef0000"})
    assert _predictors(release) == before


def _predictors(release: Release) -> set[str]:
    uri = release.kubectl(
        "get", f"isvc/{NAME}-food11", "--output=jsonpath={.spec.predictor.model.storageUri}"
    )
    return {uri, *(pod.metadata.uid for pod in release.pods("predictor"))}


def _model_of_version(version: str, folder: Path) -> Path:
    model = onnx.load(ROOT / "predictor/model/food11.onnx")
    for entry in model.metadata_props:
        if entry.key == "version":
            entry.value = version
    onnx.save(model, folder / "food11.onnx")
    return folder / "food11.onnx"

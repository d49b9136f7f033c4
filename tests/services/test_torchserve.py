"""TorchServe, started as its image starts it, answers as our own server does."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import requests

from gourmetgram.classes import CLASSES
from predictor.images import to_square
from predictor.runtimes import load
from predictor.settings import PredictorSettings
from predictor.training import FLOAT32
from tests.conftest import PHOTOS, new_predictor
from tests.processes import BIN, Server
from webapp.predictor_client import PhotoRefusedError, PredictorClient
from webapp.settings import WebappSettings

pytestmark = pytest.mark.skipif(
    shutil.which("java") is None, reason="TorchServe runs on Java, which is not here"
)

ALL_PHOTOS = sorted(PHOTOS.glob("evaluation/*/*.jpg"))


@pytest.fixture(scope="module")
def torchserve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("torchserve")
    server = new_predictor(folder)
    server.env = {**server.env, "GOURMETGRAM_RUNTIME": "torchserve", "TMPDIR": str(folder)}
    server.start_seconds = 120
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def webapp_client(torchserve: Server, store_env: dict[str, str]) -> Iterator[PredictorClient]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in store_env.items():
            patch.setenv(name, value)
        settings = WebappSettings(predictor_url=torchserve.url, predictor_timeout_seconds=60)
    client = PredictorClient(settings)
    yield client
    client.close()


def test_the_three_runtimes_give_the_same_classes_and_probabilities(webapp_client: PredictorClient) -> None:
    photos = [path.read_bytes() for path in ALL_PHOTOS]
    answers = [webapp_client.predict(photo, "image/jpeg") for photo in photos]
    served = np.array([[answer.probabilities[name] for name in CLASSES] for answer in answers])
    for runtime in (load(name, FLOAT32) for name in ("onnx", "torch")):
        expected = np.stack([runtime.run(to_square(photo)) for photo in photos])
        np.testing.assert_allclose(served, expected, atol=1e-3)
        assert [answer.prediction for answer in answers] == [CLASSES[i] for i in expected.argmax(axis=1)]
        assert {answer.model_version for answer in answers} == {runtime.version}


def test_the_web_application_finds_it_ready(webapp_client: PredictorClient) -> None:
    assert webapp_client.is_ready(timeout_seconds=5)


def test_what_is_no_photo_is_refused_with_a_sentence(webapp_client: PredictorClient) -> None:
    with pytest.raises(PhotoRefusedError, match="Only JPEG, PNG and WebP") as refused:
        webapp_client.predict(b"garbage", "image/jpeg")
    assert refused.value.status == 400


def test_json_is_refused_with_a_sentence(torchserve: Server) -> None:
    answer = requests.post(f"{torchserve.url}/v1/models/food11:predict", json={"instances": []}, timeout=60)
    assert (answer.status_code, list(answer.json())) == (415, ["error"])


@pytest.mark.parametrize("path", ["/models", "/models/food11", "/metrics"])
def test_nobody_outside_can_manage_models(torchserve: Server, path: str) -> None:
    assert requests.get(torchserve.url + path, timeout=5).status_code == 404


def test_it_ends_with_its_workers_when_it_is_told_to(tmp_path: Path) -> None:
    server = new_predictor(tmp_path)
    server.env = {**server.env, "GOURMETGRAM_RUNTIME": "torchserve", "TMPDIR": str(tmp_path)}
    server.start_seconds = 120
    process = server.start().process
    assert process is not None
    process.terminate()
    process.wait(30)
    workers = subprocess.run(["pgrep", "--session", str(process.pid)], capture_output=True, check=False)
    assert workers.stdout == b""


def test_without_a_model_it_says_so_in_a_line(tmp_path: Path) -> None:
    environment = {"GOURMETGRAM_RUNTIME": "torchserve", "GOURMETGRAM_MODEL_PATH": str(tmp_path)}
    ended = subprocess.run(
        [BIN / "python", "-m", "predictor"],
        capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", **environment},
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.endswith(f"{tmp_path} should be an ONNX file or a folder with one; it holds 0.\n")


def test_torchserve_is_given_the_floats() -> None:
    assert PredictorSettings(runtime="torchserve").model_path == FLOAT32

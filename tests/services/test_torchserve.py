"""TorchServe, started as in its image, answers like our own server."""

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
from predictor.torchserve.archive import archive
from predictor.training import FLOAT32
from tests.conftest import PHOTOS, new_predictor
from tests.processes import BIN, Server, free_port
from webapp.predictor_client import PhotoRefusedError, PredictorClient
from webapp.settings import WebappSettings

pytestmark = pytest.mark.skipif(
    shutil.which("java") is None, reason="TorchServe needs Java, which is not installed"
)

KSERVES_PROPERTIES = """
inference_address=http://127.0.0.1:{port}
management_address=http://127.0.0.1:{port}
metrics_address=http://127.0.0.1:{metrics_port}
grpc_inference_port=0
grpc_management_port=0
enable_envvars_config=true
disable_token_authorization=true
default_workers_per_model=1
load_models=food11.mar
"""
LOGS = ("LOG_LOCATION", "METRICS_LOCATION")
ALL_PHOTOS = sorted(PHOTOS.glob("evaluation/*/*.jpg"))


@pytest.fixture(scope="module")
def torchserve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = _new_torchserve(tmp_path_factory.mktemp("torchserve")).start()
    yield server
    server.stop()


def _new_torchserve(folder: Path) -> Server:
    server = new_predictor(folder)
    server.env = {
        **server.env,
        "GOURMETGRAM_RUNTIME": "torchserve",
        "GOURMETGRAM_METRICS_PORT": str(free_port()),
        "TMPDIR": str(folder),
    }
    server.start_seconds = 120
    return server


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
    with pytest.raises(PhotoRefusedError, match="Only JPEG, PNG, WebP, HEIC and AVIF") as refused:
        webapp_client.predict(b"garbage", "image/jpeg")
    assert refused.value.status == 400


def test_json_is_refused_with_a_sentence(torchserve: Server) -> None:
    answer = requests.post(f"{torchserve.url}/v1/models/food11:predict", json={"instances": []}, timeout=60)
    assert (answer.status_code, list(answer.json())) == (415, ["error"])


def test_the_startup_probe_waits_for_a_worker(torchserve: Server) -> None:
    assert _probe(torchserve.port) == 0
    assert _probe(free_port()) == 1


def _probe(port: int) -> int:
    command = [BIN / "python", "-m", "predictor.torchserve.ready"]
    return subprocess.run(command, env={"GOURMETGRAM_PORT": str(port)}, check=False).returncode


def test_prometheus_has_a_port_of_its_own_with_nothing_else(
    torchserve: Server, webapp_client: PredictorClient
) -> None:
    webapp_client.predict(ALL_PHOTOS[0].read_bytes(), "image/jpeg")
    port = torchserve.env["GOURMETGRAM_METRICS_PORT"]
    answers = {path: _get(port, path) for path in ("/metrics", "/models", "/predictions/food11")}
    assert {path: answer.status_code for path, answer in answers.items()} == {
        "/metrics": 200, "/models": 404, "/predictions/food11": 404,
    }  # fmt: skip
    assert 'ts_inference_requests_total{model_name="food11"' in answers["/metrics"].text


def _get(port: str, path: str) -> requests.Response:
    return requests.get(f"http://127.0.0.1:{port}{path}", timeout=5)


@pytest.mark.parametrize("path", ["/models", "/models/food11", "/metrics"])
def test_nobody_outside_can_manage_models(torchserve: Server, path: str) -> None:
    assert requests.get(torchserve.url + path, timeout=5).status_code == 404


def test_it_ends_with_its_workers_when_it_is_told_to(tmp_path: Path) -> None:
    process = _new_torchserve(tmp_path).start().process
    assert process is not None
    process.terminate()
    process.wait(30)
    workers = subprocess.run(["pgrep", "--session", str(process.pid)], capture_output=True, check=False)
    assert workers.stdout == b""


@pytest.fixture
def kserves(tmp_path: Path) -> Iterator[Server]:
    """Start TorchServe as KServe's own runtime does, with what the storage initializer would fetch."""
    port, folders = free_port(), {name: tmp_path / name for name in ("model-store", "config", "log")}
    for folder in folders.values():
        folder.mkdir()
    archive(PredictorSettings(runtime="torchserve"), folders["model-store"])
    properties = folders["config"] / "config.properties"
    properties.write_text(KSERVES_PROPERTIES.format(port=port, metrics_port=free_port()))
    options = (f"--model-store={folders['model-store']}", f"--ts-config={properties}", "--foreground")
    server = Server([BIN / "torchserve", "--start", *options], port, tmp_path / "out.log", ready_path="/ping")
    server.env = {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path), **dict.fromkeys(LOGS, str(folders["log"]))}
    yield server.start()
    server.stop()


def test_the_archive_runs_where_kserve_puts_it(kserves: Server) -> None:
    answer = requests.post(
        f"{kserves.url}/v1/models/food11:predict",
        data=ALL_PHOTOS[0].read_bytes(),
        headers={"Content-Type": "image/jpeg"},
        timeout=60,
    )
    assert answer.json()["predictions"][0]["model_version"] == load("onnx", FLOAT32).version


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

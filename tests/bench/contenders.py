"""Who is compared, each as a real server: our predictor, at what it serves and at float32, and the rivals."""

import base64
import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from predictor.training import FLOAT32
from tests.conftest import ROOT, new_predictor
from tests.processes import BIN, Server, free_port

RIVALS = ROOT / "tests/bench/rivals"
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PATH": f"{BIN}:{os.environ['PATH']}"}


@dataclass(frozen=True)
class Threads:
    """How a server shares the CPUs: its worker processes, and what OpenMP is told."""

    workers: int = 1
    openmp: str = ""
    """A variable and its value, as in a shell."""

    def __str__(self) -> str:
        workers = "1 worker" if self.workers == 1 else f"{self.workers} workers"
        return f"{workers}, {self.openmp or 'OpenMP as it comes'}"

    @property
    def env(self) -> dict[str, str]:
        """Give what is told to OpenMP by the environment."""
        return dict([self.openmp.split("=")]) if self.openmp else {}


ONE_THREAD = "OMP_NUM_THREADS=1"
CHOICES = (
    Threads(1),
    Threads(1, ONE_THREAD),
    Threads(1, "OMP_WAIT_POLICY=PASSIVE"),
    Threads(os.cpu_count() or 1, ONE_THREAD),
)
"""What the pilot tries for each rival."""
ONE_WORKER = tuple(threads for threads in CHOICES if threads.workers == 1)
"""KServe ends and restarts further workers for ever where they take long to import torch."""


@dataclass(frozen=True)
class Contender:
    """A server and the way it is asked."""

    name: str
    new_server: Callable[[Path, Threads], Server]
    """Describes the server, given a folder for its files."""
    path: str
    content_type: str
    encode: Callable[[bytes], bytes]
    choices: Sequence[Threads] = CHOICES

    def request(self, photo: bytes) -> bytes:
        """Make a whole HTTP request for a photo."""
        return http_request(self.path, self.content_type, self.encode(photo))


def http_request(path: str, content_type: str, body: bytes, headers: str = "") -> bytes:
    """Write a POST request."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _base64(photo: bytes) -> str:
    return base64.b64encode(photo).decode()


def _as_it_is(photo: bytes) -> bytes:
    return photo


def _ours(folder: Path, _: Threads) -> Server:
    return new_predictor(folder)


def _ours_at_float32(folder: Path, _: Threads) -> Server:
    server = new_predictor(folder)
    server.env = {**server.env, "GOURMETGRAM_MODEL_PATH": str(FLOAT32)}
    return server


def _course(folder: Path, threads: Threads) -> Server:
    port = free_port()
    app = ["tests.bench.rivals.course:app", "--port", str(port), "--workers", str(threads.workers)]
    env = {**ENVIRONMENT, **threads.env}
    return Server([BIN / "uvicorn", *app], port, folder / "course.log", env, "/docs")


def _custom_model(folder: Path, threads: Threads) -> Server:
    port = free_port()
    options = ["--http_port", str(port), "--workers", str(threads.workers), "--enable_grpc", "false"]
    command: list[str | Path] = [BIN / "python", RIVALS / "custom_model.py", *options]
    return Server(command, port, folder / "kserve.log", {**ENVIRONMENT, **threads.env}, "/v2/health/ready")


def _torchserve(folder: Path, threads: Threads) -> Server:
    port, properties = free_port(), folder / "config.properties"
    properties.write_text(_torchserve_properties(port, threads.workers))
    env = {**ENVIRONMENT, "LOG_LOCATION": str(folder), "METRICS_LOCATION": str(folder)}
    store = _model_store(folder, env)
    command: list[str | Path] = [BIN / "torchserve", "--start", "--foreground", "--ncs"]
    command += ["--ts-config", properties, "--model-store", store, "--models", "food11.mar"]
    return Server(command, port, folder / "torchserve.log", {**env, **threads.env}, "/ping")


def _model_store(folder: Path, env: Mapping[str, str]) -> Path:
    store = folder / "model-store"
    store.mkdir(exist_ok=True)
    command: list[str | Path] = [BIN / "torch-model-archiver", "--model-name", "food11", "--version", "1"]
    command += ["--handler", RIVALS / "torchserve_handler.py", "--export-path", store, "--force"]
    subprocess.run(command, check=True, env={**os.environ, **env})
    return store


def _torchserve_properties(port: int, workers: int) -> str:
    return f"""\
inference_address=http://127.0.0.1:{port}
management_address=http://127.0.0.1:{free_port()}
metrics_address=http://127.0.0.1:{free_port()}
disable_token_authorization=true
disable_system_metrics=true
default_workers_per_model={workers}
max_request_size=20000000
"""


OURS = "GourmetGram"
OURS_FLOAT32 = "GourmetGram, float32"
COURSE = "a: FastAPI, base64, eager torch"
TORCHSERVE = "b: TorchServe, eager torch"
CUSTOM_MODEL = "c: KServe's sample, eager torch"
RIVAL_NAMES = (COURSE, TORCHSERVE, CUSTOM_MODEL)

CONTENDERS = (
    Contender(OURS, _ours, "/v1/models/food11:predict", "image/jpeg", _as_it_is, (Threads(),)),
    Contender(
        OURS_FLOAT32, _ours_at_float32, "/v1/models/food11:predict", "image/jpeg", _as_it_is, (Threads(),)
    ),
    Contender(
        COURSE, _course, "/predict", "application/json",
        lambda photo: json.dumps({"image": _base64(photo)}).encode(),
    ),
    Contender(TORCHSERVE, _torchserve, "/predictions/food11", "image/jpeg", _as_it_is),
    Contender(
        CUSTOM_MODEL, _custom_model, "/v1/models/food11:predict", "application/json",
        lambda photo: json.dumps({"instances": [{"image": {"b64": _base64(photo)}}]}).encode(),
        ONE_WORKER,
    ),
)  # fmt: skip

"""The usual rivals, which run eager torch, like the samples of the course, TorchServe and KServe."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.bench.contender import (
    CPUS,
    ENVIRONMENT,
    RIVALS,
    Contender,
    Threads,
    as_it_is,
    first_prediction,
    in_base64,
    in_json,
)
from tests.processes import BIN, Server, free_port

ONE_THREAD = "OMP_NUM_THREADS=1"
CHOICES = (
    Threads(1),
    Threads(1, ONE_THREAD),
    Threads(1, "OMP_WAIT_POLICY=PASSIVE"),
    Threads(CPUS, ONE_THREAD),
)
"""The settings that the pilot tries for each."""
ONE_WORKER = tuple(threads for threads in CHOICES if threads.workers == 1)
"""KServe kills and restarts additional workers forever if they take long to import torch."""
TORCH = ("torch", "pillow", "numpy")


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


COURSE = Contender(
    "a: FastAPI, base64, eager torch", _course, "/predict", "application/json", in_json,
    ("fastapi", "uvicorn", *TORCH), CHOICES,
)  # fmt: skip
TORCHSERVE = Contender(
    "b: TorchServe, eager torch", _torchserve, "/predictions/food11", "image/jpeg", as_it_is,
    ("torchserve", "torch-model-archiver", "pyyaml", *TORCH), CHOICES,
)  # fmt: skip
CUSTOM_MODEL = Contender(
    "c: KServe's sample, eager torch", _custom_model, "/v1/models/food11:predict", "application/json",
    lambda photo: json.dumps({"instances": [{"image": {"b64": in_base64(photo)}}]}).encode(),
    ("kserve", *TORCH), ONE_WORKER, read=first_prediction,
)  # fmt: skip
EAGER = (COURSE, TORCHSERVE, CUSTOM_MODEL)

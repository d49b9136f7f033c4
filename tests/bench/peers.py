"""The strong rivals, which run the same model file, each in its own virtual environment."""

import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.contender import CPUS, ENVIRONMENT, Contender, Threads, as_it_is, in_base64, in_json
from tests.conftest import ROOT
from tests.processes import Server, free_port

PEERS_PYTHON = ROOT / ".venv-peers/bin/python"
TRITON_PYTHON = ROOT / ".venv-triton/bin/python"
COMPUTING = ("onnxruntime", "pillow", "pillow-heif", "numpy", "pydantic")
CHOICES = (Threads(1, threads=CPUS), Threads(CPUS, threads=1))
"""The settings that the pilot tries: one process, or one per CPU."""


@dataclass(frozen=True)
class Module:
    """A rival that is a Python module; its port, workers and threads are set by the environment."""

    name: str
    arguments: str
    """The module and its arguments."""
    ready: str
    python: Path = PEERS_PYTHON

    def __call__(self, folder: Path, threads: Threads) -> Server:
        """Return the server, not yet started."""
        port = free_port()
        env = {
            **ENVIRONMENT,
            "PATH": f"{self.python.parent}:{os.environ['PATH']}",
            "RIVAL_PORT": str(port),
            "RIVAL_WORKERS": str(threads.workers),
            "RIVAL_THREADS": str(threads.threads),
            "RIVAL_FOLDER": str(folder),
        }
        told = self.arguments.format(port=port, workers=threads.workers, folder=folder).split()
        log = folder / f"{self.name}.log"
        return Server([self.python, "-m", *told], port, log, env, self.ready, start_seconds=180)


_fastapi = Module(
    "fastapi",
    "uvicorn tests.bench.rivals.fastapi_threads:app --port {port} --workers {workers} --log-level warning"
    " --no-access-log",
    "/docs",
)
_bentoml = Module(
    "bentoml",
    "bentoml serve tests.bench.rivals.bentoml_service:Food11 --host 127.0.0.1 --port {port}",
    "/readyz",
)
_litserve = Module("litserve", "tests.bench.rivals.litserve_api", "/health")
_ray = Module("ray", "tests.bench.rivals.ray_deployment", "/-/healthz")
_triton = Module("triton", "tests.bench.rivals.triton_models", "/v2/models/food11/ready", TRITON_PYTHON)


def _mlserver(scratch: Path, threads: Threads) -> Server:
    folder = scratch / "mlserver"  # serves all models in the folder
    folder.mkdir(exist_ok=True)
    server = Module("mlserver", "mlserver.cli.main start {folder}", "/v2/models/food11/ready")(
        folder, threads
    )
    ports = {"http_port": server.port, "grpc_port": free_port(), "metrics_port": free_port()}
    workers = 0 if threads.workers == 1 else threads.workers  # 0: compute in the server's own process
    quiet = {"host": "127.0.0.1", "debug": False, "gzip_enabled": False, "metrics_dir": str(folder)}
    (folder / "settings.json").write_text(json.dumps({**ports, **quiet, "parallel_workers": workers}))
    model = {"name": "food11", "implementation": "tests.bench.rivals.mlserver_model.Food11"}
    (folder / "model-settings.json").write_text(json.dumps(model))
    return server


def _tensor(**described: object) -> dict[str, object]:
    return {"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", **described}]}


def _v2(photo: bytes) -> bytes:
    return json.dumps(_tensor(data=[in_base64(photo)])).encode()


def _v2_binary(photo: bytes) -> bytes:
    return _v2_head(len(photo) + 4) + struct.pack("<I", len(photo)) + photo


def _v2_head(size: int) -> bytes:
    return json.dumps(_tensor(parameters={"binary_data_size": size})).encode()


def _v2_head_length(body: bytes) -> str:
    return f"Inference-Header-Content-Length: {body.index(b'}]}') + 3}\r\n"


def _v2_prediction(answer: Mapping[str, Any]) -> str:
    return str(answer["outputs"][0]["data"][0])


_peer = partial(
    Contender, python=PEERS_PYTHON, choices=CHOICES, missing="`make .venv-peers/.done` did not install it."
)
V2 = "/v2/models/food11/infer"

# LitServe computes only in processes; Triton's Python backend in one, with a copy of the function per thread.
PEERS = (
    _peer(
        "FastAPI, ONNX Runtime in threads", _fastapi, "/predict", "image/jpeg", as_it_is,
        ("fastapi", "uvicorn", "uvloop", "httptools", "orjson", *COMPUTING),
    ),
    _peer("BentoML", _bentoml, "/predict", "image/jpeg", as_it_is, ("bentoml", *COMPUTING)),
    _peer("LitServe", _litserve, "/predict", "application/json", in_json, ("litserve", *COMPUTING),
        choices=(Threads(1, threads=1), Threads(CPUS, threads=1))),
    _peer("MLServer", _mlserver, V2, "application/json", _v2, ("mlserver", *COMPUTING), read=_v2_prediction),
    _peer("Ray Serve", _ray, "/predict", "image/jpeg", as_it_is, ("ray[serve]", *COMPUTING)),
    Contender(
        "NVIDIA Triton", _triton, V2, "application/octet-stream", _v2_binary, ("nvidia-pytriton", *COMPUTING),
        (Threads(1, threads=1), Threads(1, threads=CPUS)), _v2_head_length, _v2_prediction, TRITON_PYTHON,
        "nvidia-pytriton runs under Debian's own /usr/bin/python3 of version 3.11, which is not here.",
    ),
)  # fmt: skip

"""Starts TorchServe with the model of the settings, in place of this process.

Java is started without TorchServe's own launcher, which exits on SIGTERM and leaves Java running.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import NoReturn

from predictor.runtimes import ModelUnusableError
from predictor.settings import PredictorSettings
from predictor.torchserve.archive import archive


def serve(settings: PredictorSettings) -> NoReturn:
    """Pack the model and become TorchServe.

    Raises:
        ModelUnusableError: there is no model, no TorchServe, or no Java to run it.
    """
    java, spec = shutil.which("java"), find_spec("ts")
    if java is None or spec is None or spec.origin is None:
        raise ModelUnusableError("TorchServe is not installed, or Java 17, which it runs on.")
    folder = Path(mkdtemp(prefix="torchserve-"))
    archive(settings, folder)
    properties = folder / "config.properties"
    lines = (f"{name}={value}\n" for name, value in configuration(settings, folder).items())
    properties.write_text("".join(lines))
    home = Path(spec.origin).parents[1]
    os.chdir(folder)
    os.execve(  # noqa: S606 - no shell is wanted
        java,
        [
            "java", f"-Dmodel_server_home={home}", f"-Djava.io.tmpdir={folder}",
            f"-Dlog4j.configurationFile=file://{Path(__file__).with_name('log4j2.xml')}",
            "-cp", f"{home}/ts/frontend/*", "org.pytorch.serve.ModelServer",
            "--python", sys.executable, "--ts-config-file", str(properties), "--no-config-snapshot",
        ],
        # KServe's V2 paths for health, beside V1's for predictions.
        {**os.environ, "OMP_NUM_THREADS": "1", "TS_OPEN_INFERENCE_PROTOCOL": "oip"},
    )  # fmt: skip


def configuration(settings: PredictorSettings, folder: Path) -> Mapping[str, object]:
    """Return TorchServe's configuration; only predictions and metrics are exposed, not model management."""
    return {
        "inference_address": f"http://{settings.host}:{settings.port}",
        "management_address": f"unix:{folder}/management.sock",
        "metrics_address": f"http://{settings.host}:{settings.metrics_port}",
        "metrics_mode": "prometheus",
        "grpc_inference_port": 0,
        "grpc_management_port": 0,
        "disable_token_authorization": "true",
        "model_store": folder,
        "load_models": f"{settings.model_name}.mar",
        "default_workers_per_model": settings.threads,
        "job_queue_size": settings.max_waiting_requests,
        "max_request_size": settings.max_body_bytes,
        "disable_system_metrics": "true",
    }

"""The predictor's settings, read from the environment once, at start."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gourmetgram.settings import Port
from predictor.cpus import available_cpus
from predictor.images import MAX_PIXELS

MIB = 1024 * 1024


def _own_model(runtime: str) -> Path:
    """Find the repository's model: ONNX Runtime is fastest with 8-bit integers, torch needs floats."""
    name = "food11.onnx" if runtime == "onnx" else "food11-float32.onnx"
    return Path(__file__).parent / "model" / name


class PredictorSettings(BaseSettings):
    """What the predictor serves, where, and how much it admits at once."""

    model_config = SettingsConfigDict(env_prefix="GOURMETGRAM_", frozen=True, protected_namespaces=())

    host: str = Field(default="0.0.0.0", description="Address it listens on")  # noqa: S104 - a pod's own
    port: Port = Field(default=8080, description="Port it listens on")
    metrics_port: Port = Field(default=8082, description="Port of TorchServe's metrics")
    model_name: str = Field(
        default="food11", pattern=r"^[A-Za-z0-9._-]+$", description="Name of the model in its paths"
    )
    runtime: Literal["onnx", "torch", "torchserve"] = Field(
        default="onnx", description="Runtime of the model"
    )
    model_path: Path = Field(
        default_factory=lambda known: _own_model(known["runtime"]),
        description="An ONNX file, or a folder with one, as KServe's storage initializer leaves it",
    )
    follow_seconds: float = Field(
        default=0,
        ge=0,
        description="Seconds between checks for the current version; 0 serves the model path only",
    )
    threads: int = Field(
        default_factory=available_cpus,
        ge=1,
        description="Photos computed at the same time; by default as many as the pod has CPUs",
    )
    max_body_bytes: int = Field(default=16 * MIB, ge=1, description="Largest request body")
    max_pixels: int = Field(
        default=MAX_PIXELS,
        ge=1,
        description="Most pixels of a JPEG photo; other formats may have half as many",
    )
    max_instances: int = Field(default=16, ge=1, description="Most photos in one request")
    max_waiting_requests: int = Field(
        default=128, ge=1, description="Requests that are computed or queued; further ones get a 429"
    )
    max_waiting_bytes: int = Field(
        default=64 * MIB, ge=1, description="Total bytes of the request bodies in memory; beyond that, a 429"
    )
    body_seconds: float = Field(default=30, gt=0, description="Time limit for receiving a request body")
    grace_seconds: int = Field(
        default=25, ge=0, description="Time that accepted requests have to finish after a SIGTERM"
    )

    @model_validator(mode="after")
    def _a_body_fits(self) -> Self:
        if self.max_body_bytes > self.max_waiting_bytes:
            message = "max_body_bytes must not exceed max_waiting_bytes"
            raise ValueError(message)
        return self

"""Ports, folders and secrets of the system on one machine."""

import os
import secrets
import sys
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gourmetgram.settings import Port

ROOT = Path(__file__).parents[2]
STATE = ROOT / ".local"
SECRETS = STATE / "secrets.env"
LABEL_STUDIO = ROOT / "cronjobs/label_studio/server.env"


class LocalSettings(BaseSettings):
    """The ports and other settings of the components."""

    model_config = SettingsConfigDict(env_prefix="GOURMETGRAM_", frozen=True)

    host: Literal["127.0.0.1", "0.0.0.0"] = Field(  # noqa: S104 - for who asks for it
        default="127.0.0.1", description="Address to listen on; 0.0.0.0 opens all components to the network"
    )
    webapp_port: Port = Field(default=5000, description="Port of the web application")
    predictor_port: Port = Field(default=8000, description="Port of the predictor")
    label_studio_port: Port = Field(default=8080, description="Port of Label Studio")
    store_port: Port = Field(default=9000, description="Port of the object store")

    prometheus: str = Field(default="prometheus", description="Program of Prometheus")
    prometheus_port: Port = Field(default=9090, description="Port of Prometheus")
    alertmanager: str = Field(default="prometheus-alertmanager", description="Program of Alertmanager")
    alertmanager_port: Port = Field(default=9093, description="Port of Alertmanager")

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        ports = [value for name, value in self if name.endswith("_port")]
        if len(set(ports)) < len(ports):
            message = "two components have the same port"
            raise ValueError(message)
        return self


def environment(settings: LocalSettings) -> dict[str, str]:
    """Return the environment of the components and of supervisord's configuration, including secrets."""
    generated = _secrets()
    store = f"http://127.0.0.1:{settings.store_port}"
    return {
        **os.environ,
        **{name.upper(): str(value) for name, value in settings.model_dump().items()},
        **_read(LABEL_STUDIO),
        **generated,
        "GOURMETGRAM_STACK": str(ROOT),
        "GOURMETGRAM_HOST": settings.host,
        "ROOT": str(ROOT),
        "STATE": str(STATE),
        "BIN": str(Path(sys.executable).parent),
        "RCLONE_AUTH_KEY": f'"{generated["AWS_ACCESS_KEY_ID"]},{generated["AWS_SECRET_ACCESS_KEY"]}"',
        "AWS_ENDPOINT_URL_S3": store,
        "AWS_DEFAULT_REGION": "us-east-1",
        "LABEL_STUDIO_S3_ENDPOINT": store,
        "LABEL_STUDIO_BASE_DATA_DIR": str(STATE / "label-studio"),
        "GOURMETGRAM_LABEL_STUDIO_URL": f"http://127.0.0.1:{settings.label_studio_port}",
        "GOURMETGRAM_LABEL_STUDIO_TOKEN": generated["LABEL_STUDIO_USER_TOKEN"],
    }


def _read(path: Path) -> dict[str, str]:
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def generate_secrets() -> None:
    """Write new keys and passwords; everything else in the file stays."""
    generated = {
        "LABEL_STUDIO_USERNAME": "annotator@gourmetgram.local",
        **(_read(SECRETS) if SECRETS.exists() else {}),
        "AWS_ACCESS_KEY_ID": secrets.token_hex(10),
        "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
        "LABEL_STUDIO_PASSWORD": secrets.token_urlsafe(18),
        "LABEL_STUDIO_USER_TOKEN": secrets.token_hex(20),
    }
    _write_private("".join(f"{name}={value}\n" for name, value in generated.items()))


def _secrets() -> dict[str, str]:
    if not SECRETS.exists():
        generate_secrets()
    return _read(SECRETS)


def _write_private(text: str) -> None:
    STATE.mkdir(exist_ok=True)
    unfinished = SECRETS.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.rename(SECRETS)

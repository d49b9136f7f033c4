"""What the web application reads from the environment."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from gourmetgram.settings import Port, StoreSettings

MIB = 1024 * 1024

Network = IPv4Network | IPv6Network

RESERVED_THREADS = 8
"""Threads reserved for feedback, health and metrics, however slow the predictor is."""


class WebappSettings(StoreSettings):
    """The web application's settings; each is a variable GOURMETGRAM_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="GOURMETGRAM_", frozen=True, protected_namespaces=())

    host: str = Field(default="0.0.0.0", description="Address to listen on")  # noqa: S104
    port: Port = Field(default=5000, description="Port to listen on")
    request_threads: int = Field(
        default=64, gt=RESERVED_THREADS, description="Requests that are processed at the same time"
    )
    max_upload_bytes: int = Field(
        default=96 * MIB,
        ge=1,
        description="Bytes of the uploads in progress; more are refused with 503",
    )

    predictor_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://([^/@:\s\[\]]+|\[[0-9a-fA-F:]+\])(:\d+)?(/\S*[^/\s])?$",
        description="URL of the predictor, without a trailing slash",
    )
    model_name: str = Field(default="food11", description="Name of the model that the predictor serves")
    predictor_timeout_seconds: float = Field(default=5.0, gt=0, description="Time to wait for a prediction")
    confidence_threshold: float = Field(
        default=0.7, ge=0, le=1, description="A prediction below it becomes a task for the annotators"
    )
    max_photo_bytes: int = Field(default=16 * MIB, ge=1, description="Largest photo accepted")

    client_uploads_per_minute: int = Field(
        default=600, ge=0, description="Photos that one client may send in a minute; 0 sets no limit"
    )
    client_upload_bytes_per_minute: int = Field(
        default=1024 * MIB,
        ge=0,
        description="Bytes of photos that one client may send in a minute; 0: no limit",
    )
    client_feedback_per_minute: int = Field(
        default=600, ge=0, description="Feedback that one client may send in a minute; 0 sets no limit"
    )
    limits_storage: str = Field(
        default="memory://",
        pattern=r"^(memory|rediss?)://\S*$",
        description="Where these limits are counted; a redis:// address counts for all replicas together",
    )
    trusted_proxies: str = Field(
        default="", description="Networks of the trusted proxies, such as 10.0.0.0/8, separated by commas"
    )
    identity_header: str = Field(
        default="",
        pattern="^([A-Za-z][A-Za-z0-9-]*)?$",
        description="Header in which a trusted proxy names the person; without it requests are refused",
    )

    keep_photo_metadata: bool = Field(
        default=False,
        description="Keep the metadata that the camera wrote into a photo, with its location",
    )

    store_connections: int = Field(
        default=72, ge=1, description="Connections to the store that are kept open"
    )
    store_timeout_seconds: float = Field(
        default=2.0, gt=0, description="Time limit for one attempt of a request to the store"
    )
    store_attempts: int = Field(default=2, ge=1, description="Attempts of a request to the store")
    store_deadline_seconds: float = Field(
        default=2.0, gt=0, description="Time to wait for the store before a write goes to the spool"
    )
    spool_dir: Path = Field(
        default=Path(".local/spool"), description="Folder for the writes that are waiting for the store"
    )
    spool_max_bytes: int = Field(
        default=1024 * MIB, ge=0, description="Most bytes that may wait; more are refused with 503"
    )
    spool_retry_seconds: float = Field(default=1.0, gt=0, description="Pause between delivery attempts")
    loop_metrics_seconds: float = Field(
        default=60.0, gt=0, description="Pause between updates of the loop's metrics"
    )

    @property
    def proxy_networks(self) -> tuple[Network, ...]:
        """Return the networks of the trusted proxies."""
        return _networks(self.trusted_proxies)

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        _networks(value)
        return value

    @model_validator(mode="after")
    def _a_photo_fits(self) -> Self:
        if self.max_photo_bytes > min(self.max_upload_bytes, self.spool_max_bytes):
            message = "max_photo_bytes must not exceed max_upload_bytes or spool_max_bytes"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _identity_has_a_source(self) -> Self:
        if self.identity_header and not self.proxy_networks:
            message = "identity_header needs trusted_proxies: otherwise anyone could send that header"
            raise ValueError(message)
        return self


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())

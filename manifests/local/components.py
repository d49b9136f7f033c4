"""The components that serve HTTP on one machine: their ports and readiness checks."""

from http import HTTPStatus
from typing import NamedTuple

import requests

from manifests.local.settings import LocalSettings


class Component(NamedTuple):
    """A program of supervisord.conf that users or other components connect to."""

    name: str
    title: str
    ready_path: str

    @property
    def variable(self) -> str:
        """Return the name of the variable that sets its port, without the prefix of a setting."""
        return f"{self.name.replace('-', '_').upper()}_PORT"

    def port(self, settings: LocalSettings) -> int:
        """Return the port that it listens on."""
        port: int = getattr(settings, self.variable.lower())
        return port

    def url(self, settings: LocalSettings) -> str:
        """Return its URL for a browser on this machine."""
        return f"http://localhost:{self.port(settings)}"

    def answers(self, settings: LocalSettings) -> bool:
        """Return whether it is ready now; a store that asks for a signature counts as ready."""
        try:
            response = requests.get(f"http://127.0.0.1:{self.port(settings)}{self.ready_path}", timeout=5)
        except requests.RequestException:
            return False
        asks_for_a_signature = (
            self.name == "store" and response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        )
        return response.ok or asks_for_a_signature


COMPONENTS = (
    Component("store", "object store (S3)", "/"),
    Component("predictor", "predictor", "/v2/health/ready"),
    Component("webapp", "web application", "/readyz"),
    Component("label-studio", "Label Studio", "/health"),
)

WATCHERS = (
    Component("prometheus", "Prometheus", "/-/ready"),
    Component("alertmanager", "Alertmanager", "/-/ready"),
)

"""`python -m cronjobs.canary`: withdraw a release's canary if an alert says that it does harm.

The alerts are those of monitoring/rules/canary.yaml in the chart with the label action=withdraw-canary. Each
names the version that it is about, so a new canary is judged by its own predictions only. A version on record
as withdrawn is withdrawn again if it comes back, as it does where git has the values and still names it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any

import urllib3
from kubernetes import client
from urllib3.exceptions import HTTPError

from cronjobs.api_server import SECONDS, connected
from cronjobs.command import NotDoneError, Outcome, arguments, run

INFERENCE_SERVICES = ("serving.kserve.io", "v1beta1")


class Release:
    """The InferenceService that may have a canary, and the ConfigMap that records a withdrawal."""

    def __init__(self, connection: client.ApiClient, namespace: str, service: str, record: str) -> None:
        self.namespace, self.record = namespace, record
        self._services, self._configs = client.CustomObjectsApi(connection), client.CoreV1Api(connection)
        self._place = (*INFERENCE_SERVICES, namespace, "inferenceservices", service)

    def canary(self) -> str | None:
        """Return the URI of the canary's model; None if there is no canary."""
        spec = self._services.get_namespaced_custom_object(*self._place, _request_timeout=SECONDS)["spec"]
        return str(spec["canary"][0]["predictor"]["model"]["storageUri"]) if spec.get("canary") else None

    def withdrawn(self) -> Mapping[str, str]:
        """Return what is on record: version, time and alerts; empty if nothing."""
        found = self._configs.read_namespaced_config_map(
            self.record, self.namespace, _request_timeout=SECONDS
        )
        return found.data or {}

    def withdraw(self, uri: str, entry: Mapping[str, str]) -> None:
        """Record the withdrawal, then remove the canary, unless it is another one by now."""
        self._configs.patch_namespaced_config_map(
            self.record, self.namespace, {"data": entry}, _request_timeout=SECONDS
        )
        is_still = {"op": "test", "path": "/spec/canary/0/predictor/model/storageUri", "value": uri}
        self._services.patch_namespaced_custom_object(
            *self._place,
            [is_still, {"op": "remove", "path": "/spec/canary"}],
            _content_type="application/json-patch+json",
            _request_timeout=SECONDS,
        )


def check(release: Release, prometheus: str) -> Outcome:
    """Withdraw the canary if there is a reason to.

    Raises:
        NotDoneError: Prometheus refused or did not answer.
    """
    uri = release.canary()
    if uri is None:
        return Outcome("there is no canary", {"version": None})
    version = PurePosixPath(uri).parent.name
    entry = release.withdrawn()
    if entry.get("version") != version:
        entry = _entry(version, firing(prometheus, release.namespace, version))
    if not entry["alerts"]:
        return Outcome(f"no alert withdraws {version}", entry)
    release.withdraw(uri, entry)
    return Outcome(f"withdrew {version}: {entry['alerts']}", entry)


def firing(prometheus: str, namespace: str, version: str) -> list[str]:
    """Name the firing alerts that withdraw this version in this namespace.

    Raises:
        NotDoneError: Prometheus refused or did not answer.
    """
    selector = f'alertstate="firing",action="withdraw-canary",namespace="{namespace}",version="{version}"'
    found = _asked(f"{prometheus.rstrip('/')}/api/v1/query", f"ALERTS{{{selector}}}")
    return sorted({series["metric"]["alertname"] for series in found["data"]["result"]})


def _asked(url: str, query: str) -> dict[str, Any]:
    try:
        with urllib3.PoolManager(timeout=SECONDS, retries=False) as http:
            answer = http.request("GET", url, fields={"query": query})
    except HTTPError as error:
        raise NotDoneError(f"Prometheus did not answer at {url}: {error}") from error
    if answer.status != HTTPStatus.OK:
        raise NotDoneError(f"Prometheus refused at {url}: {answer.status} {answer.data.decode()}")
    found: dict[str, Any] = answer.json()
    return found


def _entry(version: str, alerts: list[str]) -> dict[str, str]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"version": version, "at": now, "alerts": ", ".join(alerts)}


def main() -> Outcome:
    """Check the canary that the command line names.

    Raises:
        NotDoneError: the API server or Prometheus refused or did not answer.
    """
    parser = arguments("Withdraw the canary if an alert says that it does harm.")
    parser.add_argument("service", help="the InferenceService")
    parser.add_argument("record", help="the ConfigMap that says what was withdrawn, when and why")
    parser.add_argument("prometheus", help="URL of the Prometheus that evaluates the release's rules")
    given = parser.parse_args()
    with connected() as (connection, namespace):
        return check(Release(connection, namespace, given.service, given.record), given.prometheus)


if __name__ == "__main__":
    run("canary", main)

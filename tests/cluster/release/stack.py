"""The cluster's Prometheus and Alertmanager, and a receiver for the release's alerts.

The names are those that the Prometheus Operator creates, so kube-prometheus-stack has the same.
"""

import json
import time
from typing import Any

import requests
from kubernetes import client

from tests.cluster import pods
from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import Release, forwarded

MONITORING = "monitoring"
OF_THE_OPERATOR = "app.kubernetes.io/managed-by=prometheus-operator"
GROUP, CONFIG_VERSION = "monitoring.coreos.com", "v1alpha1"

# Logs every alert that it receives, firing or resolved, as one line.
PROGRAM = """
import http.server, json
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for alert in told["alerts"]:
            print(json.dumps(alert), flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("", 8080), Receiver).serve_forever()
"""


class Receiver:
    """A pod to which Alertmanager sends the alerts of the release's namespace."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.seen = 0

    def start(self) -> None:
        """Start the pod, and have Alertmanager send alerts to it."""
        core, namespace = self.release.core, self.release.namespace
        image = self.release.pods("webapp")[0].spec.containers[0].image
        pods.start(core, namespace, "receiver", pods.pod_spec(PROGRAM, container={"image": image}))
        self.release.kubectl("wait", "--for=condition=Ready", "pod/receiver", "--timeout=60s")
        address = core.read_namespaced_pod("receiver", namespace).status.pod_ip
        client.CustomObjectsApi().create_namespaced_custom_object(
            GROUP, CONFIG_VERSION, namespace, "alertmanagerconfigs", _configuration(f"http://{address}:8080")
        )
        wait_until(self._is_known, "Alertmanager's configuration", seconds=400, pause=3)

    def stop(self) -> None:
        """Remove both."""
        self.release.kubectl("delete", "alertmanagerconfig/tests", "pod/receiver", "--now")

    def told(self) -> list[dict[str, Any]]:
        """Return the alerts received since `forget`, each with its status and labels."""
        lines = self.release.kubectl("logs", "pod/receiver").splitlines()[self.seen :]
        return [alert for alert in map(json.loads, lines) if _name(alert).startswith("GourmetGram")]

    def forget(self) -> None:
        """Ignore all alerts received so far."""
        self.seen = len(self.release.kubectl("logs", "pod/receiver").splitlines())

    def fired(self) -> set[str]:
        """Return the names of the alerts received."""
        return {_name(alert) for alert in self.told()}

    def firing(self) -> set[str]:
        """Return the names of the alerts that have not been resolved since."""
        last = {alert["fingerprint"]: alert for alert in self.told()}
        return {_name(alert) for alert in last.values() if alert["status"] == "firing"}

    def _is_known(self) -> bool:
        hasten(self.release)
        with forwarded(MONITORING, "alertmanager-operated", 9093) as url:
            receivers = requests.get(f"{url}/api/v2/receivers", timeout=10).json()
        return f"{self.release.namespace}/tests/receiver" in {one["name"] for one in receivers}


def hasten(release: Release) -> None:
    """Make Prometheus and Alertmanager load their new configuration now.

    The operator sometimes misses a change that comes while it works, until the next one, and the kubelet may
    take a minute to update the volumes of both. A new annotation triggers each.
    """
    watched = "prometheusrules,servicemonitors,podmonitors,alertmanagerconfigs"
    release.kubectl("annotate", watched, "--all", "--overwrite", f"looked-at={time.monotonic()}")
    for pod in release.core.list_namespaced_pod(MONITORING, label_selector=OF_THE_OPERATOR).items:
        change = {"metadata": {"annotations": {"looked-at": str(time.monotonic())}}}
        release.core.patch_namespaced_pod(pod.metadata.name, MONITORING, change)


def _name(alert: dict[str, Any]) -> str:
    return str(alert["labels"]["alertname"])


def _configuration(url: str) -> dict[str, Any]:
    each_by_itself = {"groupBy": ["..."], "groupWait": "1s", "groupInterval": "5s", "repeatInterval": "1h"}
    spec = {
        "route": {"receiver": "receiver", **each_by_itself},
        "receivers": [{"name": "receiver", "webhookConfigs": [{"url": url, "sendResolved": True}]}],
    }
    return {
        "apiVersion": f"{GROUP}/{CONFIG_VERSION}",
        "kind": "AlertmanagerConfig",
        "metadata": {"name": "tests"},
        "spec": spec,
    }

"""With NetworkPolicies enforced, pods reach what the table in docs/kubernetes.md says."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from tests.cluster import pods
from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import COMPONENT, Release
from tests.cluster.release.reaching import Addresses, reached
from tests.cluster.release.stack import MONITORING

pytestmark = pytest.mark.cluster

PORTS = {"webapp": 5000, "predictor": 8080, "label-studio": 8080, "store": 9000}
TALKS_TO = {
    "webapp": {"predictor", "store"},
    "predictor": {"store"},
    "cronjobs": {"label-studio", "store"},
    "retraining": {"store"},
    "label-studio": {"store"},
    "store": set(),
    "set-up": {"label-studio", "store", "API server"},
    "tests": {"webapp", "predictor", "label-studio"},
    "withdrawal": {"API server", "Prometheus"},
}
TO_ANYONE = {"webapp", "label-studio"}
"""Users can connect from anywhere unless the values restrict that."""

OWN_PODS = {component: {component} & TO_ANYONE for component in TALKS_TO}
"""kube-router looks at both directions of a policy at once: who hears anyone hears pods of its own kind too.
Other networks keep them from speaking to each other; here that can't be shown."""

WITHOUT_POLICIES = {"DNS", "API server", "Prometheus"}
"""What a pod outside the release can reach besides the release: nothing restricts its own traffic."""

OF_PROMETHEUS = {"app.kubernetes.io/name": "prometheus"}
SLEEP = "import time; time.sleep(1800)"


@pytest.fixture(scope="module")
def addresses(release: Release) -> Addresses:
    """Return the addresses of pods to connect to, by name."""
    serving = {name: (release.pods(name)[0].status.pod_ip, port) for name, port in PORTS.items()}
    core = release.core
    api = core.read_namespaced_service("kubernetes", "default").spec.cluster_ip
    dns = _first(release, "kube-system", "k8s-app=kube-dns")
    prometheus = _first(release, MONITORING, "app.kubernetes.io/name=prometheus")
    return serving | {
        "the store's web page": (serving["store"][0], 9001),
        "API server": (api, 443),
        "DNS": (dns, 53),
        "Prometheus": (prometheus, 9090),
    }


@pytest.mark.parametrize("component", TALKS_TO)
def test_a_pod_of_a_component_reaches_what_the_table_says(
    release: Release, addresses: Addresses, component: str
) -> None:
    labels = {**_labels(release), COMPONENT: component}
    with _pod(release, release.namespace, labels) as pod:
        _reaches(release, pod, addresses, TALKS_TO[component] | OWN_PODS[component] | {"DNS"})


@pytest.mark.parametrize("component", ["webapp", "predictor", "label-studio"])
def test_a_running_pod_reaches_no_more(release: Release, addresses: Addresses, component: str) -> None:
    pod = release.pods(component)[0].metadata.name
    others = {name: address for name, address in addresses.items() if name != component}  # it reaches itself
    _reaches(release, (release.namespace, pod), others, TALKS_TO[component] | {"DNS"})


def test_a_pod_without_labels_reaches_only_what_people_do(release: Release, addresses: Addresses) -> None:
    with _pod(release, release.namespace, {}) as pod:
        _reaches(release, pod, addresses, TO_ANYONE | WITHOUT_POLICIES)


@pytest.mark.parametrize("component", ["webapp", "predictor"])
def test_the_same_labels_in_another_namespace_open_nothing(
    release: Release, namespace: str, addresses: Addresses, component: str
) -> None:
    labels = {**_labels(release), COMPONENT: component}
    with _pod(release, namespace, labels) as pod:
        _reaches(release, pod, addresses, TO_ANYONE | WITHOUT_POLICIES)


def test_prometheus_reaches_what_has_metrics(release: Release, namespace: str, addresses: Addresses) -> None:
    with _pod(release, namespace, OF_PROMETHEUS) as pod:
        _reaches(release, pod, addresses, TO_ANYONE | WITHOUT_POLICIES | {"predictor"})


def _first(release: Release, namespace: str, selector: str) -> str:
    """Return the address of the first pod that a selector finds."""
    found = release.core.list_namespaced_pod(namespace, label_selector=selector).items
    return str(found[0].status.pod_ip)


def _labels(release: Release) -> dict[str, str]:
    own: dict[str, str] = release.pods("webapp")[0].metadata.labels
    return {name: own[name] for name in ("app.kubernetes.io/name", "app.kubernetes.io/instance")}


@contextmanager
def _pod(release: Release, namespace: str, labels: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Start a pod that gets no requests through a Service, since it never becomes ready."""
    unready = {"readinessProbe": {"exec": {"command": ["false"]}}}
    spec: dict[str, Any] = pods.pod_spec(SLEEP, container=unready, automountServiceAccountToken=False)
    metadata = {"generateName": "asking-", "labels": labels}
    name = release.core.create_namespaced_pod(namespace, {"metadata": metadata, "spec": spec}).metadata.name

    def phases() -> list[str]:
        found = release.core.list_namespaced_pod(namespace, field_selector=f"metadata.name={name}").items
        return [pod.status.phase for pod in found]

    try:
        wait_until(lambda: phases() == ["Running"], name)
        yield namespace, name
    finally:
        release.core.delete_namespaced_pod(name, namespace, grace_period_seconds=0)
        wait_until(lambda: not phases(), f"the end of {name}")


def _reaches(release: Release, pod: tuple[str, str], addresses: Addresses, expected: set[str]) -> None:
    """Expect exactly these connections once the policies include the pod, and again afterwards."""
    with suppress(TimeoutError):
        wait_until(lambda: reached(release, pod, addresses) == expected, "the policies", seconds=45)
    assert reached(release, pod, addresses) == expected

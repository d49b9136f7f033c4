"""The parts of kube-prometheus-stack that the project uses, built from Go modules; kind gets the whole stack.

These are the Prometheus Operator, a Prometheus that selects by the stack's label, and an Alertmanager. Our
rules and dashboards query no metric from the rest of the stack.
"""

from pathlib import Path
from string import Template

from tests.cluster.node.gobuild import built
from tests.cluster.node.kubectl import apply, wait_for
from tests.cluster.node.pieces import (
    ALERTMANAGER,
    PROMETHEUS,
    PROMETHEUS_OPERATOR,
    VERSIONS,
)

NAMESPACE = "monitoring"
CREATED = ("prometheuses", "alertmanagers")
RIGHTS = ("prometheus-operator/*.yaml", "prometheus/prometheus-cluster-role*.yaml")


def install() -> None:
    """Install the custom resources, the operator, and what it runs."""
    example = built(PROMETHEUS_OPERATOR) / "example"
    apply(_joined(example, "prometheus-operator-crd/*.yaml"))
    wait_for("condition=Established", *(f"crd/{kind}.monitoring.coreos.com" for kind in CREATED))
    apply(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {NAMESPACE}}}\n")
    for pattern in RIGHTS:
        apply(_joined(example / "rbac", pattern).replace("namespace: default", f"namespace: {NAMESPACE}"))
    apply(_configuration())


def wait_until_ready() -> None:
    """Wait until Prometheus and Alertmanager run."""
    for thing in ("prometheus/prometheus", "alertmanager/alertmanager"):
        wait_for("condition=Available", f"--namespace={NAMESPACE}", thing)


def _joined(folder: Path, pattern: str) -> str:
    return "\n---\n".join(file.read_text() for file in sorted(folder.glob(pattern)))


def _configuration() -> str:
    template = Template((Path(__file__).parent / "config/monitoring.yaml").read_text())
    return template.substitute(
        prometheus=PROMETHEUS.images[0].name,
        prometheus_version=VERSIONS["PROMETHEUS_VERSION"],
        alertmanager=ALERTMANAGER.images[0].name,
        alertmanager_version=VERSIONS["ALERTMANAGER_VERSION"],
    )

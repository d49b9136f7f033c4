"""What the node is built from: one row for each published Go module, with the binaries and images it gives.

The images have the names and entry points of their published counterparts, so that manifests and charts
that were written for those run here as they are.
"""

from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster.node.versions import versions

VERSIONS = versions()


@dataclass(frozen=True)
class Image:
    """A container image that holds one static binary and nothing else."""

    name: str
    binary: str
    path: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A Go module at a version, and what to make of it."""

    name: str
    module: str
    version: str
    packages: tuple[str, ...] = (".",)
    images: tuple[Image, ...] = ()
    tags: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    """Folders of the module that are needed at run time: charts, manifests."""
    siblings: str = ""
    """The version of the modules that go.mod replaces by folders, which a published module lacks."""
    sources: str = ""
    """The folder beside this file whose Go files are laid over the module."""


def _kubernetes() -> Piece:
    version = VERSIONS["KUBERNETES_VERSION"]
    major, minor, patch = version.removeprefix("v").split(".")
    stamp = "k8s.io/component-base/version."
    return Piece(
        "kubernetes",
        "k8s.io/kubernetes",
        version,
        packages=("./cmd/kubernetes", "./cmd/pause"),
        images=(Image("registry.k8s.io/pause:3.10", "pause", "/pause"),),
        variables={f"{stamp}gitVersion": version, f"{stamp}gitMajor": major, f"{stamp}gitMinor": minor},
        siblings=f"v0.{minor}.{patch}",
        sources="go/kubernetes",
    )


def _image(repository: str, version_key: str, path: str, *arguments: str) -> Image:
    return Image(f"{repository}:{VERSIONS[version_key]}", Path(path).name, path, arguments)


def prometheus_module_version(release: str) -> str:
    """Return the Go module version of a Prometheus release: v3.15.0 is published as v0.315.0."""
    major, minor, patch = release.removeprefix("v").split(".")
    return f"v0.{major}{minor:0>2}.{patch}"


PIECES = (
    _kubernetes(),
    Piece("helm", "helm.sh/helm/v3", VERSIONS["HELM_VERSION"], packages=("./cmd/helm",)),
    Piece(
        "kserve",
        "github.com/kserve/kserve",
        VERSIONS["KSERVE_VERSION"],
        packages=("./cmd/manager",),
        images=(_image("docker.io/kserve/kserve-controller", "KSERVE_VERSION", "/manager"),),
        kept=("charts/kserve-crd", "charts/kserve-resources", "python/storage-initializer/scripts"),
    ),
    Piece(
        "coredns",
        "github.com/coredns/coredns",
        VERSIONS["COREDNS_VERSION"],
        images=(_image("registry.k8s.io/coredns/coredns", "COREDNS_VERSION", "/coredns"),),
    ),
    Piece(
        "local-path-provisioner",
        "github.com/rancher/local-path-provisioner",
        VERSIONS["LOCAL_PATH_PROVISIONER_VERSION"],
        images=(
            _image(
                "docker.io/rancher/local-path-provisioner",
                "LOCAL_PATH_PROVISIONER_VERSION",
                "/usr/bin/local-path-provisioner",
            ),
        ),
        kept=("deploy",),
    ),
    Piece(
        "versitygw",
        "github.com/versity/versitygw",
        VERSIONS["VERSITYGW_VERSION"],
        packages=("./cmd/versitygw",),
        images=(_image("ghcr.io/versity/versitygw", "VERSITYGW_VERSION", "/usr/local/bin/versitygw"),),
    ),
    Piece(
        "metrics-server",
        "sigs.k8s.io/metrics-server",
        VERSIONS["METRICS_SERVER_VERSION"],
        packages=("./cmd/metrics-server",),
        images=(
            _image("registry.k8s.io/metrics-server/metrics-server", "METRICS_SERVER_VERSION", "/metrics-server"),
        ),
        kept=("manifests/base",),
    ),
)

MONITORING = (
    Piece(
        "prometheus-operator",
        "github.com/prometheus-operator/prometheus-operator",
        VERSIONS["PROMETHEUS_OPERATOR_VERSION"],
        packages=("./cmd/operator", "./cmd/prometheus-config-reloader"),
        images=(
            _image(
                "quay.io/prometheus-operator/prometheus-operator",
                "PROMETHEUS_OPERATOR_VERSION",
                "/bin/operator",
            ),
            _image(
                "quay.io/prometheus-operator/prometheus-config-reloader",
                "PROMETHEUS_OPERATOR_VERSION",
                "/bin/prometheus-config-reloader",
            ),
        ),
        kept=("example/prometheus-operator-crd", "example/rbac"),
        siblings=VERSIONS["PROMETHEUS_OPERATOR_VERSION"],
    ),
    Piece(
        "prometheus",
        "github.com/prometheus/prometheus",
        prometheus_module_version(VERSIONS["PROMETHEUS_VERSION"]),
        packages=("./cmd/prometheus",),
        images=(_image("quay.io/prometheus/prometheus", "PROMETHEUS_VERSION", "/bin/prometheus"),),
        tags="netgo,remove_all_sd,enable_kubernetes_sd",
    ),
    Piece(
        "alertmanager",
        "github.com/prometheus/alertmanager",
        VERSIONS["ALERTMANAGER_VERSION"],
        packages=("./cmd/alertmanager",),
        images=(_image("quay.io/prometheus/alertmanager", "ALERTMANAGER_VERSION", "/bin/alertmanager"),),
    ),
    Piece(
        "kube-state-metrics",
        "k8s.io/kube-state-metrics/v2",
        VERSIONS["KUBE_STATE_METRICS_VERSION"],
        images=(
            _image(
                "registry.k8s.io/kube-state-metrics/kube-state-metrics",
                "KUBE_STATE_METRICS_VERSION",
                "/kube-state-metrics",
                "--port=8080",
                "--telemetry-port=8081",
            ),
        ),
        kept=("examples/standard",),
    ),
)

"""What the node is built from: a row for each published Go module, with its binaries and images.

The images have the names and entry points of their published counterparts, so that upstream manifests and
charts work here unchanged.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.cluster.node.versions import versions

VERSIONS = versions()


@dataclass(frozen=True)
class Image:
    """A container image that contains nothing but one static binary."""

    name: str
    path: str

    @property
    def binary(self) -> str:
        """The binary's name."""
        return Path(self.path).name


@dataclass(frozen=True)
class Piece:
    """A Go module at a version, and what to build from it."""

    name: str
    module: str
    version: str
    packages: tuple[str, ...]
    images: tuple[Image, ...] = field(repr=False)
    tags: str = ""
    variables: tuple[str, ...] = ()
    """`NAME=VALUE` pairs for the linker to set."""
    kept: tuple[str, ...] = ()
    """Folders of the module to keep, such as charts and manifests."""
    siblings: str = ""
    """The version for modules that go.mod replaces with folders, which the published module lacks."""
    siblings_of: str = ""
    """`MODULE@VERSION` whose go.mod that is, if not its own."""
    requires: tuple[str, ...] = ()
    """`MODULE@VERSION` whose dependencies are used where newer, so that pieces share compiled packages."""
    sources: str = ""
    """The folder beside this file whose Go files are added to the module."""


def _piece(
    name: str,
    module: str,
    *packages: str,
    images: dict[str, str] | None = None,
    **rest: Any,  # noqa: ANN401
) -> Piece:
    version = VERSIONS[f"{name.upper().replace('-', '_')}_VERSION"]
    tagged = tuple(Image(f"{repository}:{version}", path) for repository, path in (images or {}).items())
    return Piece(name, module, version, packages or (".",), tagged, **rest)


def _kubernetes() -> Piece:
    version = VERSIONS["KUBERNETES_VERSION"]
    major, minor, patch = version.removeprefix("v").split(".")
    stamps = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    return _piece(
        "kubernetes",
        "k8s.io/kubernetes",
        "./cmd/kubernetes",
        "./cmd/pause",
        images={"registry.k8s.io/pause": "/pause"},
        variables=tuple(f"k8s.io/component-base/version.{name}={value}" for name, value in stamps.items()),
        siblings=f"v0.{minor}.{patch}",
        requires=(OF_KSERVE,),
        sources="go/kubernetes",
    )


def prometheus_module_version(release: str) -> str:
    """Return the Go module version of a Prometheus release: v3.15.0 is published as v0.315.0."""
    major, minor, patch = release.removeprefix("v").split(".")
    return f"v0.{major}{minor:0>2}.{patch}"


OF_KSERVE = f"github.com/kserve/kserve@{VERSIONS['KSERVE_VERSION']}"
KUBERNETES = _kubernetes()
OF_KUBERNETES = f"{KUBERNETES.module}@{KUBERNETES.version}"
# For KServe and what consists of little more than Kubernetes' libraries: all use the same versions of those.
SHARED: dict[str, Any] = {
    "siblings": KUBERNETES.siblings,
    "siblings_of": OF_KUBERNETES,
    "requires": (OF_KUBERNETES, OF_KSERVE),
}
# The newest versions of libraries that the pieces below share, so that they are compiled only once.
NEWEST = (
    "github.com/fxamacker/cbor/v2@v2.9.2",
    "github.com/go-openapi/swag@v0.28.0",
    "github.com/google/gnostic-models@v0.7.1",
)
COREDNS = _piece(
    "coredns",
    "github.com/coredns/coredns",
    "./cmd/coredns",
    images={"registry.k8s.io/coredns/coredns": "/coredns"},
    sources="go/coredns",
    requires=NEWEST,
)
COMMON = (f"{COREDNS.module}@{COREDNS.version}", *NEWEST)
HELM = _piece("helm", "helm.sh/helm/v3", "./cmd/helm", requires=COMMON)
KSERVE = _piece(
    "kserve",
    "github.com/kserve/kserve",
    "./cmd/manager",
    images={"docker.io/kserve/kserve-controller": "/manager"},
    kept=("charts/kserve-crd", "charts/kserve-resources", "python/storage-initializer/scripts"),
    **SHARED | {"requires": (OF_KUBERNETES,)},
)
LOCAL_PATH_PROVISIONER = _piece(
    "local-path-provisioner",
    "github.com/rancher/local-path-provisioner",
    images={"docker.io/rancher/local-path-provisioner": "/usr/bin/local-path-provisioner"},
    kept=("deploy",),
    **SHARED,
)
KUBE_ROUTER = _piece(
    "kube-router",
    "github.com/cloudnativelabs/kube-router/v2",
    "./cmd/kube-router-firewall",
    sources="go/kube-router",
    **SHARED,
)
VERSITYGW = _piece(
    "versitygw",
    "github.com/versity/versitygw",
    "./cmd/versitygw",
    images={"ghcr.io/versity/versitygw": "/usr/local/bin/versitygw"},
)
METRICS_SERVER = _piece(
    "metrics-server",
    "sigs.k8s.io/metrics-server",
    "./cmd/metrics-server",
    images={"registry.k8s.io/metrics-server/metrics-server": "/metrics-server"},
    kept=("manifests/base",),
    **SHARED,
)
PROMETHEUS_OPERATOR = _piece(
    "prometheus-operator",
    "github.com/prometheus-operator/prometheus-operator",
    "./cmd/operator",
    "./cmd/prometheus-config-reloader",
    images={
        "quay.io/prometheus-operator/prometheus-operator": "/bin/operator",
        "quay.io/prometheus-operator/prometheus-config-reloader": "/bin/prometheus-config-reloader",
    },
    kept=("example/prometheus-operator-crd", "example/rbac"),
    siblings=VERSIONS["PROMETHEUS_OPERATOR_VERSION"],
    requires=COMMON,
)
PROMETHEUS = replace(
    _piece(
        "prometheus",
        "github.com/prometheus/prometheus",
        "./cmd/prometheus",
        images={"quay.io/prometheus/prometheus": "/bin/prometheus"},
        tags="netgo,remove_all_sd,enable_kubernetes_sd",
        requires=COMMON,
    ),
    version=prometheus_module_version(VERSIONS["PROMETHEUS_VERSION"]),
)
ALERTMANAGER = _piece(
    "alertmanager",
    "github.com/prometheus/alertmanager",
    "./cmd/alertmanager",
    images={"quay.io/prometheus/alertmanager": "/bin/alertmanager"},
)
PIECES = (
    KUBERNETES,
    HELM,
    KSERVE,
    COREDNS,
    LOCAL_PATH_PROVISIONER,
    KUBE_ROUTER,
    VERSITYGW,
    METRICS_SERVER,
    PROMETHEUS_OPERATOR,
    PROMETHEUS,
    ALERTMANAGER,
)

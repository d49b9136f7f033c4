"""The node for machines with Docker: kind, with the published releases of the chart's prerequisites."""

import os
from pathlib import Path

from tests.cluster.node.commands import run
from tests.cluster.node.places import CACHE
from tests.cluster.node.versions import REPOSITORY, versions

CLUSTER = "gourmetgram-test"
"""Different from that of `make cluster`, since the tests remove what they find."""
MANIFESTS = REPOSITORY / "manifests"
VERSIONS = versions()


class KindNode:
    """A kind cluster of one node."""

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables by which kubectl, helm and clients find the cluster."""
        return {"KUBECONFIG": str(CACHE / "kind.kubeconfig")}

    def build(self) -> None:
        """Do nothing: kind's images are published."""

    def up(self) -> None:
        """Create the cluster unless it exists, and install the chart's prerequisites."""
        CACHE.mkdir(parents=True, exist_ok=True)
        if CLUSTER not in run("kind", "get", "clusters").split():
            image = f"--image={VERSIONS['KIND_NODE_IMAGE']}"
            named = (f"--name={CLUSTER}", f"--config={MANIFESTS}/kind.yaml")
            self._run("kind", "create", "cluster", *named, image)
        self._run("kind", "export", "kubeconfig", f"--name={CLUSTER}")
        self._run(MANIFESTS / "platform/install.sh")
        metrics_server = ("deployment/metrics-server", "--namespace=kube-system")
        self._run("kubectl", "rollout", "status", *metrics_server, "--timeout=5m")

    def down(self) -> None:
        """Delete the cluster."""
        self._run("kind", "delete", "cluster", f"--name={CLUSTER}")

    def build_image(self, name: str, dockerfile: Path, context: Path) -> None:
        """Build an image and load it into the cluster."""
        run("docker", "build", f"--tag={name}", f"--file={dockerfile}", context)
        run("kind", "load", "docker-image", name, f"--name={CLUSTER}")

    def restart(self, component: str) -> None:
        """Kill a component of the control plane; the kubelet or systemd starts it again."""
        run("docker", "exec", f"{CLUSTER}-control-plane", "pkill", "-KILL", "-x", component)

    def _run(self, *command: str | Path) -> None:
        run(*command, environment=os.environ | self.environment)

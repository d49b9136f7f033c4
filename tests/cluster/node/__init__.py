"""The Kubernetes for the tests: kind if Docker is available, else a node built from published Go modules."""

import shutil
import subprocess
from pathlib import Path
from typing import Protocol

from tests.cluster.node.built import BuiltNode
from tests.cluster.node.kind import KindNode


class Node(Protocol):
    """A single-node cluster with KServe, the Prometheus Operator, a default StorageClass and pod metrics."""

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables by which kubectl, helm and clients find the cluster."""

    def build(self) -> object:
        """Build what the cache lacks."""

    def up(self) -> None:
        """Start the node or repair a running one, and wait until KServe is ready."""

    def down(self) -> None:
        """Stop the node and remove everything but the cache; do nothing if there is none."""

    def build_image(self, name: str, dockerfile: Path, context: Path) -> None:
        """Build an image from a Dockerfile and load it into the node."""

    def restart(self, component: str) -> None:
        """Kill a component, such as `kube-apiserver`; it is restarted automatically."""


def this_machines_node() -> Node:
    """Return the node that this machine can run."""
    if shutil.which("docker") is None or shutil.which("kind") is None:
        return BuiltNode()
    docker = subprocess.run(["docker", "info"], capture_output=True, check=False)
    return KindNode() if docker.returncode == 0 else BuiltNode()

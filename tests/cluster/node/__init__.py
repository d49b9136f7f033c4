"""The Kubernetes that the tests run on: kind where Docker is, else a node built from published Go modules."""

import shutil
import subprocess
from pathlib import Path
from typing import Protocol

from tests.cluster.node.built import BuiltNode
from tests.cluster.node.kind import KindNode


class Node(Protocol):
    """A cluster of one node with KServe, Prometheus Operator, a default storage class and metrics of pods."""

    @property
    def environment(self) -> dict[str, str]:
        """What kubectl, helm and Kubernetes' clients need to find the cluster."""

    def build(self) -> object:
        """Build what is missing in the cache."""

    def up(self) -> None:
        """Start the node, or repair a running one, and wait until KServe is ready."""

    def down(self) -> None:
        """End the node and remove everything but the cache; harmless where there is none."""

    def build_image(self, name: str, dockerfile: Path, context: Path) -> None:
        """Build an image from a Dockerfile and bring it into the node."""

    def restart(self, component: str) -> None:
        """Kill a component, `kube-apiserver` for one; it comes up again by itself."""


def this_machines_node() -> Node:
    """Return the node that this machine can run."""
    if shutil.which("docker") is None or shutil.which("kind") is None:
        return BuiltNode()
    docker = subprocess.run(["docker", "info"], capture_output=True, check=False)
    return KindNode() if docker.returncode == 0 else BuiltNode()

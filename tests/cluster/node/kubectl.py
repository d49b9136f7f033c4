"""Runs kubectl as the node's administrator."""

from typing import Any

from tests.cluster.node.commands import run
from tests.cluster.node.places import BINARIES, KUBECONFIG

Manifest = dict[str, Any]


def kubectl(*arguments: str, stdin: str | None = None) -> str:
    """Run kubectl and return its output."""
    return run(BINARIES / "kubectl", f"--kubeconfig={KUBECONFIG}", *arguments, stdin=stdin)


def apply(manifests: str) -> None:
    """Apply the manifests; applying them again changes nothing."""
    kubectl("apply", "--server-side", "--force-conflicts", "--filename=-", stdin=manifests)


def wait_for(condition: str, *objects: str, seconds: int = 180) -> None:
    """Wait until objects have a condition."""
    kubectl("wait", f"--for={condition}", f"--timeout={seconds}s", *objects)

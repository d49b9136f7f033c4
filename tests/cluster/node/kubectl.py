"""kubectl as administrator of the node."""

from typing import Any

from tests.cluster.node.commands import run
from tests.cluster.node.places import BINARIES, KUBECONFIG

Manifest = dict[str, Any]


def kubectl(*arguments: str, stdin: str | None = None) -> str:
    """Return what kubectl writes."""
    return run(BINARIES / "kubectl", f"--kubeconfig={KUBECONFIG}", *arguments, stdin=stdin)


def apply(manifests: str) -> None:
    """Apply the manifests; to apply them again changes nothing."""
    kubectl("apply", "--server-side", "--force-conflicts", "--filename=-", stdin=manifests)


def wait_for(condition: str, *objects: str, seconds: int = 180) -> None:
    """Wait for a condition of objects."""
    kubectl("wait", f"--for={condition}", f"--timeout={seconds}s", *objects)

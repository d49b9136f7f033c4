"""Runs kubectl as the node's administrator."""

from typing import Any

from tests.cluster.node.commands import CommandError, run
from tests.cluster.node.places import BINARIES, KUBECONFIG
from tests.cluster.node.polling import wait_until

Manifest = dict[str, Any]


def kubectl(*arguments: str, stdin: str | None = None) -> str:
    """Run kubectl and return its output."""
    return run(BINARIES / "kubectl", f"--kubeconfig={KUBECONFIG}", *arguments, stdin=stdin)


def apply(manifests: str) -> None:
    """Apply the manifests; applying them again changes nothing."""
    kubectl("apply", "--server-side", "--force-conflicts", "--filename=-", stdin=manifests)


def wait_for(condition: str, *objects: str, seconds: int = 180) -> None:
    """Wait until objects have a condition; new ones may have none at all yet."""

    def met() -> bool:
        try:
            kubectl("wait", f"--for={condition}", f"--timeout={seconds}s", *objects)
        except CommandError as error:
            if "accessor error" in str(error):  # what kubectl says of an object without conditions
                return False
            raise
        return True

    wait_until(met, f"{condition} of {' '.join(objects)}", seconds)

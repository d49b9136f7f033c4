"""Pods that comply with the restricted pod-security standard, for tests of the cluster itself."""

from typing import Any

from kubernetes import client

from tests.cluster.node.images import BASE_IMAGE
from tests.cluster.node.polling import wait_until


def pod_spec(program: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 (Kubernetes' own fields)
    """Return a pod spec that runs a Python program."""
    container = {
        "name": "python",
        "image": BASE_IMAGE,
        "command": ["python3", "-c", program],
        "resources": {"requests": {"cpu": "10m"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        **fields.pop("container", {}),
    }
    user = {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}
    base = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1, "securityContext": user}
    return {**base, "containers": [container], **fields}


def start(core: client.CoreV1Api, namespace: str, name: str, spec: dict[str, Any]) -> None:
    """Start a pod, labelled with its name."""
    core.create_namespaced_pod(namespace, {"metadata": {"name": name, "labels": {"app": name}}, "spec": spec})


def output(core: client.CoreV1Api, namespace: str, name: str) -> str:
    """Wait until the pod ends and return its output.

    Raises:
        AssertionError: The pod failed.
    """
    ended = wait_until(lambda: _phase(core, namespace, name) in {"Succeeded", "Failed"}, f"the end of {name}")
    # Decoded here, since the client would return the text of a Python bytes literal.
    log = core.read_namespaced_pod_log(name, namespace, _preload_content=False).data.decode()
    assert ended
    assert _phase(core, namespace, name) == "Succeeded", log
    return log.strip()


def _phase(core: client.CoreV1Api, namespace: str, name: str) -> str:
    phase: str = core.read_namespaced_pod_status(name, namespace).status.phase
    return phase

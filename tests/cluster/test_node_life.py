"""The node survives being killed, and leaves nothing behind when it is taken down."""

import os
import signal
import sys

import pytest
from kubernetes import client, config

from tests.cluster.node import isolation
from tests.cluster.node.built import BuiltNode
from tests.cluster.node.commands import run
from tests.cluster.node.places import STATE

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1200)]


@pytest.mark.usefixtures("built_node")
def test_a_node_that_is_killed_comes_back_with_what_it_held(core: client.CoreV1Api, namespace: str) -> None:
    core.create_namespaced_config_map(namespace, {"metadata": {"name": "held"}, "data": {"photo": "soup"}})
    first = isolation.first_process()
    assert first
    os.kill(first, signal.SIGKILL)
    _up()
    assert core.read_namespaced_config_map("held", namespace).data == {"photo": "soup"}


def test_taken_down_twice_it_leaves_nothing_and_starts_anew(built_node: BuiltNode) -> None:
    built_node.down()
    built_node.down()
    assert isolation.remains() == []
    assert not STATE.exists()
    _up()
    config.load_kube_config(os.environ["KUBECONFIG"])  # with a different certificate authority
    pods = client.CoreV1Api().list_pod_for_all_namespaces().items
    assert {pod.status.phase for pod in pods} == {"Running"}


def _up() -> None:
    """Start the node as users do; it keeps running after the command."""
    run(sys.executable, "-m", "tests.cluster.node", "up")

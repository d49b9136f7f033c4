"""The node outlives being killed, and leaves nothing when taken down: what was installed goes with it."""

import os
import signal

import pytest
from kubernetes import client

from tests.cluster.node import isolation
from tests.cluster.node.built import BuiltNode
from tests.cluster.node.places import STATE

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1200)]


def test_a_node_that_is_killed_comes_back_with_what_it_held(
    built_node: BuiltNode, core: client.CoreV1Api, namespace: str
) -> None:
    core.create_namespaced_config_map(namespace, {"metadata": {"name": "held"}, "data": {"photo": "soup"}})
    first = isolation.first_process()
    assert first
    os.kill(first, signal.SIGKILL)
    built_node.up()
    assert core.read_namespaced_config_map("held", namespace).data == {"photo": "soup"}


def test_taken_down_twice_it_leaves_nothing_and_starts_anew(
    built_node: BuiltNode, core: client.CoreV1Api
) -> None:
    built_node.down()
    built_node.down()
    assert isolation.remains() == []
    assert not STATE.exists()
    built_node.up()
    assert {pod.status.phase for pod in core.list_pod_for_all_namespaces().items} == {"Running"}

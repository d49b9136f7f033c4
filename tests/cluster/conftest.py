"""Fixtures for the cluster of `make test-cluster-up`: a namespace per test, clients, kubectl and helm."""

import os
import secrets
import subprocess
from collections.abc import Callable, Iterator

import pytest
from kubernetes import client, config

from tests.cluster.node import Node, this_machines_node
from tests.cluster.node.built import BuiltNode
from tests.cluster.node.polling import wait_until

Command = Callable[..., str]
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """Return the running node, with kubectl and helm on PATH and the clients configured."""
    node = this_machines_node()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in node.environment.items():
            patch.setenv(name, value)
        try:
            config.load_kube_config(os.environ["KUBECONFIG"])
        except config.ConfigException:
            pytest.fail("There is no cluster: `make test-cluster-up` starts one.")
        yield node


@pytest.fixture
def built_node(node: Node) -> BuiltNode:
    """Return the node if it is built here, without kind."""
    if not isinstance(node, BuiltNode):
        pytest.skip("Docker controls kind's network and life cycle")
    return node


@pytest.fixture(scope="session")
def core(node: Node) -> client.CoreV1Api:  # noqa: ARG001 (configures the client)
    """Return the client for pods, services and volumes."""
    return client.CoreV1Api()


@pytest.fixture
def namespace(core: client.CoreV1Api) -> Iterator[str]:
    """Create a namespace that enforces the restricted pod-security standard, and remove it afterwards."""
    name = f"test-{secrets.token_hex(4)}"
    core.create_namespace({"metadata": {"name": name, "labels": RESTRICTED}})
    yield name
    core.delete_namespace(name)


@pytest.fixture(scope="session")
def kubectl(node: Node) -> Command:  # noqa: ARG001 (puts kubectl on PATH)
    """Run kubectl as users do, and return its output."""
    return _command("kubectl")


@pytest.fixture(scope="session")
def helm(node: Node) -> Command:  # noqa: ARG001 (puts helm on PATH)
    """Run helm as users do, and return its output."""
    return _command("helm")


@pytest.fixture
def restart_api_server(node: Node, kubectl: Command) -> Callable[[], None]:
    """Kill the API server, and wait until it answers again.

    Uses kubectl: Python's ssl leaves a socket open that is reset between connection and handshake.
    """

    def answers() -> bool:
        try:
            return kubectl("get", "--raw=/readyz") == "ok"
        except AssertionError:
            return False

    def restart() -> None:
        node.restart("kube-apiserver")
        wait_until(answers, "the API server")

    return restart


def _command(program: str) -> Command:
    def run(*arguments: str) -> str:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program} {' '.join(arguments)}\n{done.stdout}{done.stderr}"
        return done.stdout

    return run

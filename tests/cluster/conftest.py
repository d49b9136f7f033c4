"""The cluster of `make test-cluster-up` as fixtures: a namespace for each test, clients, users' commands."""

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
    """Give the running node, its kubectl and helm on PATH, the clients configured for it."""
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
    """Give the node where it is the one that is built here."""
    if not isinstance(node, BuiltNode):
        pytest.skip("kind's network and life are Docker's")
    return node


@pytest.fixture(scope="session")
def core(node: Node) -> client.CoreV1Api:  # noqa: ARG001 (configures the client)
    """Give the client of pods, services, volumes."""
    return client.CoreV1Api()


@pytest.fixture
def namespace(core: client.CoreV1Api) -> Iterator[str]:
    """Give a namespace that holds its pods to the restricted standard, and remove it afterwards."""
    name = f"test-{secrets.token_hex(4)}"
    core.create_namespace({"metadata": {"name": name, "labels": RESTRICTED}})
    yield name
    core.delete_namespace(name)


@pytest.fixture(scope="session")
def kubectl(node: Node) -> Command:  # noqa: ARG001 (puts kubectl on PATH)
    """Run kubectl as users do, and return what it writes."""
    return _command("kubectl")


@pytest.fixture(scope="session")
def helm(node: Node) -> Command:  # noqa: ARG001 (puts helm on PATH)
    """Run helm as users do, and return what it writes."""
    return _command("helm")


@pytest.fixture
def restart_api_server(node: Node, kubectl: Command) -> Callable[[], None]:
    """Kill the API server, and wait until it answers again.

    kubectl asks it: Python's ssl leaves a socket open that is reset between connection and handshake.
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

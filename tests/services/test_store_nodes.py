"""A MinIO of four nodes, with each object spread over all of them: any node may end, and nothing is lost.

`make test-store-nodes` installs MinIO.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store
from tests.drill import invariant
from tests.drill.jobs import process
from tests.drill.machine import Machine
from tests.processes import Server, free_port
from tests.proxy import Proxy, proxied
from tests.uploads import wait_until

NODES = 4
ENOUGH = 5
"""Uploads while a node is down."""


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[Server]]:
    binary = os.environ.get("MINIO", "") or shutil.which("minio")
    if not binary:
        pytest.skip("minio is not installed (set MINIO to its path)")
    ports = [free_port() for _ in range(NODES)]
    drives = [f"http://127.0.0.1:{port}{tmp_path}/{port}" for port in ports]
    keys = {"MINIO_ROOT_USER": secrets.token_hex(8), "MINIO_ROOT_PASSWORD": secrets.token_hex(16)}
    env = {**keys, "MINIO_CI_CD": "1"}  # its drives are on the machine's own disk
    nodes = []
    for port in ports:
        address = f"127.0.0.1:{port}"
        command = [binary, "server", *drives, "--address", address]
        own = {**env, "_MINIO_SERVER_LOCAL": address}  # in a container it would not recognize its own address
        nodes.append(Server(command, port, tmp_path / f"{port}.log", own, ready_statuses=()))
    with ExitStack() as stack:
        for node in nodes:
            stack.callback(node.stop)
            node.start()
        wait_until(lambda: all(map(_is_whole, nodes)), "the nodes' quorum")
        yield nodes


@pytest.fixture
def machine(nodes: list[Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    with proxied(nodes[0].url) as proxy, ExitStack() as stack:
        aws = {
            "AWS_ENDPOINT_URL_S3": proxy.url,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": nodes[0].env["MINIO_ROOT_USER"],
            "AWS_SECRET_ACCESS_KEY": nodes[0].env["MINIO_ROOT_PASSWORD"],
        }
        for name, value in aws.items():
            monkeypatch.setenv(name, value)
        Store(StoreSettings()).create_buckets()
        machine = Machine(tmp_path, proxy, aws)
        for server in (machine.predictor, machine.webapp):
            stack.callback(server.stop)
            server.start()
        yield machine


def test_each_node_may_end_while_people_upload(nodes: list[Server], machine: Machine) -> None:
    users = machine.users
    with users.load():
        for node in nodes:
            node.kill()
            _lead(machine.proxy, next(each for each in nodes if each is not node))
            count = len(users.acknowledged)
            wait_until(lambda count=count: len(users.acknowledged) > count + ENOUGH, "uploads")  # type: ignore[misc]
            machine.recovered(within_seconds=60)
            node.start()
            wait_until(lambda: all(map(_is_whole, nodes)), "the node's return")
        machine.recovered(within_seconds=60)
    store = Store(StoreSettings())
    machine.recovered(within_seconds=60)
    assert process(store)
    assert users.relabelled
    assert invariant.uploads(store, users.acknowledged)[1:] == (0, 0)
    assert invariant.labels(store, users.relabelled)[1:] == (0, 0)


def _lead(proxy: Proxy, node: Server) -> None:
    """Send requests to another node, as a Service does when one is not ready."""
    proxy.upstream = node.url.removeprefix("http://")


def _is_whole(node: Server) -> bool:
    """Return whether a node sees all others."""
    try:
        return requests.get(f"{node.url}/minio/health/cluster?maintenance=true", timeout=5).ok
    except requests.RequestException:
        return False

"""One OpenStack for the session, a student's account, and a check that each test cleans up."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
from openstack.connection import Connection

from chameleon import __main__ as command
from chameleon import application, cloud
from tests.openstack.stack import contents, services
from tests.openstack.stack.processes import free_port

PROGRAMS = ("mariadbd", "epmd", "mmdebstrap", "systemd-nspawn", "shellcheck")
PACKAGES = "mariadb-server rabbitmq-server mmdebstrap systemd-container shellcheck"
Resources = dict[str, list[str]]
Chameleon = Callable[..., int]


@dataclass(frozen=True)
class Site:
    """The OpenStack under test, its administrator, and the folder with the student's clouds.yaml."""

    stack: services.Stack
    admin: Connection
    folder: Path


@pytest.fixture(scope="session", autouse=True)
def programs() -> None:
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.fail(f"{', '.join(missing)} missing: apt-get install --no-install-recommends {PACKAGES}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("openstack")
    stack = services.start(folder)
    try:
        contents.register_services(contents.administrator(stack), stack)
        services.start_workers(stack)
        admin = contents.administrator(stack)
        contents.furnish(admin)
        contents.add_student(admin, stack, "alice", folder / "clouds.yaml")
        yield Site(stack, admin, folder)
    finally:
        stack.processes.stop_all()


class Healthy(BaseHTTPRequestHandler):
    """A web application that reports that it is healthy."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def web_applications() -> Iterator[int]:
    """Run a web application that answers on every floating IP."""
    port = free_port()
    servers = [ThreadingHTTPServer((str(ip), port), Healthy) for ip in IPv4Network(contents.FLOATING).hosts()]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield port
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def alice(site: Site) -> Iterator[Connection]:
    """Connect as the student; every command uses her clouds.yaml too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OS_CLIENT_CONFIG_FILE", str(site.folder / "clouds.yaml"))
        patch.setenv("OS_CLOUD", "kvm")
        with cloud.connect() as connection:
            yield connection


@pytest.fixture(scope="session")
def options(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the options for every command."""
    folder = tmp_path_factory.mktemp("home")
    key = folder / "id_ed25519.pub"
    key.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHN5bnRoZXRpYyBrZXkgb2YgdGhlIHRlc3RzIG9ubHkh alice")
    given = {
        "name": "gg-alice",
        "public-key": str(key),
        "allow-from": "192.0.2.7/32",
        "state-folder": str(folder),
    }
    source = {"repository": "https://git.test/gourmetgram.git", "revision": "main"}
    return [part for name, value in (given | source).items() for part in (f"--{name}", value)]


@contextmanager
def commands(alice: Connection, options: list[str], port: int) -> Iterator[Chameleon]:
    """Return a function that runs the command; at the end, `down` must restore the initial state."""

    def run(action: str, *more: str) -> int:
        return command.main([action, *options, *more])

    before = resources(alice)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "PORT", port)
        yield run
        assert run("down") == 0
    assert resources(alice) == before


@pytest.fixture
def chameleon(alice: Connection, options: list[str], web_applications: int) -> Iterator[Chameleon]:
    """Return the command, with nothing deployed yet."""
    with commands(alice, options, web_applications) as run:
        yield run


def resources(connection: Connection) -> Resources:
    """Return all of a project's resources, by id."""
    project = {"project_id": connection.current_project_id}
    leases: list[dict[str, Any]] = connection.reservation.get("/leases").json()["leases"]
    return {
        "servers": sorted(x.id for x in connection.compute.servers()),
        "key pairs": sorted(x.name for x in connection.compute.keypairs()),
        "leases": sorted(x["id"] for x in leases),
        "floating IPs": sorted(x.id for x in connection.network.ips(**project)),
        "ports": sorted(x.id for x in connection.network.ports(**project)),
        "security groups": sorted(x.id for x in connection.network.security_groups(**project)),
        "rules": sorted(x.id for x in connection.network.security_group_rules(**project)),
    }


def count(connection: Connection) -> dict[str, int]:
    """Return how many of each kind of resource a project has."""
    return {kind: len(ids) for kind, ids in resources(connection).items()}

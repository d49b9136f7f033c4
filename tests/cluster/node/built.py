"""A node built from published Go modules and Debian packages, for machines without Docker."""

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.cluster.node import (
    addons,
    certificates,
    components,
    containerd,
    debian,
    images,
    isolation,
    kserve,
    monitoring,
    stock,
)
from tests.cluster.node.commands import CommandError
from tests.cluster.node.kubectl import kubectl, wait_for
from tests.cluster.node.pieces import PIECES
from tests.cluster.node.places import BINARIES, CACHE, KUBECONFIG, STATE
from tests.cluster.node.polling import wait_until

log = logging.getLogger(__name__)


class BuiltNode:
    """A single-node Kubernetes in its own Linux namespaces, reached from this machine with its kubeconfig."""

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables by which kubectl, helm and clients find the cluster."""
        return {"KUBECONFIG": str(KUBECONFIG), "PATH": f"{BINARIES}:{os.environ['PATH']}"}

    def build(self) -> dict[str, Path]:
        """Build what the cache lacks, and return the archives of the images to start with."""
        debian.install_missing()
        with _timed("everything is built"):
            return stock.build_pieces(PIECES) | stock.build_base() | stock.build_storage_initializer()

    def up(self) -> None:
        """Start the node, or add what a running one lacks, and wait until KServe responds."""
        archives = self.build()
        certificates.create_all()
        components.link_binaries()
        components.write_configuration()
        if isolation.first_process() is None:
            isolation.start()
        with _timed("the API server answers"):
            wait_until(_api_server_answers, "the API server")
        with _timed("images are loaded"):
            _load(archives)
        with _timed("the node is ready"):
            wait_until(lambda: kubectl("get", "nodes", "--output=name"), "the node's registration")
            wait_for("condition=Ready", "nodes", "--all")
        with _timed("DNS, volumes, metrics, KServe and Prometheus are ready"):
            _install()

    def down(self) -> None:
        """Stop the node and remove its state; the cache stays."""
        isolation.end()
        isolation.remove_control_groups()
        isolation.remove_mount_points()
        shutil.rmtree(STATE, ignore_errors=True)
        with suppress(TimeoutError):  # the kernel releases the disk shortly after its last user has ended
            wait_until(lambda: not isolation.remains(), "the end of what the node used", seconds=10)
        if left := isolation.remains():
            raise CommandError(f"the node left behind: {', '.join(left)}")

    def build_image(self, name: str, dockerfile: Path, context: Path) -> None:
        """Build an image and load it into the node."""
        stock.build_base()
        identity = images.build(name, dockerfile, context)
        if containerd.holds(name, identity):
            return
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            archive = Path(scratch, "image.tar")
            images.save(name, archive)
            containerd.load(name, archive, identity)

    def restart(self, component: str) -> None:
        """Kill a component; the supervisor starts it again."""
        isolation.supervisorctl("signal", "KILL", component)


def _load(archives: dict[str, Path]) -> None:
    for name, archive in archives.items():
        containerd.load(name, archive, identity=str(archive))


def _install() -> None:
    addons.install_dns()
    addons.install_volumes()
    addons.install_metrics()
    kserve.install()
    monitoring.install()
    for namespace in ("kube-system", "local-path-storage", monitoring.NAMESPACE):
        wait_for("condition=Available", f"--namespace={namespace}", "deployments", "--all")
    kserve.wait_until_ready()
    monitoring.wait_until_ready()


def _api_server_answers() -> bool:
    try:
        return kubectl("get", "--raw=/readyz") == "ok"
    except CommandError:
        return False


@contextmanager
def _timed(what: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    log.info("%s: %.1f s", what, time.monotonic() - start)

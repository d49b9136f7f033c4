"""What is wrong with the store while inside, on the node that is built here; no object there tells of it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.cluster.node import isolation
from tests.cluster.node.polling import wait_until
from tests.cluster.release import store_proxy
from tests.cluster.release.drilled import away
from tests.cluster.release.installed import NAME, ROOT, Release

VOLUMES = ("/buckets", "/metadata")
SMALL_DISK, SIZE = "/run/small-disk", "128m"


@contextmanager
def behind_a_proxy(release: Release, fault: str) -> Iterator[None]:
    """Have what the store gets and gives pass through a proxy that is at fault."""
    inside = ["nsenter", f"--target={_process(release)}", "--net"]
    command = [*inside, sys.executable, "-m", store_proxy.__name__, fault]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as proxy:  # leaving ends its input
        assert proxy.stdout
        assert proxy.stdout.readline() == store_proxy.READY
        yield


@contextmanager
def read_only(release: Release) -> Iterator[None]:
    """Remount the store's volumes, so that they take only reads."""
    process = _process(release)
    try:
        _remount(process, "ro")
        yield
    finally:
        _remount(process, "rw")


@contextmanager
def small_disk(release: Release) -> Iterator[Path]:
    """Have the store keep its data on a small disk; gives that, as this machine sees it."""
    folder = _volume(release)
    with away(release, "store"):
        isolation.run_inside("mkdir", SMALL_DISK)
        isolation.run_inside("mount", "-t", "tmpfs", f"--options=size={SIZE}", "none", SMALL_DISK)
        isolation.run_inside("cp", "--archive", f"{folder}/.", SMALL_DISK)
        isolation.run_inside("mount", "--bind", SMALL_DISK, folder)
    try:
        release.wait_until_ready()
        yield Path(f"/proc/{isolation.first_process()}/root{SMALL_DISK}")
    finally:
        with away(release, "store"):
            isolation.run_inside("umount", folder)
            isolation.run_inside("cp", "--archive", f"{SMALL_DISK}/.", folder)
            isolation.run_inside("umount", SMALL_DISK)
            isolation.run_inside("rmdir", SMALL_DISK)
        release.wait_until_ready()


def _process(release: Release) -> int:
    status = release.pods("store")[0].status.container_statuses[0]
    return isolation.process_of(status.container_id.removeprefix("containerd://"))


def _remount(process: int, mode: str) -> None:
    for volume in VOLUMES:
        command = ["mount", f"--namespace={process}", f"--options=remount,bind,{mode}", volume]
        wait_until(partial(_succeeds, command), f"a moment in which nothing is written to {volume}")


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


def _volume(release: Release) -> str:
    """Name the folder of the node where the store's volume is."""
    claim = release.core.read_namespaced_persistent_volume_claim(f"{NAME}-store", release.namespace)
    volume = release.core.read_persistent_volume(claim.spec.volume_name).spec
    return str((volume.host_path or volume.local).path)

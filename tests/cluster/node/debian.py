"""The Debian packages that the node and the image builds need."""

import logging
import os
import shutil

from tests.cluster.node.commands import run

log = logging.getLogger(__name__)

# A package counts as installed if this program is on PATH, or this file exists.
PACKAGES = {
    "buildah": "buildah",
    "containerd": "containerd",
    "containernetworking-plugins": "/usr/lib/cni/bridge",
    "e2fsprogs": "mkfs.ext4",
    "iproute2": "ip",
    "ipset": "ipset",
    "iptables": "iptables",
    "kmod": "modprobe",
    "mmdebstrap": "mmdebstrap",
    "openssl": "openssl",
    "procps": "sysctl",
    "runc": "runc",
}


def install_missing() -> None:
    """Install the missing packages."""
    missing = [package for package, sign in PACKAGES.items() if shutil.which(sign) is None]
    if not missing:
        return
    log.info("installing %s", ", ".join(missing))
    run("apt-get", "update", "--quiet")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "install", "--yes", "--no-install-recommends", *missing, environment=environment)

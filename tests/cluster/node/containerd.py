"""Loads images into the node's containerd."""

import re
from pathlib import Path

from tests.cluster.node.commands import run
from tests.cluster.node.places import CONTAINERD_SOCKET, STATE


def holds(name: str, identity: str) -> bool:
    """Return whether this content was imported under that name."""
    record = _record(name)
    return record.exists() and record.read_text() == identity


def load(name: str, archive: Path, identity: str) -> None:
    """Import an image's archive, unless containerd already has its content."""
    if holds(name, identity):
        return
    run("ctr", f"--address={CONTAINERD_SOCKET}", "--namespace=k8s.io", "images", "import", archive)
    _record(name).parent.mkdir(exist_ok=True)
    _record(name).write_text(identity)


def _record(name: str) -> Path:
    return STATE / "loaded" / re.sub(r"[^\w.-]", "_", name)

"""The secret with which machines join the cluster, generated once and kept only on the caller's machine."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from openstack.connection import Connection

from chameleon.changes import Change
from chameleon.settings import Settings


def path(settings: Settings) -> Path:
    """Return the file that holds the token."""
    return Path(settings.state_folder).expanduser() / f"{settings.name}.token"


def read_or_make(settings: Settings) -> str:
    """Return the deployment's token; the first call generates it, readable only by this user."""
    file = path(settings)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text()
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secrets.token_hex(32))
    return file.read_text()


def unwanted(_cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield the removal of the token."""
    if path(settings).exists():
        yield Change(f"Delete {path(settings)}", path(settings).unlink)

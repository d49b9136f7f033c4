"""The SSH key for the virtual machines: one that the site already has, or the caller's own."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from openstack.connection import Connection

from chameleon.changes import Change
from chameleon.errors import ProvisioningError
from chameleon.settings import Settings


def name(settings: Settings) -> str:
    """Return the name of the key pair that the servers get."""
    return settings.key_name or settings.name


def wanted(cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield the upload of the public key, unless the site already has the key pair.

    Raises:
        ProvisioningError: if `key_name` names a key pair that the site lacks.
    """
    if cloud.compute.find_keypair(name(settings), ignore_missing=True):
        return
    if settings.key_name:
        raise ProvisioningError(
            f"The site has no key pair {settings.key_name}: upload it there, or omit --key-name."
        )
    path = public_key(settings)
    yield Change(
        f"Upload {path} as key pair {settings.name}",
        partial(cloud.compute.create_keypair, name=settings.name, public_key=path.read_text().strip()),
    )


def public_key(settings: Settings) -> Path:
    """Return the caller's public key file.

    Raises:
        ProvisioningError: if there is none.
    """
    folder = Path("~/.ssh").expanduser()
    found = (
        [Path(settings.public_key).expanduser()] if settings.public_key else sorted(folder.glob("id_*.pub"))
    )
    if not found or not found[0].is_file():
        raise ProvisioningError(
            "No public SSH key found: make one with ssh-keygen, or name one with --public-key."
        )
    return found[0]


def unwanted(cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield the deletion of the uploaded key pair; one given by name stays."""
    if cloud.compute.find_keypair(settings.name, ignore_missing=True):
        yield Change(
            f"Delete the key pair {settings.name}", partial(cloud.compute.delete_keypair, settings.name)
        )

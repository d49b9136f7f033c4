"""The reservations (Blazar leases of a flavor) that KVM@TACC requires for virtual machines.

Each node has its own lease, under the node's name: Blazar can't change the number of VMs of a lease, and a
cluster must be able to grow.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from openstack.connection import Connection

from chameleon import blazar, inventory
from chameleon.blazar import Lease
from chameleon.changes import Change
from chameleon.errors import AGAIN, ProvisioningError
from chameleon.settings import Settings
from chameleon.waiting import until

ENDED = ("TERMINATED", "ERROR")
START_SECONDS = 300


def all_of(cloud: Connection, settings: Settings) -> list[Lease]:
    """Return the deployment's leases that this user created, including those that have ended."""
    return [
        lease
        for lease in blazar.leases(cloud)
        if settings.owns(lease["name"]) and lease["user_id"] == cloud.current_user_id
    ]


def find(cloud: Connection, settings: Settings, name: str) -> Lease | None:
    """Return a node's lease that has not ended, preferably a running one."""
    living = [x for x in all_of(cloud, settings) if x["name"] == name and x["status"] not in ENDED]
    return min(living, key=lambda lease: lease["status"] != "ACTIVE", default=None)


def reservation(cloud: Connection, settings: Settings, name: str) -> str:
    """Return the id of a node's reservation.

    Raises:
        ProvisioningError: if its lease is not running.
    """
    lease = find(cloud, settings, name)
    if lease is None or lease["status"] != "ACTIVE":
        raise ProvisioningError(f"The reservation {name} is not running (any more). {AGAIN}")
    return str(lease["reservations"][0]["id"])


def end(lease: Lease) -> datetime:
    """Return when a lease ends, in UTC."""
    return datetime.fromisoformat(lease["end_date"]).replace(tzinfo=UTC)


def wanted(cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield, node by node, the changes needed until its lease is running."""
    for node in inventory.nodes(settings):
        lease = find(cloud, settings, node.name)
        if lease is None:
            yield Change(
                f"Reserve {settings.flavor} for {settings.hours} hours (lease {node.name})",
                partial(create, cloud, settings, node.name),
            )
        elif lease["status"] != "ACTIVE":
            yield Change(f"Wait for the lease {node.name}", partial(wait, cloud, settings, node.name))


def create(cloud: Connection, settings: Settings, name: str) -> None:
    """Create a lease for one VM, starting now, and wait until it runs."""
    flavor = cloud.compute.find_flavor(settings.flavor, ignore_missing=False)
    ending = datetime.now(UTC) + timedelta(hours=settings.hours)
    blazar.create(cloud, name, flavor.id, ending)
    wait(cloud, settings, name)


def wait(cloud: Connection, settings: Settings, name: str) -> None:
    """Wait until a lease runs.

    Raises:
        ProvisioningError: if it fails instead.
    """

    def check() -> Lease | None:
        lease = find(cloud, settings, name)
        if lease is None:
            raise ProvisioningError(f"The site could not start the reservation {name}. {AGAIN}")
        return lease if lease["status"] == "ACTIVE" else None

    until(check, f"starting the lease {name}", seconds=START_SECONDS)


def extension(cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield the extension of each running lease.

    Raises:
        ProvisioningError: if none is running.
    """
    running = [lease for lease in all_of(cloud, settings) if lease["status"] == "ACTIVE"]
    if not running:
        raise ProvisioningError(f"No reservation of {settings.name} is running: create one with `up`.")
    for lease in running:
        later = end(lease) + timedelta(hours=settings.hours)
        yield Change(
            f"Extend the lease {lease['name']} by {settings.hours} hours, to {later:%Y-%m-%d %H:%M} UTC",
            partial(blazar.extend, cloud, lease, later),
        )


def unwanted(cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield the deletion of every lease of the deployment, including those that have ended."""
    for lease in all_of(cloud, settings):
        yield Change(
            f"Delete the lease {lease['name']} ({lease['status']})", partial(delete, cloud, settings, lease)
        )


def delete(cloud: Connection, settings: Settings, lease: Lease) -> None:
    """Delete a lease and wait until it is gone; Blazar can't delete a lease while it starts."""
    if lease["status"] not in (*ENDED, "ACTIVE"):
        wait(cloud, settings, lease["name"])
    blazar.delete(cloud, lease)

    def check() -> bool | None:
        return None if any(other["id"] == lease["id"] for other in all_of(cloud, settings)) else True

    until(check, f"deleting the lease {lease['name']}", seconds=START_SECONDS)

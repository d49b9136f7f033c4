"""The floating IP, the first server's public address."""

from collections.abc import Iterator
from functools import partial

from openstack.connection import Connection
from openstack.network.v2.floating_ip import FloatingIP

from chameleon import inventory, server
from chameleon.changes import Change
from chameleon.errors import AGAIN, ProvisioningError
from chameleon.settings import Settings


def all_of(cloud: Connection, settings: Settings) -> list[FloatingIP]:
    """Return the floating IPs that this deployment made."""
    found = cloud.network.ips(project_id=cloud.current_project_id)
    return [ip for ip in found if ip.description == settings.marker]


def find(cloud: Connection, settings: Settings) -> FloatingIP | None:
    """Return the floating IP of the deployment."""
    return next(iter(all_of(cloud, settings)), None)


def wanted(cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield the floating IP, if the first server has none."""
    ip = find(cloud, settings)
    if ip is None:
        yield Change(f"Take a floating IP from {settings.external_network}", partial(create, cloud, settings))
        return
    first = server.find(cloud, inventory.first(settings))
    if first is None or ip.port_id != port_id(cloud, settings):
        yield Change(
            f"Give {ip.floating_ip_address} to the first server", partial(attach, cloud, settings, ip)
        )


def port_id(cloud: Connection, settings: Settings) -> str:
    """Return the network port of the first server.

    Raises:
        ProvisioningError: if the server or its port does not exist.
    """
    first = server.find(cloud, inventory.first(settings))
    ports = list(cloud.network.ports(device_id=first.id)) if first else []
    if not ports:
        raise ProvisioningError(f"The first server has no network port. {AGAIN}")
    return str(ports[0].id)


def create(cloud: Connection, settings: Settings) -> None:
    """Allocate a floating IP for the first server; the same call marks it as this deployment's."""
    pool = cloud.network.find_network(settings.external_network, ignore_missing=False)
    cloud.network.create_ip(
        floating_network_id=pool.id, port_id=port_id(cloud, settings), description=settings.marker
    )


def attach(cloud: Connection, settings: Settings, ip: FloatingIP) -> None:
    """Attach the floating IP, left over from an earlier server, to the present one."""
    cloud.network.update_ip(ip, port_id=port_id(cloud, settings))


def unwanted(cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield the release of every floating IP of this deployment."""
    for ip in all_of(cloud, settings):
        yield Change(f"Release {ip.floating_ip_address}", partial(cloud.network.delete_ip, ip))

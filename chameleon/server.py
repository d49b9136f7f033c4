"""The virtual machines, each started with its user data; a failed one is explained and replaced."""

from collections.abc import Iterator
from functools import partial

from openstack.compute.v2.server import Server
from openstack.connection import Connection

from chameleon import inventory, join_token, key_pair, lease, security_group, user_data
from chameleon.changes import Change
from chameleon.errors import AGAIN, ProvisioningError
from chameleon.inventory import Node
from chameleon.settings import Settings
from chameleon.waiting import until

MARK = "gourmetgram"
BOOT_SECONDS = 600


def all_of(cloud: Connection, settings: Settings) -> list[Server]:
    """Return the servers that this deployment created."""
    return [
        server
        for server in cloud.compute.servers(details=True)
        if settings.owns(server.name) and server.metadata.get(MARK) == settings.name
    ]


def find(cloud: Connection, node: Node) -> Server | None:
    """Return the server of a node.

    Raises:
        ProvisioningError: if a server of that name exists that this deployment did not create.
    """
    found = list(cloud.compute.servers(details=True, name=f"^{node.name}$"))
    if found and MARK not in found[0].metadata:
        raise ProvisioningError(
            f"A server {node.name} exists that is not this deployment's: choose another --name."
        )
    return found[0] if found else None


def fixed_address(server: Server) -> str:
    """Return the server's IPv4 address on its network."""
    addresses = [address for network in server.addresses.values() for address in network]
    return next(str(x["addr"]) for x in addresses if x.get("OS-EXT-IPS:type") == "fixed" and "." in x["addr"])


def wanted(cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield, node by node, the changes needed until every server is ACTIVE."""
    for node in inventory.nodes(settings):
        server = find(cloud, node)
        status = server.status if server else None
        if server is not None and status == "ERROR":
            yield Change(
                f"Delete the server {node.name}, which is in ERROR: {reason(server)}",
                partial(delete, cloud, server),
            )
        if status in (None, "ERROR", "DELETED"):
            yield Change(
                f"Create the server {node.name} ({settings.flavor}, {settings.image})",
                partial(create, cloud, settings, node),
            )
        elif server is not None and status == "SHUTOFF":
            yield Change(f"Start the server {node.name}", partial(start, cloud, server))
        elif server is not None and status != "ACTIVE":
            yield Change(f"Wait for the server {node.name} ({status})", partial(wait, cloud, server))


def create(cloud: Connection, settings: Settings, node: Node) -> None:
    """Start a server in the reservation, and wait until it is ACTIVE.

    Raises:
        ProvisioningError: if it ends in ERROR, with the reason that Nova gives.
    """
    reservation = lease.reservation(cloud, settings, node.name)
    server = cloud.compute.create_server(
        name=node.name,
        image_id=image_id(cloud, settings.image),
        flavor_id=cloud.compute.find_flavor(f"reservation:{reservation}", ignore_missing=False).id,
        networks=[{"uuid": cloud.network.find_network(settings.network, ignore_missing=False).id}],
        security_groups=[{"name": security_group.made(cloud, settings).id}],
        key_name=key_pair.name(settings),
        metadata={MARK: settings.name},
        user_data=user_data.encoded(settings, node, server_address(cloud, settings, node)),
    )
    wait(cloud, server)


def image_id(cloud: Connection, name: str) -> str:
    """Return the newest image of a name; sites keep older ones under the same name."""
    images = list(cloud.image.images(name=name, status="active"))
    if not images:
        raise ProvisioningError(f"The site has no image {name}.")
    return str(max(images, key=lambda image: image.created_at).id)


def server_address(cloud: Connection, settings: Settings, node: Node) -> str:
    """Return the address that an agent joins, or an empty string for the server itself.

    Raises:
        ProvisioningError: if this machine doesn't have the join token, or there is no first server.
    """
    if node.role == "server":
        return ""
    if not join_token.path(settings).exists():
        raise ProvisioningError(
            f"Add nodes from the machine that created the first one: it has {join_token.path(settings)}."
        )
    first = find(cloud, inventory.first(settings))
    if first is None:
        raise ProvisioningError(f"The first server, which {node.name} should join, is gone. {AGAIN}")
    return fixed_address(first)


def wait(cloud: Connection, server: Server) -> None:
    """Wait until a server is ACTIVE.

    Raises:
        ProvisioningError: if it ends in ERROR, with the reason that Nova gives.
    """

    def check() -> bool | None:
        now = cloud.compute.get_server(server.id)
        if now.status == "ERROR":
            raise ProvisioningError(f"The server {server.name} went to ERROR: {reason(now)} {AGAIN}")
        return True if now.status == "ACTIVE" else None

    until(check, f"starting the server {server.name}", seconds=BOOT_SECONDS)


def reason(server: Server) -> str:
    """Return the reason that Nova gives for a server's ERROR."""
    return str((server.fault or {}).get("message", "no reason given"))


def start(cloud: Connection, server: Server) -> None:
    """Start a server that was shut off."""
    cloud.compute.start_server(server)
    wait(cloud, server)


def delete(cloud: Connection, server: Server) -> None:
    """Delete a server and wait until it is gone."""
    cloud.compute.delete_server(server)

    def check() -> bool | None:
        return None if any(other.id == server.id for other in cloud.compute.servers()) else True

    until(check, f"deleting the server {server.name}", seconds=BOOT_SECONDS)


def unwanted(cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield the removal of every server of this deployment."""
    for server in all_of(cloud, settings):
        yield Change(f"Delete the server {server.name}", partial(delete, cloud, server))

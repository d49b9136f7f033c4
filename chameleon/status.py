"""Lists a deployment's resources and addresses."""

from collections.abc import Iterator

from openstack.connection import Connection

from chameleon import address, application, lease, security_group, server
from chameleon.settings import Settings

Line = tuple[str, str]


def lines(cloud: Connection, settings: Settings) -> Iterator[Line]:
    """Yield (kind, state) of everything that exists: first the resources, then the addresses."""
    for reservation in lease.all_of(cloud, settings):
        yield "lease", f"{reservation['status']} until {lease.end(reservation):%Y-%m-%d %H:%M} UTC"
    group = security_group.find(cloud, settings)
    if group:
        opened = sorted(str(rule) for rule in security_group.existing(group))
        yield "open", ", ".join(opened)
    for machine in server.all_of(cloud, settings):
        yield "server", f"{machine.name} {machine.status}"
    ip = address.find(cloud, settings)
    if ip:
        yield from addresses(ip.floating_ip_address)


def addresses(ip: str) -> Iterator[Line]:
    """Yield each service's address, whether the web application answers, and how to get the credentials."""
    yield "answers", "yes" if application.answers(ip) else "not yet"
    for port, service in security_group.PORTS.items():
        yield service, f"ssh cc@{ip}" if service == "SSH" else f"http://{ip}:{port}"
    yield "credentials", f"ssh cc@{ip} sudo gourmetgram-credentials"

"""Firewall rules: SSH and the web application are open to everybody, the tools only to the caller."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from openstack.connection import Connection
from openstack.network.v2.security_group import SecurityGroup

from chameleon import caller
from chameleon.changes import Change
from chameleon.errors import AGAIN, ProvisioningError
from chameleon.settings import EVERYWHERE, Settings

PORTS = {
    22: "SSH",
    5000: "web application",
    8000: "predictor",
    8888: "Jupyter",
    3000: "Grafana",
    9090: "Prometheus",
    8080: "Label Studio",
}
PUBLIC = (22, 5000)


class Rule(NamedTuple):
    """An ingress rule: a TCP port for a range of addresses, or all traffic between the nodes."""

    port: int | None
    cidr: str | None

    def __str__(self) -> str:
        return f"port {self.port} to {self.cidr}" if self.port else "everything between the nodes"


def rules(settings: Settings) -> set[Rule]:
    """Return the rules that the group should have; nodes can reach each other, whatever their number."""
    tools = EVERYWHERE if settings.open_all else settings.allow_from or caller.network()
    return {Rule(None, None)} | {Rule(port, EVERYWHERE if port in PUBLIC else tools) for port in PORTS}


def find(cloud: Connection, settings: Settings) -> SecurityGroup | None:
    """Return the group that this deployment made.

    Raises:
        ProvisioningError: if a group of that name exists that this deployment did not create.
    """
    groups = list(cloud.network.security_groups(name=settings.name, project_id=cloud.current_project_id))
    ours = [group for group in groups if group.description == settings.marker]
    if groups and not ours:
        raise ProvisioningError(
            f"A security group {settings.name} exists that is not this deployment's: choose another --name."
        )
    return ours[0] if ours else None


def made(cloud: Connection, settings: Settings) -> SecurityGroup:
    """Return the group, which must exist by now.

    Raises:
        ProvisioningError: if it is gone.
    """
    group = find(cloud, settings)
    if group is None:
        raise ProvisioningError(f"The security group {settings.name} is gone. {AGAIN}")
    return group


def existing(group: SecurityGroup) -> dict[Rule, str]:
    """Return the group's ingress rules with their ids; a rule of any other shape counts as unknown."""
    found = {}
    for rule in group.security_group_rules:
        if rule["direction"] == "ingress":
            found[_read(rule, group.id)] = rule["id"]
    return found


def _read(rule: dict[str, object], group_id: str) -> Rule:
    if rule["protocol"] == "tcp" and rule["port_range_min"] == rule["port_range_max"]:
        return Rule(rule["port_range_min"], rule["remote_ip_prefix"] or EVERYWHERE)  # type: ignore[arg-type]
    if rule["protocol"] is None and rule["remote_group_id"] == group_id and rule["ethertype"] == "IPv4":
        return Rule(None, None)
    return Rule(None, str(rule["id"]))


def wanted(cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield the group if it is missing, then each rule that is missing or superfluous."""
    group = find(cloud, settings)
    if group is None:
        yield Change(f"Create the security group {settings.name}", partial(create, cloud, settings))
    target = rules(settings)
    have = existing(group) if group else {}
    for rule in sorted(target - have.keys(), key=str):
        yield Change(f"Open {rule}", partial(_open, cloud, settings, rule))
    for rule in have.keys() - target:
        yield Change(f"Close {rule}", partial(cloud.network.delete_security_group_rule, have[rule]))


def create(cloud: Connection, settings: Settings) -> None:
    """Create the group, without rules yet."""
    cloud.network.create_security_group(name=settings.name, description=settings.marker)


def _open(cloud: Connection, settings: Settings, rule: Rule) -> None:
    group_id = made(cloud, settings).id
    source = {"remote_ip_prefix": rule.cidr} if rule.port else {"remote_group_id": group_id}
    ports = {"protocol": "tcp", "port_range_min": rule.port, "port_range_max": rule.port} if rule.port else {}
    cloud.network.create_security_group_rule(
        security_group_id=group_id, direction="ingress", ethertype="IPv4", **source, **ports
    )


def unwanted(cloud: Connection, settings: Settings) -> Iterator[Change]:
    """Yield the removal of the group with its rules."""
    for group in cloud.network.security_groups(name=settings.name, project_id=cloud.current_project_id):
        if group.description == settings.marker:
            yield Change(
                f"Delete the security group {settings.name}",
                partial(cloud.network.delete_security_group, group.id),
            )

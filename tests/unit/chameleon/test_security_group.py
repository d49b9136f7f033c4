"""The security group: which rules it should have, and how it gets there."""

import dataclasses

import pytest
import requests_mock
import yaml
from openstack.connection import Connection

from chameleon import security_group
from chameleon.errors import ProvisioningError
from chameleon.security_group import Rule
from chameleon.settings import Settings
from chameleon.user_data import VM

BETWEEN = Rule(None, None)
GROUPS = "http://neutron.test/v2.0/security-groups"


def a_group(
    *rules: dict[str, object], description: str = "Made by GourmetGram for gg-alice"
) -> dict[str, object]:
    return {"id": "group-id", "name": "gg-alice", "description": description, "security_group_rules": rules}


def a_rule(port: int, cidr: str | None) -> dict[str, object]:
    return {
        "id": f"rule-{port}",
        "direction": "ingress",
        "protocol": "tcp",
        "ethertype": "IPv4",
        "port_range_min": port,
        "port_range_max": port,
        "remote_ip_prefix": cidr,
        "remote_group_id": None,
    }


def test_only_ssh_and_the_web_application_are_open_to_the_world(settings: Settings) -> None:
    opened = {rule.port for rule in security_group.rules(settings) if rule.cidr == "0.0.0.0/0"}
    assert opened == {22, 5000}


def test_every_port_of_the_course_can_be_opened_to_the_world(settings: Settings) -> None:
    rules = security_group.rules(dataclasses.replace(settings, open_all=True))
    assert rules - {BETWEEN} == {Rule(port, "0.0.0.0/0") for port in (22, 3000, 5000, 8000, 8080, 8888, 9090)}


def test_nodes_reach_each_other_whatever_number_is_asked_for_later(settings: Settings) -> None:
    assert BETWEEN in security_group.rules(settings)
    assert BETWEEN in security_group.rules(dataclasses.replace(settings, nodes=2))


def test_rules_of_an_existing_group_are_reconciled(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings
) -> None:
    rules = [a_rule(22, None), a_rule(5000, "0.0.0.0/0"), a_rule(8080, "198.51.100.1/32")]
    http.get(GROUPS, json={"security_groups": [a_group(*rules)]})
    assert [change.sentence for change in security_group.wanted(cloud, settings)] == [
        "Open everything between the nodes",
        "Open port 3000 to 192.0.2.7/32",
        "Open port 8000 to 192.0.2.7/32",
        "Open port 8080 to 192.0.2.7/32",
        "Open port 8888 to 192.0.2.7/32",
        "Open port 9090 to 192.0.2.7/32",
        "Close port 8080 to 198.51.100.1/32",
    ]


def test_a_rule_of_another_shape_is_closed(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings
) -> None:
    every_port = a_rule(1, "0.0.0.0/0") | {"port_range_max": 65535}
    http.get(GROUPS, json={"security_groups": [a_group(every_port)]})
    closed = [c.sentence for c in security_group.wanted(cloud, settings) if c.sentence.startswith("Close")]
    assert len(closed) == 1


def test_a_group_that_somebody_else_made_is_left_alone(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings
) -> None:
    http.get(GROUPS, json={"security_groups": [a_group(description="mine")]})
    assert list(security_group.unwanted(cloud, settings)) == []
    with pytest.raises(ProvisioningError, match="choose another --name"):
        security_group.find(cloud, settings)


def test_the_machine_serves_the_ports_that_the_group_opens() -> None:
    services = [x for x in yaml.safe_load_all((VM / "ports.yaml").read_text()) if x["kind"] == "Service"]
    served = {port["port"] for service in services for port in service["spec"]["ports"]}
    assert served == set(security_group.PORTS) - {22}

"""With several nodes, each has its own lease, and agents get the first one's address."""

import base64

import pytest
import yaml
from openstack.connection import Connection

from tests.openstack.conftest import Chameleon, Site, count


def variables(site: Site, server_id: str) -> dict[str, str]:
    """Return the variables in a server's user data, as stored by Nova."""
    answer = site.admin.compute.get(f"/servers/{server_id}", microversion="2.3").json()["server"]
    told = yaml.safe_load(base64.b64decode(answer["OS-EXT-SRV-ATTR:user_data"]))
    return dict(line.split("=", 1) for line in told["write_files"][0]["content"].splitlines())


def test_a_cluster_of_three_grows_from_one(
    chameleon: Chameleon, alice: Connection, site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    assert chameleon("up", "--flavor", "m1.small") == 0
    assert chameleon("up", "--flavor", "m1.small", "--nodes", "3") == 0
    assert count(alice)["leases"] == 3
    first, *agents = sorted(alice.compute.servers(), key=lambda server: server.name)
    [address] = first.addresses["sharednet1"]
    token = variables(site, first.id)["JOIN_TOKEN"]
    for agent in agents:
        told = variables(site, agent.id)
        assert told["NODE_ROLE"] == "agent"
        assert (told["SERVER_ADDRESS"], told["JOIN_TOKEN"]) == (address["addr"], token)
    [group] = alice.network.security_groups(name="gg-alice")
    between = [rule for rule in group.security_group_rules if rule["remote_group_id"] == group.id]
    assert len(between) == 1
    said = capfd.readouterr()
    assert token not in said.out + said.err

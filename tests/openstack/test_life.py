"""A deployment's life on a real OpenStack: up, status, up again, extend, down."""

from datetime import timedelta

import pytest
from openstack.connection import Connection

from chameleon import blazar, lease
from tests.openstack.conftest import Chameleon, count, resources

NOTHING = "nothing          is there under the name gg-alice"


def test_from_nothing_to_the_running_system_and_back(
    chameleon: Chameleon, alice: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = count(alice)
    assert chameleon("up") == 0
    made = {kind: number - empty[kind] for kind, number in count(alice).items()}
    ports_and_egress = 7 + 2
    assert made == {
        "servers": 1,
        "key pairs": 1,
        "leases": 1,
        "floating IPs": 1,
        "ports": 1,
        "security groups": 1,
        "rules": ports_and_egress,
    }
    said = capsys.readouterr().out
    assert "gg-alice-1 ACTIVE" in said
    assert "answers          yes" in said
    assert "ssh cc@127.77.0." in said


def test_up_again_changes_nothing(
    chameleon: Chameleon, alice: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chameleon("up") == 0
    made = resources(alice)
    capsys.readouterr()
    assert chameleon("up") == 0
    assert "Nothing to do." in capsys.readouterr().out
    assert resources(alice) == made


def test_a_lease_can_be_extended(chameleon: Chameleon, alice: Connection) -> None:
    assert chameleon("up") == 0
    [before] = blazar.leases(alice)
    assert chameleon("extend", "--hours", "48") == 0
    [after] = blazar.leases(alice)
    assert lease.end(after) - lease.end(before) == timedelta(hours=48)


@pytest.mark.parametrize("action", ["up", "down"])
def test_a_dry_run_changes_nothing(
    chameleon: Chameleon, alice: Connection, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    assert action == "up" or chameleon("up") == 0
    before = resources(alice)
    capsys.readouterr()
    assert chameleon(action, "--dry-run") == 0
    assert resources(alice) == before
    said = capsys.readouterr().out
    assert said.count("Would: ") == {"up": 13, "down": 6}[action]


def test_what_somebody_else_made_in_the_project_stays(chameleon: Chameleon, alice: Connection) -> None:
    group = alice.network.create_security_group(name="gg-alice-notes", description="mine")
    key = alice.compute.create_keypair(name="gg-alice-laptop")
    theirs = resources(alice)
    assert chameleon("up") == 0
    assert chameleon("down") == 0
    assert resources(alice) == theirs
    alice.network.delete_security_group(group)
    alice.compute.delete_keypair(key)


def test_nothing_is_said_plainly_where_nothing_is(
    chameleon: Chameleon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chameleon("status") == 0
    assert NOTHING in capsys.readouterr().out


def test_rules_follow_the_options(chameleon: Chameleon, alice: Connection) -> None:
    assert chameleon("up") == 0
    assert chameleon("up", "--open-all") == 0
    [group] = alice.network.security_groups(name="gg-alice")
    ingress = [rule for rule in group.security_group_rules if rule["direction"] == "ingress"]
    assert {rule["remote_ip_prefix"] for rule in ingress} == {"0.0.0.0/0"}

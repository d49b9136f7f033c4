"""A deployment's life cycle on a real OpenStack: up, status, up again, extend, down."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from openstack.connection import Connection

from chameleon import blazar, lease
from tests.openstack.conftest import Chameleon, commands, count, resources

Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module", autouse=True)
def things_of_somebody_else(alice: Connection) -> Iterator[None]:
    """Create resources similar to ours; they must still exist after ours are deleted."""
    group = alice.network.create_security_group(name="gg-alice-notes", description="mine")
    key = alice.compute.create_keypair(name="gg-alice-laptop")
    yield
    alice.network.delete_security_group(group)
    alice.compute.delete_keypair(key)


@pytest.fixture(scope="module")
def standing(
    things_of_somebody_else: None, alice: Connection, options: list[str], web_applications: int
) -> Iterator[tuple[Chameleon, dict[str, int]]]:
    """Return the command and the number of resources that it created, by kind."""
    del things_of_somebody_else
    with commands(alice, options, web_applications) as run:
        before = count(alice)
        assert run("up") == 0
        yield run, {kind: number - before[kind] for kind, number in count(alice).items()}


@pytest.fixture
def chameleon(standing: tuple[Chameleon, dict[str, int]]) -> Chameleon:
    return standing[0]


def test_up_makes_one_of_each_and_a_rule_for_each_port(
    standing: tuple[Chameleon, dict[str, int]],
) -> None:
    ports_nodes_and_egress = 7 + 1 + 2
    one = dict.fromkeys(("servers", "key pairs", "leases", "floating IPs", "ports", "security groups"), 1)
    assert standing[1] == one | {"rules": ports_nodes_and_egress}


def test_status_tells_what_there_is_and_how_to_reach_it(chameleon: Chameleon, capsys: Output) -> None:
    assert chameleon("status") == 0
    said = capsys.readouterr().out
    assert "gg-alice-1 ACTIVE" in said
    assert "answers          yes" in said
    assert "ssh cc@127.77.0." in said
    assert "sudo gourmetgram-credentials" in said


def test_up_again_changes_nothing(chameleon: Chameleon, alice: Connection, capsys: Output) -> None:
    made = resources(alice)
    assert chameleon("up") == 0
    assert "Nothing to do." in capsys.readouterr().out
    assert resources(alice) == made


def test_a_dry_run_of_down_names_everything_and_deletes_nothing(
    chameleon: Chameleon, alice: Connection, capsys: Output
) -> None:
    made = resources(alice)
    assert chameleon("down", "--dry-run") == 0
    assert capsys.readouterr().out.count("Would: ") == 6
    assert resources(alice) == made


def test_a_lease_can_be_extended(chameleon: Chameleon, alice: Connection) -> None:
    [before] = blazar.leases(alice)
    assert chameleon("extend", "--hours", "48") == 0
    [after] = blazar.leases(alice)
    assert lease.end(after) - lease.end(before) == timedelta(hours=48)


def test_rules_follow_the_options(chameleon: Chameleon, alice: Connection) -> None:
    assert chameleon("up", "--open-all") == 0
    [group] = alice.network.security_groups(name="gg-alice")
    ingress = [rule for rule in group.security_group_rules if rule["direction"] == "ingress"]
    assert {rule["remote_ip_prefix"] for rule in ingress if rule["protocol"]} == {"0.0.0.0/0"}


def test_another_name_is_another_deployment(chameleon: Chameleon, capsys: Output) -> None:
    assert chameleon("status", "--name", "gg-bob") == 0
    assert "nothing          is there under the name gg-bob" in capsys.readouterr().out
    assert chameleon("up", "--name", "gg-bob", "--dry-run") == 0
    assert capsys.readouterr().out.count("Would: ") == 14

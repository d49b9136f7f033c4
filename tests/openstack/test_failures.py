"""Whatever a real OpenStack refuses, the command says it, a second run finishes, and down leaves nothing."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from openstack.connection import Connection

from chameleon import blazar
from tests.openstack.conftest import Chameleon, Site
from tests.openstack.stack import services
from tests.openstack.stack.processes import wait_for

Fails = Callable[..., None]
Quota = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def fails(chameleon: Chameleon, capsys: pytest.CaptureFixture[str]) -> Fails:
    """Run `up`, which must end with a sentence that has these words."""

    def run(words: str) -> None:
        assert chameleon("up") == 1
        assert words in capsys.readouterr().out.splitlines()[-1]

    return run


@pytest.fixture
def quota(site: Site, alice: Connection) -> Quota:
    """Let the project have only so many of something for a while."""
    paths = {"compute": ("/os-quota-sets", "quota_set"), "network": ("/quotas", "quota")}

    @contextmanager
    def set_to(service: str, limit: dict[str, int]) -> Iterator[None]:
        path, key = paths[service]
        url = f"{path}/{alice.current_project_id}"
        getattr(site.admin, service).put(url, json={key: limit}).raise_for_status()
        yield
        getattr(site.admin, service).delete(url).raise_for_status()

    return set_to


def drop(connection: Connection, lease_id: str) -> None:
    """Delete a lease, as soon as Blazar does so."""
    wait_for(lambda: connection.reservation.delete(f"/leases/{lease_id}").status_code < 300, "the deletion")


def test_no_capacity(chameleon: Chameleon, site: Site, fails: Fails) -> None:
    large = site.admin.compute.find_flavor("m1.large", ignore_missing=False)
    blazar.create(site.admin, "everything", large.id, datetime.now(UTC) + timedelta(days=1))
    fails("No VM of this size is free now")
    [taken] = blazar.leases(site.admin)
    drop(site.admin, taken["id"])
    assert chameleon("up") == 0


@pytest.mark.parametrize(
    ("service", "limit"),
    [
        ("compute", {"key_pairs": 0}),
        ("compute", {"instances": 0}),
        ("network", {"security_group": 1}),
        ("network", {"security_group_rule": 8}),
        ("network", {"floatingip": 0}),
        ("network", {"port": 0}),
    ],
)
def test_a_quota_that_is_used_up(
    chameleon: Chameleon, quota: Quota, fails: Fails, service: str, limit: dict[str, int]
) -> None:
    with quota(service, limit):
        fails("uota")
    assert chameleon("up") == 0


def test_no_floating_ip_is_left(chameleon: Chameleon, site: Site, fails: Fails) -> None:
    pool = site.admin.network.find_network("public", ignore_missing=False)
    taken = []
    while (answer := take_ip(site.admin, pool.id)) is not None:
        taken.append(answer)
    fails("No more IP addresses available")
    for ip in taken:
        site.admin.network.delete_ip(ip)
    assert chameleon("up") == 0


def take_ip(admin: Connection, pool: str) -> str | None:
    """Return a new floating IP's id, or None if there is none left."""
    answer = admin.network.post("/floatingips", json={"floatingip": {"floating_network_id": pool}})
    return str(answer.json()["floatingip"]["id"]) if answer.ok else None


def test_a_server_that_no_host_takes_is_replaced(
    chameleon: Chameleon, site: Site, fails: Fails, capsys: pytest.CaptureFixture[str]
) -> None:
    host = next(x for x in site.admin.compute.services() if x.binary == "nova-compute")
    site.admin.compute.disable_service(host, host.host, host.binary)
    fails("gg-alice-1 went to ERROR: No valid host was found")
    site.admin.compute.enable_service(host, host.host, host.binary)
    assert chameleon("up") == 0
    assert "Delete the server gg-alice-1, which is in ERROR: No valid host" in capsys.readouterr().out


def test_a_server_that_breaks_later_is_replaced(chameleon: Chameleon, site: Site, alice: Connection) -> None:
    assert chameleon("up") == 0
    [broken] = alice.compute.servers()
    site.admin.compute.reset_server_state(broken, "error")
    assert chameleon("up") == 0
    [server] = alice.compute.servers()
    assert server.status == "ACTIVE"
    assert server.id != broken.id


def test_a_server_that_was_shut_off_is_started(chameleon: Chameleon, alice: Connection) -> None:
    assert chameleon("up") == 0
    [server] = alice.compute.servers()
    alice.compute.stop_server(server)
    alice.compute.wait_for_server(server, status="SHUTOFF")
    assert chameleon("up") == 0
    assert alice.compute.get_server(server).status == "ACTIVE"


def test_a_lease_that_ended_is_made_anew(chameleon: Chameleon, alice: Connection) -> None:
    assert chameleon("up") == 0
    [lease] = blazar.leases(alice)
    blazar.extend(alice, lease, datetime.now(UTC) + timedelta(seconds=65))
    wait_for(lambda: blazar.leases(alice)[0]["status"] == "TERMINATED", "the lease's end")
    assert chameleon("up") == 0
    assert sorted(x["status"] for x in blazar.leases(alice)) == ["ACTIVE", "TERMINATED"]


def test_a_lease_that_somebody_deleted_is_made_anew(chameleon: Chameleon, alice: Connection) -> None:
    assert chameleon("up") == 0
    [lease] = blazar.leases(alice)
    drop(alice, lease["id"])
    assert chameleon("up") == 0


def test_a_restricted_application_credential(
    chameleon: Chameleon, fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OS_CLOUD", "restricted")
    fails("Is the application credential unrestricted?")
    monkeypatch.setenv("OS_CLOUD", "kvm")
    assert chameleon("up") == 0


def test_an_application_credential_that_was_deleted(
    chameleon: Chameleon, alice: Connection, fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = alice.identity.create_application_credential(alice.current_user_id, name="short")
    monkeypatch.setenv("OS_AUTH_TYPE", "v3applicationcredential")
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_ID", made.id)
    alice.identity.delete_application_credential(alice.current_user_id, made)
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_SECRET", made.secret)
    monkeypatch.setenv("OS_CLOUD", "envvars")
    monkeypatch.setenv("OS_AUTH_URL", alice.config.config["auth"]["auth_url"])
    fails("make a new application credential")
    monkeypatch.setenv("OS_CLOUD", "kvm")
    assert chameleon("up") == 0


@pytest.mark.parametrize("service", ["neutron", "nova", "glance", "blazar", "keystone"])
def test_a_service_that_is_away(chameleon: Chameleon, site: Site, fails: Fails, service: str) -> None:
    site.stack.processes.stop(service)
    fails("connection to the site was lost")
    services.start_api(site.stack, service)
    assert chameleon("up") == 0


def test_the_reservation_service_that_is_missing(chameleon: Chameleon, site: Site, fails: Fails) -> None:
    [blazar_service] = [x for x in site.admin.identity.services() if x.type == "reservation"]
    site.admin.identity.update_service(blazar_service, is_enabled=False)
    fails("lacks a service")
    site.admin.identity.update_service(blazar_service, is_enabled=True)
    assert chameleon("up") == 0

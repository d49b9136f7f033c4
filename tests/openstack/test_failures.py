"""The command explains what a real OpenStack refuses; a second run finishes, and `down` cleans up."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from openstack.connection import Connection

from chameleon import blazar
from tests.openstack.conftest import Chameleon, Site
from tests.openstack.stack import services
from tests.openstack.stack.processes import wait_for

Fails = Callable[[str], str]
Quota = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def fails(chameleon: Chameleon, capsys: pytest.CaptureFixture[str]) -> Fails:
    """Return a function that runs `up`, which must fail with these words, and returns its output."""

    def run(words: str) -> str:
        assert chameleon("up") == 1
        said = capsys.readouterr().out
        assert words in said.splitlines()[-1]
        return said

    return run


@pytest.fixture
def quota(site: Site, alice: Connection) -> Quota:
    """Return a function that sets a quota of the project for the duration of the test."""
    paths = {"compute": ("/os-quota-sets", "quota_set"), "network": ("/quotas", "quota")}

    @contextmanager
    def set_to(service: str, limit: dict[str, int]) -> Iterator[None]:
        path, key = paths[service]
        url = f"{path}/{alice.current_project_id}"
        getattr(site.admin, service).put(url, json={key: limit}).raise_for_status()
        try:
            yield
        finally:
            getattr(site.admin, service).delete(url).raise_for_status()

    return set_to


def drop(connection: Connection, lease_id: str) -> None:
    """Delete a lease as soon as Blazar allows it."""
    wait_for(lambda: connection.reservation.delete(f"/leases/{lease_id}").status_code < 300, "the deletion")


def test_quotas_that_are_used_up_one_after_the_other(
    chameleon: Chameleon, quota: Quota, fails: Fails
) -> None:
    for service, limit, words in (
        ("compute", {"key_pairs": 0}, "Quota exceeded, too many key pairs"),
        ("network", {"security_group": 1}, "Quota exceeded for resources: ['security_group']"),
        ("network", {"security_group_rule": 8}, "Quota exceeded for resources: ['security_group_rule']"),
        ("compute", {"instances": 0}, "Quota exceeded for instances"),
        ("network", {"port": 0}, "Maximum number of ports exceeded"),
        ("network", {"floatingip": 0}, "Quota exceeded for resources: ['floatingip']"),
    ):
        with quota(service, limit):
            fails(words)
    assert chameleon("up") == 0


def test_a_site_that_is_full(chameleon: Chameleon, site: Site, fails: Fails) -> None:
    with every_host_reserved(site.admin):
        fails("No VM of this size is free now")
    with no_host_up(site.admin):
        fails("gg-alice-1 went to ERROR: No valid host was found")
    with every_floating_ip_taken(site.admin):
        said = fails("No more IP addresses available")
    assert "Delete the server gg-alice-1, which is in ERROR: No valid host" in said
    assert chameleon("up") == 0


@contextmanager
def every_host_reserved(admin: Connection) -> Iterator[None]:
    """Let somebody else lease everything."""
    large = admin.compute.find_flavor("m1.large", ignore_missing=False)
    blazar.create(admin, "everything", large.id, datetime.now(UTC) + timedelta(days=1))
    try:
        yield
    finally:
        for lease in blazar.leases(admin):
            if lease["name"] == "everything":
                drop(admin, lease["id"])


@contextmanager
def no_host_up(admin: Connection) -> Iterator[None]:
    """Close the only host to new servers."""
    host = next(x for x in admin.compute.services() if x.binary == "nova-compute")
    admin.compute.disable_service(host)
    try:
        yield
    finally:
        admin.compute.enable_service(host)


@contextmanager
def every_floating_ip_taken(admin: Connection) -> Iterator[None]:
    """Let somebody else take all floating IPs."""
    pool = admin.network.find_network("public", ignore_missing=False)
    taken: list[str] = []
    while (
        answer := admin.network.post("/floatingips", json={"floatingip": {"floating_network_id": pool.id}})
    ).ok:
        taken.append(answer.json()["floatingip"]["id"])
    try:
        yield
    finally:
        for ip in taken:
            admin.network.delete_ip(ip)


def test_services_that_are_away_one_after_the_other(chameleon: Chameleon, site: Site, fails: Fails) -> None:
    for service in ("keystone", "nova", "blazar", "neutron", "glance"):
        site.stack.processes.stop(service)
        try:
            fails("connection to the site was lost")
        finally:
            services.start_api(site.stack, service)
    assert chameleon("up") == 0


@contextmanager
def trusts_refused(stack: services.Stack) -> Iterator[None]:
    """Make Keystone forbid trusts for application credentials, which Blazar needs."""
    file = stack.folder / "keystone.conf"
    allowed = file.read_text()
    try:
        file.write_text(allowed.replace("trust_escalation = true", "trust_escalation = false"))
        restart(stack, "keystone")
        yield
    finally:
        file.write_text(allowed)
        restart(stack, "keystone")


def restart(stack: services.Stack, service: str) -> None:
    """Stop a service and start it."""
    stack.processes.stop(service)
    services.start_api(stack, service)


def test_credentials_that_do_not_do(
    chameleon: Chameleon, site: Site, alice: Connection, fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trusts_refused(site.stack):
        fails("Is the application credential unrestricted?")
    gone = alice.identity.create_application_credential(alice.current_user_id, name="gone")
    alice.identity.delete_application_credential(alice.current_user_id, gone)
    monkeypatch.setenv("OS_CLOUD", "envvars")
    monkeypatch.setenv("OS_AUTH_TYPE", "v3applicationcredential")
    monkeypatch.setenv("OS_AUTH_URL", site.stack.auth_url)
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_ID", gone.id)
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_SECRET", gone.secret)
    fails("make a new application credential")
    monkeypatch.setenv("OS_CLOUD", "kvm")
    assert chameleon("up") == 0


def test_a_site_without_reservations(chameleon: Chameleon, site: Site, fails: Fails) -> None:
    [service] = [x for x in site.admin.identity.services() if x.type == "reservation"]
    site.admin.identity.update_service(service, is_enabled=False)
    try:
        fails("lacks a service")
    finally:
        site.admin.identity.update_service(service, is_enabled=True)
    assert chameleon("down") == 0


def test_a_server_that_was_shut_off_is_started_and_one_that_broke_is_replaced(
    chameleon: Chameleon, site: Site, alice: Connection
) -> None:
    assert chameleon("up") == 0
    [first] = alice.compute.servers()
    alice.compute.stop_server(first)
    alice.compute.wait_for_server(first, status="SHUTOFF", wait=300)
    assert chameleon("up") == 0
    assert alice.compute.get_server(first).status == "ACTIVE"
    site.admin.compute.reset_server_state(first, "error")
    assert chameleon("up") == 0
    [server] = alice.compute.servers()
    assert (server.status, server.id == first.id) == ("ACTIVE", False)


def test_a_lease_that_ended_or_was_deleted_is_made_anew(chameleon: Chameleon, alice: Connection) -> None:
    assert chameleon("up") == 0
    [lease] = blazar.leases(alice)
    blazar.extend(alice, lease, datetime.now(UTC) + timedelta(seconds=65))
    wait_for(lambda: blazar.leases(alice)[0]["status"] == "TERMINATED", "the lease's end")
    assert chameleon("up") == 0
    assert sorted(x["status"] for x in blazar.leases(alice)) == ["ACTIVE", "TERMINATED"]
    for lease in blazar.leases(alice):
        drop(alice, lease["id"])
    assert chameleon("up") == 0

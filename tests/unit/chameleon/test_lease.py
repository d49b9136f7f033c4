"""Leases: the requests to Blazar, and the meaning of its responses."""

from datetime import UTC, datetime

import pytest
import requests_mock
from openstack.connection import Connection

from chameleon import blazar, lease, waiting
from chameleon.errors import ProvisioningError
from chameleon.settings import Settings

LEASES = "http://blazar.test/v1/leases"


def a_lease(**changes: object) -> dict[str, object]:
    found = {
        "id": "lease-id",
        "name": "gg-alice-1",
        "user_id": "alice-id",
        "status": "ACTIVE",
        "end_date": "2030-01-01T10:00:00.000000",
        "reservations": [{"id": "reservation-id"}],
    }
    return found | changes


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting.time, "sleep", lambda _: None)


def test_nothing_is_wanted_while_the_lease_runs(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings
) -> None:
    http.get(LEASES, json={"leases": [a_lease()]})
    assert list(lease.wanted(cloud, settings)) == []


@pytest.mark.parametrize("other", [{"user_id": "bob-id"}, {"name": "gg-alice-b-1"}, {"name": "gg-alice"}])
def test_leases_of_others_are_not_ours(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings, other: dict[str, str]
) -> None:
    http.get(LEASES, json={"leases": [a_lease(**other)]})
    assert lease.all_of(cloud, settings) == []


@pytest.mark.parametrize("status", ["TERMINATED", "ERROR"])
def test_a_lease_that_ended_is_replaced(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings, status: str
) -> None:
    http.get(LEASES, json={"leases": [a_lease(status=status)]})
    assert [change.sentence for change in lease.wanted(cloud, settings)] == [
        "Reserve m1.medium for 24 hours (lease gg-alice-1)"
    ]


def test_of_two_leases_with_one_name_the_running_one_counts(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings
) -> None:
    http.get(LEASES, json={"leases": [a_lease(id="new", status="PENDING"), a_lease()]})
    found = lease.find(cloud, settings, "gg-alice-1")
    assert found is not None
    assert found["id"] == "lease-id"


def test_a_lease_is_asked_for_with_all_that_blazar_demands(
    cloud: Connection, http: requests_mock.Mocker
) -> None:
    http.post(LEASES, json={}, status_code=201)
    blazar.create(cloud, "gg-alice-1", "flavor-id", datetime(2030, 1, 2, 3, 4, tzinfo=UTC))
    sent = http.last_request.json() if http.last_request else {}
    assert sent["start_date"] == "now"
    assert sent["end_date"] == "2030-01-02 03:04"
    assert sent["reservations"][0]["affinity"] is None


@pytest.mark.parametrize(
    ("status", "words", "sentence"),
    [
        (500, "Not enough hosts available", "No VM of this size is free now"),
        (500, "Trust creation failed", "Is the application credential unrestricted?"),
        (402, "Usage over balance", "Usage over balance"),
    ],
)
def test_a_refusal_says_what_it_means(
    cloud: Connection, http: requests_mock.Mocker, status: int, words: str, sentence: str
) -> None:
    http.post(LEASES, json={"error_message": words}, status_code=status)
    with pytest.raises(ProvisioningError) as failure:
        blazar.create(cloud, "gg-alice-1", "flavor-id", datetime.now(UTC))
    assert sentence in str(failure.value)


def test_a_refusal_without_words_is_told_by_its_status(cloud: Connection, http: requests_mock.Mocker) -> None:
    http.get(LEASES, text="<html>", status_code=502, reason="Bad Gateway")
    with pytest.raises(ProvisioningError, match="HTTP 502 Bad Gateway"):
        blazar.leases(cloud)


def test_a_lease_that_fails_while_it_starts_is_told(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings
) -> None:
    starting, failed = a_lease(status="STARTING"), a_lease(status="ERROR")
    http.get(LEASES, [{"json": {"leases": [starting]}}, {"json": {"leases": [failed]}}])
    with pytest.raises(ProvisioningError, match="could not start the reservation gg-alice-1"):
        lease.wait(cloud, settings, "gg-alice-1")


def test_an_extension_counts_from_the_present_end(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings
) -> None:
    http.get(LEASES, json={"leases": [a_lease()]})
    http.put(f"{LEASES}/lease-id", json={})
    for change in lease.extension(cloud, settings):
        change.apply()
    assert http.last_request is not None
    assert http.last_request.json() == {"end_date": "2030-01-02 10:00"}


def test_nothing_can_be_extended_before_it_runs(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings
) -> None:
    http.get(LEASES, json={"leases": []})
    with pytest.raises(ProvisioningError, match="create one with `up`"):
        list(lease.extension(cloud, settings))

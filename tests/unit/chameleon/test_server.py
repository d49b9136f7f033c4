"""Servers: which are ours, and what is done in each status."""

import pytest
import requests_mock
from openstack.connection import Connection

from chameleon import server
from chameleon.errors import ProvisioningError
from chameleon.inventory import Node
from chameleon.settings import Settings

SERVERS = "http://nova.test/v2.1/servers/detail"
NODE = Node("gg-alice-1", "server")


def a_server(**changes: object) -> dict[str, object]:
    found = {
        "id": "server-id",
        "name": "gg-alice-1",
        "status": "ACTIVE",
        "metadata": {"gourmetgram": "gg-alice"},
    }
    return found | changes


@pytest.mark.parametrize(
    ("status", "sentences"),
    [
        ("ACTIVE", []),
        ("BUILD", ["Wait for the server gg-alice-1 (BUILD)"]),
        ("SHUTOFF", ["Start the server gg-alice-1"]),
        (
            "ERROR",
            [
                "Delete the server gg-alice-1, which is in ERROR: No valid host was found.",
                "Create the server gg-alice-1 (m1.medium, CC-Ubuntu24.04)",
            ],
        ),
    ],
)
def test_each_status_leads_on(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings, status: str, sentences: list[str]
) -> None:
    found = a_server(status=status, fault={"message": "No valid host was found."})
    http.get(SERVERS, json={"servers": [found]})
    assert [change.sentence for change in server.wanted(cloud, settings)] == sentences


def test_a_server_that_somebody_else_made_is_left_alone(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings
) -> None:
    http.get(SERVERS, json={"servers": [a_server(metadata={})]})
    assert list(server.unwanted(cloud, settings)) == []
    with pytest.raises(ProvisioningError, match="choose another --name"):
        server.find(cloud, NODE)


def test_a_server_that_goes_to_error_is_explained(cloud: Connection, http: requests_mock.Mocker) -> None:
    found = a_server(status="ERROR", fault={"message": "Exceeded maximum number of retries."})
    http.get(SERVERS.replace("detail", "server-id"), json={"server": found})
    with pytest.raises(ProvisioningError, match="went to ERROR: Exceeded maximum number of retries"):
        server.wait(cloud, cloud.compute.get_server("server-id"))


def test_of_several_images_with_one_name_the_newest_is_taken(
    cloud: Connection, http: requests_mock.Mocker
) -> None:
    images = [
        {"id": "old", "name": "CC-Ubuntu24.04", "status": "active", "created_at": "2025-01-01T00:00:00Z"},
        {"id": "new", "name": "CC-Ubuntu24.04", "status": "active", "created_at": "2026-01-01T00:00:00Z"},
    ]
    http.get("http://glance.test/v2/images", json={"images": images})
    assert server.image_id(cloud, "CC-Ubuntu24.04") == "new"


def test_nodes_are_added_only_by_who_holds_the_join_token(cloud: Connection, settings: Settings) -> None:
    with pytest.raises(ProvisioningError, match=r"gg-alice\.token"):
        server.server_address(cloud, settings, Node("gg-alice-2", "agent"))

"""A site made of HTTP responses only, used through the real client."""

import logging
from collections.abc import Iterator
from pathlib import Path

import openstack
import pytest
import requests_mock
from keystoneauth1 import fixture
from openstack.connection import Connection

from chameleon.settings import Settings

KEYSTONE = "http://keystone.test/v3"
SERVICES = {
    "compute": ("http://nova.test", "v2.1"),
    "network": ("http://neutron.test", "v2.0"),
    "image": ("http://glance.test", "v2"),
    "reservation": ("http://blazar.test", "v1"),
}


@pytest.fixture(autouse=True)
def levels_as_before() -> Iterator[None]:
    """Restore the log levels, since the command configures logging for its whole process."""
    level = logging.root.level
    yield
    logging.root.setLevel(level)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    key = tmp_path / "id_ed25519.pub"
    key.write_text("ssh-ed25519 AAAA alice")
    return Settings(
        name="gg-alice",
        public_key=str(key),
        allow_from="192.0.2.7/32",
        repository="https://git.test/gourmetgram.git",
        revision="main",
        state_folder=tmp_path,
        install_minutes=1,
    )


@pytest.fixture
def http() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def cloud(http: requests_mock.Mocker) -> Iterator[Connection]:
    token = fixture.V3Token(user_id="alice-id", project_id="project-id")
    for kind, (host, version) in SERVICES.items():
        url = f"{host}/{version}"
        token.add_service(kind).add_standard_endpoints(public=url, region="KVM@TACC")
        offer = {
            "id": version,
            "status": "CURRENT",
            "links": [{"rel": "self", "href": url}],
            "version": "2.90",
        }
        http.get(url, json={"version": offer, "versions": [offer]})
        http.get(host, json={"versions": [offer]})
    http.get(KEYSTONE, json={"version": fixture.V3Discovery(KEYSTONE)})
    http.post(f"{KEYSTONE}/auth/tokens", json=token, headers={"X-Subject-Token": "token"})
    auth = {"auth_url": KEYSTONE, "username": "alice", "password": "x", "project_id": "project-id"}
    with openstack.connect(
        load_yaml_config=False,
        load_envvars=False,
        auth={**auth, "user_domain_id": "default"},
        region_name="KVM@TACC",
        reservation_api_version="1",
    ) as site:
        yield site

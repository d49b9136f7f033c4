"""The SSH key: the site's or the caller's own."""

import dataclasses

import pytest
import requests_mock
from openstack.connection import Connection

from chameleon import key_pair
from chameleon.errors import ProvisioningError
from chameleon.settings import Settings

KEYS = "http://nova.test/v2.1/os-keypairs"


@pytest.fixture(autouse=True)
def no_key_at_the_site(http: requests_mock.Mocker) -> None:
    http.get(requests_mock.ANY, status_code=404)
    http.get(KEYS, json={"keypairs": []})


def test_the_callers_key_is_uploaded(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings
) -> None:
    http.post(KEYS, json={"keypair": {"name": "gg-alice"}})
    for change in key_pair.wanted(cloud, settings):
        change.apply()
    assert http.last_request is not None
    assert http.last_request.json()["keypair"]["public_key"] == "ssh-ed25519 AAAA alice"


def test_a_key_that_the_site_lacks_is_named(cloud: Connection, settings: Settings) -> None:
    with pytest.raises(ProvisioningError, match="has no key pair laptop"):
        list(key_pair.wanted(cloud, dataclasses.replace(settings, key_name="laptop")))


def test_somebody_without_a_key_is_told_to_make_one(cloud: Connection, settings: Settings) -> None:
    with pytest.raises(ProvisioningError, match="ssh-keygen"):
        list(key_pair.wanted(cloud, dataclasses.replace(settings, public_key="/nowhere.pub")))

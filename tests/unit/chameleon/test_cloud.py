"""The site and the credentials that a connection uses."""

import os
from pathlib import Path

import pytest
import requests
import requests_mock
from keystoneauth1 import fixture

from chameleon import __main__ as command
from chameleon import cloud

KVM = "https://kvm.tacc.chameleoncloud.org:5000/v3"


@pytest.fixture(autouse=True)
def nothing_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)


def test_without_a_named_site_it_is_chameleons(
    http: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    http.get(KVM, json={"version": fixture.V3Discovery(KVM)})
    http.post(f"{KVM}/auth/tokens", json=fixture.V3Token(), headers={"X-Subject-Token": "token"})
    monkeypatch.setenv("OS_AUTH_TYPE", "v3applicationcredential")
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_ID", "id")
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_SECRET", "secret")
    with cloud.connect() as site:
        assert site.config.region_name == "KVM@TACC"
        assert site.config.config["auth"]["auth_url"] == KVM


def test_a_site_that_is_away_is_told_so(
    http: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    http.get(KVM, exc=requests.ConnectionError)
    http.post(f"{KVM}/auth/tokens", exc=requests.ConnectionError)
    monkeypatch.setenv("OS_AUTH_TYPE", "v3applicationcredential")
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_ID", "id")
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_SECRET", "secret")
    assert command.main(["status"]) == 1
    assert "connection to the site was lost" in capsys.readouterr().out


def test_without_credentials_nothing_is_asked_of_the_site(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["status"]) == 1
    assert "Credentials are missing" in capsys.readouterr().out

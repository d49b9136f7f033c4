"""The command's options, messages and exit status."""

import logging

import pytest
import requests
import requests_mock
from keystoneauth1 import exceptions as auth
from openstack import exceptions as sdk
from openstack.connection import Connection

from chameleon import __main__ as command
from chameleon import application, caller, deployment, waiting
from chameleon.changes import carry_out
from chameleon.errors import ProvisioningError, explain
from chameleon.settings import HELP, Settings


def test_every_setting_is_an_option_with_help() -> None:
    assert set(HELP) == set(Settings.__dataclass_fields__)
    options = command.parser().parse_args(["up", "--nodes", "3", "--open-all", "--dry-run"])
    assert (options.nodes, options.open_all, options.dry_run) == (3, True, True)


@pytest.mark.parametrize(
    ("option", "value"), [("--name", "Alice!"), ("--nodes", "0"), ("--hours", "0"), ("--allow-from", "me")]
)
def test_a_wrong_option_is_told_in_a_sentence(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["up", option, value]) == 2
    assert repr(value).strip("'") in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ProvisioningError("No."), "No."),
        (auth.Unauthorized("expired"), "make a new application credential"),
        (auth.NotFound("Could not find Application Credential"), "make a new application credential"),
        (sdk.HttpException("no", response=None, details="Quota exceeded"), "refused: Quota exceeded"),
        (auth.MissingRequiredOptions([]), "set OS_CLOUD"),
        (auth.EndpointNotFound("no reservation"), "lacks a service"),
        (auth.ConnectFailure("reset by peer"), "connection to the site was lost (reset by peer)"),
        (sdk.NotSupported("image has no versions"), "connection to the site was lost"),
        (sdk.ResourceTimeout("Timeout waiting"), "slow"),
    ],
)
def test_every_kind_of_failure_is_a_sentence(error: Exception, sentence: str) -> None:
    assert sentence in explain(error)


@pytest.mark.parametrize(
    "url", ["http://blazar.test/v1/leases", "http://nova.test/v2.1/os-keypairs/gg-alice"]
)
def test_a_token_that_expired_on_the_way_is_told(
    cloud: Connection, http: requests_mock.Mocker, settings: Settings, url: str
) -> None:
    http.get("http://nova.test/v2.1/os-keypairs/gg-alice", json={"keypair": {"name": "gg-alice"}})
    http.get(url, status_code=401)
    with pytest.raises((sdk.HttpException, auth.Unauthorized)) as failure:
        carry_out(deployment.UP, cloud, settings, dry_run=True)
    assert "make a new application credential" in explain(failure.value)


def test_a_failure_ends_the_command_with_its_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise auth.Unauthorized("expired")

    monkeypatch.setattr(command.cloud, "connect", refuse)
    assert command.main(["status"]) == 1
    assert "refused the credentials" in capsys.readouterr().out


def test_the_callers_address_is_asked_for_and_checked(http: requests_mock.Mocker) -> None:
    http.get(caller.ASK, text="192.0.2.7\n")
    assert caller.network() == "192.0.2.7/32"
    http.get(caller.ASK, text="<html>sign in</html>")
    with pytest.raises(ProvisioningError, match="--allow-from"):
        caller.network()
    http.get(caller.ASK, exc=requests.ConnectionError)
    with pytest.raises(ProvisioningError, match="--allow-from"):
        caller.network()


def test_waiting_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting.time, "sleep", lambda _: None)
    with pytest.raises(ProvisioningError, match="it continues"):
        waiting.until(lambda: None, "the end of time", seconds=0.01)


def test_progress_of_the_installation_is_told_once(
    cloud: Connection,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = iter([["[1/9] memory"], ["[1/9] memory", "[2/9] packages"], ["[2/9] packages"]])
    answer = iter([False, False, True])
    monkeypatch.setattr(application, "console", lambda *_: next(said))
    monkeypatch.setattr(application, "answers", lambda _: next(answer))
    monkeypatch.setattr(waiting.time, "sleep", lambda _: None)
    with caplog.at_level(logging.INFO):
        application.wait(cloud, settings, "192.0.2.1")
    assert caplog.messages == ["  VM: [1/9] memory", "  VM: [2/9] packages"]

"""`make up` and its companions, on a copy of the checkout with ports of its own."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store
from predictor.publish import publish_own
from predictor.registry.registry import Registry
from predictor.settings import PredictorSettings
from tests.checkout import COMPONENTS, WATCHERS, Checkout
from tests.conftest import ROOT
from tests.services.test_registry import judge
from tests.tiny_model import write_tiny_model


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    too_long_for_a_socket = "deep-folder-" * 10
    checkout = Checkout(tmp_path_factory.mktemp("machine") / too_long_for_a_socket)
    yield checkout
    checkout.make("down")


@pytest.fixture(scope="module")
def running(checkout: Checkout) -> Checkout:
    result = checkout.make("up")
    assert result.returncode == 0, result.stdout + result.stderr
    return checkout


def test_a_taken_port_is_named_with_its_holder_and_the_setting(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        result = checkout.make("up", webapp=holder.getsockname()[1])
    assert result.returncode == 1
    assert f"process {os.getpid()}" in result.stdout
    assert "GOURMETGRAM_WEBAPP_PORT" in result.stdout


@pytest.mark.parametrize("command", ["status", "logs", "backup", "restore"])
def test_in_a_new_checkout_a_command_says_what_to_do_first(checkout: Checkout, command: str) -> None:
    result = checkout.make(command)
    assert (result.returncode, result.stderr.count("\n"), "make " in result.stderr) == (1, 1, True)


def test_a_job_without_parts_says_how_to_start_them(checkout: Checkout) -> None:
    result = checkout.make("job", "sampling")
    assert (result.returncode, "make up" in result.stderr) == (1, True)


def test_a_part_that_can_not_start_is_told_with_its_reason(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOURMETGRAM_CONFIDENCE_THRESHOLD", "high")
    result = checkout.make("up")
    assert (result.returncode, "GOURMETGRAM_CONFIDENCE_THRESHOLD" in result.stderr) == (1, True)
    assert "webapp.log" in result.stderr


def test_when_up_returns_a_photo_is_classified(running: Checkout) -> None:
    assert running.predict().json()["prediction"] == "Noodles/Pasta"


def test_a_job_runs_by_hand(running: Checkout) -> None:
    result = running.make("job", "sampling")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "drew a sample of 1 predictions" in result.stdout


def test_without_a_candidate_there_is_nothing_to_promote(running: Checkout) -> None:
    result = running.make("promote")
    assert (result.returncode, "there is no candidate" in result.stderr) == (1, True)


def test_a_version_is_promoted_and_taken_back(
    running: Checkout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for line in (running.folder / ".local/secrets.env").read_text().splitlines():
        monkeypatch.setenv(*line.split("=", 1))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{running.ports['store']}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    registry = Registry(Store(StoreSettings()), "food11")
    own = publish_own(registry.store, PredictorSettings())
    model = write_tiny_model(tmp_path / "tiny.onnx", version="tiny")
    registry.put_once("tiny", "food11.onnx", model.read_bytes())
    judge(registry, "tiny", own)
    promoted = running.make("promote", "tiny", "--why", "smaller")
    assert (promoted.returncode, "the predictor serves tiny" in promoted.stderr) == (0, True)
    assert running.predict().json()["model_version"] == "tiny"
    back = running.make("rollback")
    assert (back.returncode, f"the predictor serves {own}" in back.stderr) == (0, True)
    assert "tiny" in running.make("history").stdout


def test_up_again_is_harmless(running: Checkout) -> None:
    before = {process.pid for process in running.processes()}
    assert running.make("up").returncode == 0
    assert {process.pid for process in running.processes()} == before


def test_the_secrets_are_for_their_owner_alone(running: Checkout) -> None:
    assert (running.folder / ".local/secrets.env").stat().st_mode & 0o777 == 0o600


def test_every_key_and_password_is_replaced_and_the_data_stays(running: Checkout) -> None:
    before, photos = _secrets(running), _photos(running)
    assert photos
    rotated = running.make("rotate")
    assert rotated.returncode == 0, rotated.stdout + rotated.stderr
    after = _secrets(running)
    assert {name for name in after if after[name] == before[name]} == {"LABEL_STUDIO_USERNAME"}
    assert _photos(running) == photos
    assert running.predict().json()["stored"] == "stored"
    assert running.make("job", "sync").returncode == 0
    projects = f"http://127.0.0.1:{running.ports['label_studio']}/api/projects"
    statuses = [
        requests.get(projects, headers={"Authorization": f"Token {token}"}, timeout=30).status_code
        for token in (before["LABEL_STUDIO_USER_TOKEN"], after["LABEL_STUDIO_USER_TOKEN"])
    ]
    assert statuses == [401, 200]


def test_a_part_that_dies_is_started_again(running: Checkout) -> None:
    running.component("predictor").kill()
    deadline = time.monotonic() + 30
    while running.predict().status_code != requests.codes.ok:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_status_names_every_part_as_ready(running: Checkout) -> None:
    result = running.make("status")
    assert (result.returncode, result.stdout.count(" ready")) == (0, len([*COMPONENTS, "scheduler"]))
    assert result.stdout.count("(optional)") == len(WATCHERS)


def test_status_fails_while_a_part_that_is_needed_does_not_answer(running: Checkout) -> None:
    predictor = running.component("predictor")
    predictor.suspend()
    result = running.make("status")
    predictor.resume()
    assert (result.returncode, "logs/predictor.log" in result.stderr) == (1, True)


def test_monitor_without_its_programs_says_how_to_get_them(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOURMETGRAM_PROMETHEUS", "no-such-program")
    result = checkout.make("monitor")
    assert (result.returncode, "no-such-program" in result.stderr, "apt-get" in result.stderr) == (
        1,
        True,
        True,
    )


@pytest.mark.skipif(
    not (shutil.which("prometheus") and shutil.which("prometheus-alertmanager")),
    reason="apt-get install prometheus prometheus-alertmanager",
)
def test_monitor_starts_prometheus_with_the_rules_and_an_alertmanager_it_knows(running: Checkout) -> None:
    result = running.make("monitor")
    assert result.returncode == 0, result.stdout + result.stderr
    api = f"http://127.0.0.1:{running.ports['prometheus']}/api/v1"
    groups = requests.get(f"{api}/rules", timeout=30).json()["data"]["groups"]
    assert {group["name"].removeprefix("gourmetgram-") for group in groups} == {
        path.stem for path in (ROOT / "charts/gourmetgram/monitoring/rules").glob("*.yaml")
    }
    deadline = time.monotonic() + 60
    while not requests.get(f"{api}/alertmanagers", timeout=30).json()["data"]["activeAlertmanagers"]:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_down_ends_everything_even_if_the_supervisor_was_killed_and_keeps_the_data(running: Checkout) -> None:
    running.component("supervisord").kill()
    assert running.make("down").returncode == 0
    assert running.processes() == []
    assert list((running.folder / ".local/store/production").rglob("*.jpg"))


def _secrets(checkout: Checkout) -> dict[str, str]:
    lines = (checkout.folder / ".local/secrets.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def _photos(checkout: Checkout) -> set[str]:
    return {path.name for path in (checkout.folder / ".local/store/production").rglob("*.jpg")}

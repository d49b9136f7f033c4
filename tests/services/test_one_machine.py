"""`make up` and its companions, on a copy of the checkout with ports of its own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from tests.conftest import PHOTOS, ROOT
from tests.processes import free_port

PARTS = ("store", "predictor", "webapp", "label_studio")
WATCHERS = ("prometheus", "alertmanager")
PHOTO = next(PHOTOS.glob("evaluation/class_06/*.jpg"))


class Checkout:
    """A copy of the checkout, whose parts listen on free ports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for package in (
            "gourmetgram",
            "predictor",
            "webapp",
            "cronjobs",
            "manifests",
            "charts",
            "monitoring",
        ):
            shutil.copytree(ROOT / package, folder / package)
        for environment in (".venv", ".venv-label-studio"):
            (folder / environment).symlink_to(ROOT / environment)
        self.ports = {part: free_port() for part in (*PARTS, *WATCHERS)}

    def make(self, *command: str, **ports: int) -> subprocess.CompletedProcess[str]:
        chosen = {
            f"GOURMETGRAM_{part.upper()}_PORT": str(port) for part, port in {**self.ports, **ports}.items()
        }
        return subprocess.run(
            [self.folder / ".venv/bin/python", "-m", "manifests.local", *command],
            cwd=self.folder,
            env={**os.environ, **chosen},
            capture_output=True,
            text=True,
            check=False,
        )

    def predict(self) -> requests.Response:
        url = f"http://127.0.0.1:{self.ports['webapp']}/predict"
        with PHOTO.open("rb") as photo:
            return requests.post(
                url, files={"file": photo}, headers={"Accept": "application/json"}, timeout=30
            )

    def processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if _stack(process) == str(self.folder)]

    def part(self, name: str) -> psutil.Process:
        return next(process for process in self.processes() if name in " ".join(process.cmdline()))


def _stack(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("GOURMETGRAM_STACK")
    except psutil.Error:
        return None


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    checkout = Checkout(tmp_path_factory.mktemp("machine"))
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


def test_status_without_parts_says_how_to_start_them(checkout: Checkout) -> None:
    result = checkout.make("status")
    assert (result.returncode, "make up" in result.stderr) == (1, True)


def test_when_up_returns_a_photo_is_classified(running: Checkout) -> None:
    assert running.predict().json()["prediction"] == "Noodles/Pasta"


def test_a_job_runs_by_hand(running: Checkout) -> None:
    result = running.make("job", "sampling")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "drew a sample of 1 predictions" in result.stdout


def test_up_again_is_harmless(running: Checkout) -> None:
    before = {process.pid for process in running.processes()}
    assert running.make("up").returncode == 0
    assert {process.pid for process in running.processes()} == before


def test_the_secrets_are_for_their_owner_alone(running: Checkout) -> None:
    assert (running.folder / ".local/secrets.env").stat().st_mode & 0o777 == 0o600


def test_a_part_that_dies_is_started_again(running: Checkout) -> None:
    running.part("predictor").kill()
    deadline = time.monotonic() + 30
    while running.predict().status_code != requests.codes.ok:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_status_names_every_part_as_ready(running: Checkout) -> None:
    assert running.make("status").stdout.count(" ready") == len(PARTS)


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
        path.stem for path in (ROOT / "monitoring/rules").glob("*.yaml")
    }
    deadline = time.monotonic() + 60
    while not requests.get(f"{api}/alertmanagers", timeout=30).json()["data"]["activeAlertmanagers"]:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_down_ends_everything_even_if_the_supervisor_was_killed_and_keeps_the_data(running: Checkout) -> None:
    running.part("supervisord").kill()
    assert running.make("down").returncode == 0
    assert running.processes() == []
    assert list((running.folder / ".local/store/production").rglob("*.jpg"))

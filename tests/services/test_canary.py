"""A real Prometheus compares a canary with production, and the Job withdraws the canary by its alerts."""

import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from cronjobs.canary import Release, check, firing
from cronjobs.command import NotDoneError
from tests.conftest import ROOT
from tests.processes import Server, free_port
from tests.prometheus import ask
from tests.serving import serving

DEADLINE_SECONDS = 60
PODS = {
    "gourmetgram-food11-predictor-1": ("old", 0.01),
    "gourmetgram-food11-canary-predictor-1": ("slow", 0.1),
}
"""Each pod's version and its seconds per prediction."""
A_SECOND = 30
"""Predictions in one scrape."""


class InMemory(Release):
    """A release whose objects are in memory instead of an API server."""

    def __init__(self, uri: str | None, entry: Mapping[str, str] | None = None) -> None:
        self.namespace, self.uri, self.entry = "gourmetgram", uri, entry or {}

    def canary(self) -> str | None:
        return self.uri

    def withdrawn(self) -> Mapping[str, str]:
        return self.entry

    def withdraw(self, uri: str, entry: Mapping[str, str]) -> None:
        assert uri == self.uri
        self.uri, self.entry = None, entry


class Pods(ThreadingHTTPServer):
    """The metrics of pods since their start; those of a deleted pod are not found."""

    def __init__(self) -> None:
        self.present = set(PODS)
        self.started = time.monotonic()
        super().__init__(("127.0.0.1", 0), Metrics)


class Metrics(BaseHTTPRequestHandler):
    server: Pods

    def do_GET(self) -> None:
        pod = self.path.removeprefix("/")
        self.send_response(200 if pod in self.server.present else 404)
        self.end_headers()
        if pod in self.server.present:
            self.wfile.write(self._metrics(*PODS[pod]).encode())

    def _metrics(self, version: str, seconds: float) -> str:
        asked = int((time.monotonic() - self.server.started) * A_SECOND)
        return f"""\
gourmetgram_predictor_model{{version="{version}"}} 1
gourmetgram_predictor_confidence_count {asked}
gourmetgram_predictor_confidence_sum {0.9 * asked}
request_predict_seconds_count{{model_name="food11"}} {asked}
request_predict_seconds_sum{{model_name="food11"}} {seconds * asked}
"""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def served() -> Iterator[Pods]:
    with Pods() as pods, serving(pods):
        yield pods


@pytest.fixture(scope="module")
def prometheus(served: Pods, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run Prometheus with the canary's rules, with durations of seconds instead of minutes."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("there is no Prometheus on PATH: apt-get install prometheus")
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    rules = (ROOT / "charts/gourmetgram/monitoring/rules/canary.yaml").read_text()
    (folder / "canary.yaml").write_text(
        re.sub(r"for: \d+m$", "for: 2s", rules, flags=re.MULTILINE).replace("[30m]", "[10s]")
    )
    (folder / "prometheus.yml").write_text(yaml.safe_dump(_configuration(folder, served.server_port)))
    command = [program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    command.append(f"--web.listen-address=127.0.0.1:{port}")
    server = Server(command, port, folder / "prometheus.log", ready_path="/-/ready").start()
    yield server.url
    server.stop()


def _configuration(folder: Path, port: int) -> dict[str, object]:
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [f"{folder}/canary.yaml"],
        "scrape_configs": [
            {
                "job_name": pod,
                "metrics_path": f"/{pod}",
                "static_configs": [
                    {
                        "targets": [f"127.0.0.1:{port}"],
                        "labels": {"namespace": "gourmetgram", "job": "predictor", "pod": pod},
                    }
                ],
            }
            for pod in PODS
        ],
    }


def _wait(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_slow_canary_is_withdrawn_and_the_next_is_not(prometheus: str, served: Pods) -> None:
    _wait(lambda: firing(prometheus, "gourmetgram", "slow"))
    slow, following = (
        InMemory("s3://models/food11/slow/food11.onnx"),
        InMemory("s3://models/food11/next/food11.onnx"),
    )
    elsewhere = InMemory("s3://models/food11/slow/food11.onnx")
    elsewhere.namespace = "elsewhere"
    assert [check(one, prometheus).summary for one in (slow, following, elsewhere)] == [
        "withdrew slow: GourmetGramCanarySlow",
        "no alert withdraws next",
        "no alert withdraws slow",
    ]
    assert slow.uri is None
    assert slow.entry.items() >= {("version", "slow"), ("alerts", "GourmetGramCanarySlow")}

    served.present = {"gourmetgram-food11-predictor-1"}
    told = 'ALERTS{alertname="GourmetGramCanaryWithdrawn",version="slow",alertstate="firing"}'
    _wait(lambda: ask(prometheus, told) and not firing(prometheus, "gourmetgram", "slow"))


def test_a_version_that_was_withdrawn_and_is_back_is_withdrawn_again() -> None:
    entry = {"version": "slow", "at": "2026-11-27T12:00:00+00:00", "alerts": "GourmetGramCanarySlow"}
    back = InMemory("s3://models/food11/slow/food11.onnx", entry)
    assert check(back, _nowhere()).summary == "withdrew slow: GourmetGramCanarySlow"
    assert (back.uri, back.entry) == (None, entry)


def test_without_an_answer_from_prometheus_nothing_is_withdrawn() -> None:
    release = InMemory("s3://models/food11/new/food11.onnx")
    with pytest.raises(NotDoneError, match="Prometheus did not answer"):
        check(release, _nowhere())
    assert release.uri


def test_without_a_canary_nobody_is_asked() -> None:
    assert check(InMemory(None), _nowhere()).summary == "there is no canary"


def _nowhere() -> str:
    return f"http://127.0.0.1:{free_port()}"

"""Break a component or the model: the right alert, and no other, reaches a receiver and is resolved again.

The rules are the repository's, with durations of seconds instead of minutes.
"""

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from gourmetgram import keys
from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store
from manifests.local.monitoring import configuration
from manifests.local.settings import LocalSettings
from tests.conftest import ROOT, new_predictor, new_store_server, new_webapp
from tests.processes import Server, free_port
from tests.quality import estimate, quality_record
from tests.serving import serving

DEADLINE_SECONDS = 90
PROGRAMS = [shutil.which(name) for name in ("prometheus", "prometheus-alertmanager")]

pytestmark = pytest.mark.skipif(
    None in PROGRAMS, reason="apt-get install prometheus prometheus-alertmanager, for both on PATH"
)


class Receiver:
    """A webhook receiver that records which alerts are firing, and which have ever fired."""

    def __init__(self) -> None:
        self.firing: set[str] = set()
        self.ever: set[str] = set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def take(self, message: dict[str, list[dict[str, dict[str, str]]]]) -> None:
        for alert in message["alerts"]:
            name = alert["labels"]["alertname"]
            (self.firing.add if alert["status"] == "firing" else self.firing.discard)(name)  # type: ignore[comparison-overlap]
            self.ever |= self.firing


class System:
    """The components that a test can break, and a receiver for the alerts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.receiver = Receiver()
        self.store_server = new_store_server(folder)
        self.predictor = new_predictor(folder)
        env = {name: value for name, value in self.store_server.env.items() if name.startswith("AWS_")}
        self.webapp = new_webapp(folder, env, self.predictor)
        self.webapp.env = {**self.webapp.env, "GOURMETGRAM_LOOP_METRICS_SECONDS": "1"}
        self.alertmanager = self._alertmanager()
        self.prometheus = self._prometheus()
        self.servers = [
            self.store_server, self.predictor, self.webapp, self.alertmanager, self.prometheus,
        ]  # fmt: skip

    def _alertmanager(self) -> Server:
        route = {"receiver": "us", "group_by": ["..."], "group_wait": "0s", "group_interval": "1s"}
        hook = {"url": f"http://127.0.0.1:{self.receiver.server.server_port}", "send_resolved": True}
        told = {"route": route, "receivers": [{"name": "us", "webhook_configs": [hook]}]}
        (self.folder / "alertmanager.yml").write_text(yaml.safe_dump(told))
        port = free_port()
        arguments = ["alertmanager.yml", "alertmanager"]
        config, data = (f"{self.folder}/{name}" for name in arguments)
        command = [str(PROGRAMS[1]), f"--config.file={config}", f"--storage.path={data}"]
        command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
        return Server(command, port, self.folder / "alertmanager.log", ready_path="/-/ready")

    def _prometheus(self) -> Server:
        for path in (ROOT / "charts/gourmetgram/monitoring/rules").glob("*.yaml"):
            # Prometheus takes 5 s to find its targets; until then it knows no web application.
            text = re.sub(r"for: \d+m$", "for: 8s", path.read_text(), flags=re.MULTILINE)
            (self.folder / path.name).write_text(text.replace("} > 600", "} > 3").replace(") > 600", ") > 3"))
        settings = LocalSettings(
            webapp_port=self.webapp.port,
            predictor_port=self.predictor.port,
            alertmanager_port=self.alertmanager.port,
        )
        configured = configuration(settings)
        configured["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        configured["rule_files"] = [
            f"{self.folder}/{name}.yaml" for name in ("serving", "quality", "loop", "store")
        ]
        (self.folder / "prometheus.yml").write_text(yaml.safe_dump(configured))
        port = free_port()
        command = [str(PROGRAMS[0]), f"--config.file={self.folder}/prometheus.yml"]
        command += [f"--storage.tsdb.path={self.folder}/data", f"--web.listen-address=127.0.0.1:{port}"]
        return Server(command, port, self.folder / "prometheus.log", ready_path="/-/ready")

    def start(self) -> None:
        for server in self.servers:
            server.start()
            if server is self.store_server:
                self.store().create_buckets()

    def stop(self) -> None:
        for server in reversed(self.servers):
            server.stop()

    def store(self) -> Store:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.store_server.env.items():
                patch.setenv(name, value)
            return Store(StoreSettings())

    def wait(self, condition: Callable[[set[str]], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition(self.receiver.firing):
            assert time.monotonic() < deadline, self.receiver.firing
            time.sleep(0.2)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    system = System(tmp_path_factory.mktemp("alerts"))
    with serving(system.receiver.server):
        try:
            system.start()
            yield system
        finally:
            system.stop()


@pytest.fixture
def system(parts: System) -> System:
    """Yield the system once all its components are healthy."""
    parts.wait(lambda firing: not firing)
    parts.receiver.ever.clear()
    return parts


def test_without_a_predictor_its_alert_goes_out_and_clears(system: System) -> None:
    system.predictor.kill()
    system.wait(lambda firing: "GourmetGramPredictorDown" in firing)
    system.predictor.start()
    system.wait(lambda firing: not firing)
    assert system.receiver.ever == {"GourmetGramPredictorDown"}


def test_wrong_predictions_raise_the_alert_of_the_accuracy(system: System) -> None:
    store = system.store()
    store.put_record(keys.quality(), quality_record(estimate(0.2, labels=20)))
    system.wait(lambda firing: "GourmetGramAccuracyBelowTarget" in firing)
    store.delete(keys.quality())
    system.wait(lambda firing: not firing)
    assert system.receiver.ever == {"GourmetGramAccuracyBelowTarget"}


def test_without_a_store_its_alerts_go_out_and_clear(system: System) -> None:
    system.store_server.kill()
    system.wait(lambda firing: "GourmetGramStoreUnreadable" in firing)
    system.store_server.start()
    system.wait(lambda firing: "GourmetGramStoreUnreadable" not in firing)
    assert system.receiver.ever <= {
        "GourmetGramStoreUnreadable",
        "GourmetGramStoreErrors",
        "GourmetGramStoreSlow",
    }

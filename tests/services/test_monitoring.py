"""A real Prometheus scrapes the real processes: every rule and panel returns data, and alerts are sent."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from gourmetgram.records import PredictionRecord
from gourmetgram.sources import Source
from gourmetgram.store import Store
from manifests.local.monitoring import configuration
from manifests.local.settings import LocalSettings
from tests.conftest import PHOTOS, ROOT, new_webapp
from tests.labelling import annotation, answer
from tests.processes import BIN, Server, free_port
from tests.prometheus import PANEL_QUERIES, RECORDED, ask, groups, unanswered

PHOTO = next(PHOTOS.glob("evaluation/class_06/*.jpg"))
DAY = 24 * 3600


class Users:
    """What users and annotators do."""

    def __init__(self, webapp: Server, store: Store) -> None:
        self.webapp = webapp
        self.store = store

    def upload(self) -> PredictionRecord:
        with PHOTO.open("rb") as photo:
            headers = {"Accept": "application/json"}
            sent = requests.post(
                f"{self.webapp.url}/predict", files={"file": photo}, headers=headers, timeout=30
            )
        return PredictionRecord.model_validate(sent.json())

    def feedback(self, **body: object) -> None:
        requests.post(f"{self.webapp.url}/feedback", json=body, timeout=30)

    def go_on(self) -> None:
        self.upload()
        self.feedback(prediction=1, actual=1)

    def annotate(self, record: PredictionRecord, source: Source, choice: str) -> None:
        answer(self.store, source, annotation(record, choice))


@pytest.fixture(scope="module")
def prometheus(
    tmp_path_factory: pytest.TempPathFactory, monitored: Server, predictor: Server
) -> Iterator[Server]:
    """Run Prometheus as `make monitor` does, but with shorter intervals and made-up history."""
    program, promtool = shutil.which("prometheus"), shutil.which("promtool")
    if not program or not promtool:
        pytest.skip("there is no Prometheus on PATH: apt-get install prometheus prometheus-alertmanager")
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    settings = LocalSettings(webapp_port=monitored.port, predictor_port=predictor.port)
    configured = configuration(settings)
    configured["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configured))
    write_past(folder, promtool)
    arguments = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    command = [program, *arguments, f"--web.listen-address=127.0.0.1:{port}"]
    server = Server(command, port, folder / "prometheus.log", ready_path="/-/ready").start()
    yield server
    server.stop()


def write_past(folder: Path, promtool: str) -> None:
    """Write data for the day before yesterday in Prometheus' format, for comparisons."""
    lines = []
    for name, label, value in (("predictions", "predicted", "Egg"), ("confidences", "confidence", "0.9-1.0")):
        lines.append(f"# TYPE gourmetgram:{name}:increase1d gauge")
        series = f'gourmetgram:{name}:increase1d{{namespace="gourmetgram",{label}="{value}"}}'
        lines += [f"{series} 5 {int(time.time()) - 2 * DAY + 60 * step}" for step in range(60)]
    lines.append("# TYPE gourmetgram:mean_confidence:1d gauge")
    series = 'gourmetgram:mean_confidence:1d{namespace="gourmetgram"}'
    lines += [f"{series} 0.9 {int(time.time()) - 2 * DAY + 60 * step}" for step in range(60)]
    (folder / "past").write_text("\n".join([*lines, "# EOF\n"]))
    command = [promtool, "tsdb", "create-blocks-from", "openmetrics", folder / "past", folder / "data"]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def monitored(
    tmp_path_factory: pytest.TempPathFactory, store: Store, store_env: dict[str, str], predictor: Server
) -> Iterator[Server]:
    """Run a web application after the loop has run once."""
    server = new_webapp(tmp_path_factory.mktemp("monitored"), store_env, predictor)
    server.env = {**server.env, "GOURMETGRAM_LOOP_METRICS_SECONDS": "1"}
    server.start()
    turn_the_loop(Users(server, store), store_env)
    yield server
    server.stop()


def turn_the_loop(users: Users, env: dict[str, str]) -> None:
    records = [users.upload() for _ in range(4)]
    users.feedback(prediction_id=records[0].prediction_id)
    users.feedback(prediction_id=records[1].prediction_id, corrected_class="Soup")
    users.annotate(records[0], Source.USER_FLAG, "Soup")
    users.annotate(records[2], Source.RANDOM_SAMPLING, records[2].prediction)
    for job in ("sampling", "sync", "processing"):
        nowhere = {"GOURMETGRAM_LABEL_STUDIO_URL": f"http://127.0.0.1:{free_port()}"}
        command = [BIN / "python", "-m", f"cronjobs.{job}"]
        subprocess.run(command, env={**env, **nowhere, "PATH": ""}, cwd=ROOT, check=job != "sync")


@pytest.fixture
def users(monitored: Server, store: Store) -> Users:
    return Users(monitored, store)


def test_every_target_is_up(prometheus: Server, users: Users) -> None:
    up = {f'up{{job="{job}"}} == 1' for job in ("webapp", "predictor")}
    assert unanswered(prometheus.url, up, users.go_on) == set()


def test_every_recording_rule_answers(prometheus: Server, users: Users) -> None:
    assert unanswered(prometheus.url, RECORDED, users.go_on) == set()


def test_every_query_of_every_panel_answers(prometheus: Server, users: Users) -> None:
    assert unanswered(prometheus.url, PANEL_QUERIES, users.go_on) == set()


def test_no_rule_fails_and_of_the_alerts_only_the_right_one_waits(prometheus: Server, users: Users) -> None:
    failing = 'ALERTS{alertname="GourmetGramCronJobFailing",cronjob="sync"}'
    assert unanswered(prometheus.url, {failing}, users.go_on) == set()
    rules = [rule for group in groups(prometheus.url) for rule in group["rules"]]
    assert [rule["lastError"] for rule in rules if rule.get("lastError")] == []
    active = {rule["name"] for rule in rules if rule.get("alerts")}
    assert active <= {"GourmetGramCronJobFailing", "GourmetGramCronJobNeverSucceeded"}


def test_the_accuracy_is_that_of_the_random_sample(prometheus: Server, users: Users) -> None:
    assert unanswered(prometheus.url, {"gourmetgram:flagged:labels > 0"}, users.go_on) == set()
    (accuracy,) = ask(prometheus.url, 'gourmetgram:accuracy:ratio{window="1d",model_version="all"}')
    assert json.loads(accuracy["value"][1]) == 1

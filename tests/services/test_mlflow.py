"""A real MLflow server shows what the registry holds: runs, versions and their aliases."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from mlflow import MlflowClient

from gourmetgram.store import Store
from manifests import rollout
from manifests.release import Release, State, Withdrawal
from predictor.registry import mlflow
from predictor.registry.choosing import nominate, promote, rollback
from predictor.registry.records import Comparison, Verdict
from predictor.registry.registry import Registry
from tests.conftest import ROOT
from tests.processes import Server, free_port

MLFLOW = ROOT / ".venv-mlflow/bin/mlflow"
ANSWERS = Comparison(
    photos=200,
    candidate_accuracy=0.9,
    current_accuracy=0.8,
    only_candidate_right=24,
    only_current_right=4,
    difference=0.1,
    low=0.05,
    high=0.15,
    p_better=0.0001,
    p_worse=1,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    command = [MLFLOW, "server", "--port", str(port), "--workers", "1"]
    places = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", folder]
    server = Server(
        [*command, *places],
        port,
        folder / "server.log",
        env={"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},  # nothing here asks for jobs
        ready_path="/health",
        start_seconds=120,
    )
    yield server.start()
    server.stop()


@pytest.fixture
def client(server: Server, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    """Return a client for the server; every test has its own registered model and experiment."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.url)
    monkeypatch.setattr(mlflow, "NAME", f"GourmetGram{free_port()}")
    return MlflowClient(server.url)


@pytest.fixture
def registry(empty_store: Store) -> Registry:
    """Return a registry in which `one` is served, and `two` has passed the gate and waits."""
    empty_store.create_buckets(["models"])
    made = Registry(empty_store, "food11")
    for version in ("one", "two"):
        made.put_once(version, "food11.onnx", b"a model")
    verdict = Verdict(
        candidate="two",
        current="one",
        made_at=datetime.now(UTC),
        passed=True,
        reasons=[],
        checks=[],
        comparisons={"production": ANSWERS},
        classes=[],
        settings={},
    )
    made.put_once("two", "verdicts/1.json", verdict.model_dump_json().encode())
    nominate(made, "two", "ann", "it passed the gate")
    return made


def aliases(client: MlflowClient) -> dict[str, str]:
    found = client.get_registered_model(mlflow.NAME).aliases
    return {alias: client.get_model_version_by_alias(mlflow.NAME, alias).tags["version"] for alias in found}


def runs(client: MlflowClient) -> list[tuple[str, str, float]]:
    experiment = client.get_experiment_by_name(mlflow.NAME)
    assert experiment is not None
    found = client.search_runs([experiment.experiment_id], "attributes.status = 'FINISHED'")
    return [
        (run.data.tags["version"], run.data.tags["passed"], run.data.metrics["production_accuracy"])
        for run in found
    ]


def test_a_candidate_its_promotion_and_its_rollback_are_aliases(
    client: MlflowClient, registry: Registry
) -> None:
    mlflow.show(registry, "one")
    before = {"production": "one", "champion": "one"}
    assert aliases(client) == {"development": "two", "staging": "two", "candidate": "two", **before}
    promote(registry, None, "one", "ann", "better soup")
    mlflow.show(registry)
    assert aliases(client) == {"development": "two", "production": "two", "champion": "two"}
    rollback(registry, None, "ann", "bad soup")
    mlflow.show(registry)
    assert aliases(client) == {"development": "two", "production": "one", "champion": "one"}


class Deployed(Release):
    """A release with the given versions."""

    def __init__(self, served: str, canary: str = "", withdrawn: Withdrawal | None = None) -> None:
        super().__init__("eat")
        self._state = State("version", served, canary, "promote", None, withdrawn, "eat-")

    def state(self) -> State:
        return self._state


def test_a_canary_on_a_cluster_its_promotion_and_its_rollback_are_aliases(
    client: MlflowClient, registry: Registry
) -> None:
    mlflow.show(registry, "one")
    judged = aliases(client)
    withdrawn = Withdrawal("two", "2026-11-27T12:00:00+00:00", "GourmetGramCanarySlow")
    for release, expected in (
        (Deployed("one", canary="two"), {**judged, "canary": "two"}),
        (Deployed("one", "two", withdrawn), judged),
        (Deployed("two"), {"development": "two", "production": "two", "champion": "two"}),
        (Deployed("one"), {"development": "two", "production": "one", "champion": "one"}),
    ):
        rollout.show_in_mlflow(release)
        assert aliases(client) == expected


def test_the_command_for_a_cluster_shows_which_version_is_served_and_where_that_is(
    client: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollout, "Release", lambda _: Deployed("seven"))
    monkeypatch.setattr(sys, "argv", ["rollout", "promote"])
    assert rollout.main() == 0
    assert aliases(client) == {"production": "seven", "champion": "seven"}
    (version,) = client.search_model_versions(f"name='{mlflow.NAME}'")
    assert version.source == "s3://eat-models/food11/seven/food11.onnx"


def test_the_command_shows_what_it_chose(client: MlflowClient, registry: Registry) -> None:
    promote(registry, None, "one", "ann", "better soup")
    subprocess.run([sys.executable, "-m", "predictor.registry", "rollback"], check=True)
    version = client.get_model_version_by_alias("GourmetGramFood11Model", "production")
    assert version.tags == {"version": "one"}


def test_a_verdict_is_a_run_with_its_figures_and_shown_once(client: MlflowClient, registry: Registry) -> None:
    for _ in range(2):
        mlflow.show(registry)
    assert runs(client) == [("two", "true", 0.9)]
    (version,) = client.search_model_versions(f"name='{mlflow.NAME}'")
    assert version.source == f"s3://{registry.store.bucket_prefix}models/food11/two/food11.onnx"


def test_a_run_that_was_killed_while_it_was_written_is_written_again(
    client: MlflowClient, registry: Registry
) -> None:
    client.create_run(client.create_experiment(mlflow.NAME))
    mlflow.show(registry)
    assert runs(client) == [("two", "true", 0.9)]


def test_a_server_that_is_away_stops_nothing(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    mlflow.show(registry)
    assert "MLflow lacks what was done now" in caplog.text


def test_without_a_server_nothing_is_asked(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    mlflow.show(registry)

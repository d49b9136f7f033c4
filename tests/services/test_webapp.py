"""The web application over HTTP, with the real store and predictor behind it."""

import ast
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.records import PredictionRecord, RelabelRecord, Task
from gourmetgram.sources import Source
from gourmetgram.store import Store
from tests.conftest import new_webapp
from tests.processes import Server
from tests.proxy import proxied
from tests.uploads import photo, upload
from webapp.settings import WebappSettings

EXAMPLES = Path(__file__).parent / "examples"


def send(webapp: Server, **body: object) -> tuple[int, Any]:
    response = requests.post(f"{webapp.url}/feedback", json=body, timeout=30)
    return response.status_code, response.json()


@pytest.fixture
def record(webapp: Server) -> PredictionRecord:
    response = upload(webapp, photo(1))
    assert response.status_code == 200, response.text
    return PredictionRecord.model_validate(response.json())


@pytest.fixture
def replica(tmp_path: Path, store: Store, store_env: dict[str, str], predictor: Server) -> Iterator[Server]:
    """Run a second web application, whose predictions are never certain."""
    assert store
    env = {**store_env, "GOURMETGRAM_CONFIDENCE_THRESHOLD": "1"}
    server = new_webapp(tmp_path, env, predictor).start()
    yield server
    server.stop()


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_the_upload_is_in_the_store_byte_for_byte(
    webapp: Server, store: Store, kind: str, extension: str
) -> None:
    body = photo(1, kind=kind)
    record = PredictionRecord.model_validate(upload(webapp, body).json())
    assert record.image.key == f"{record.class_dir}/{record.prediction_id}.{extension}"
    assert store.get(record.image.location) == body
    assert store.get_record(keys.prediction(record.prediction_id), PredictionRecord) == record


def test_a_prediction_below_the_threshold_is_a_task_for_the_annotators(replica: Server, store: Store) -> None:
    record = PredictionRecord.model_validate(upload(replica, photo(1)).json())
    task = store.get_record(keys.task(record.prediction_id, Source.LOW_CONFIDENCE), Task)
    assert task.data.confidence == record.confidence


def test_an_upload_costs_two_writes_over_connections_that_are_kept(
    tmp_path: Path, store: Store, store_env: dict[str, str], predictor: Server
) -> None:
    assert store
    with proxied(store_env["AWS_ENDPOINT_URL_S3"]) as writes, proxied(predictor.url) as questions:
        env = {**store_env, "AWS_ENDPOINT_URL_S3": writes.url, "GOURMETGRAM_CONFIDENCE_THRESHOLD": "0"}
        webapp = new_webapp(tmp_path, env, predictor)
        webapp.env = {**webapp.env, "GOURMETGRAM_PREDICTOR_URL": questions.url}
        webapp.start()
        for seed in range(10):
            assert upload(webapp, photo(seed)).ok
        webapp.stop()
    assert writes.counts["PUT"] == 20
    assert questions.counts == {"POST": 10}
    assert questions.connections == 1
    assert writes.connections < 10  # the loop's metrics are read in the meantime


def test_another_replica_takes_the_feedback(store: Store, record: PredictionRecord, replica: Server) -> None:
    other = next(name for name in CLASSES if name != record.prediction)
    assert send(replica, prediction_id=record.prediction_id)[0] == 200
    assert send(replica, prediction_id=record.prediction_id, corrected_class=other)[0] == 200
    assert store.exists(keys.task(record.prediction_id, Source.USER_FLAG))
    relabel = store.get_record(keys.relabel(record.prediction_id), RelabelRecord)
    assert (relabel.prediction, relabel.corrected_class) == (record.prediction, other)


def test_a_replica_that_was_killed_takes_the_feedback_afterwards(replica: Server) -> None:
    prediction_id = upload(replica, photo(1)).json()["prediction_id"]
    replica.kill()
    replica.start()
    assert send(replica, prediction_id=prediction_id)[0] == 200


def test_a_photo_that_is_too_large_is_refused_in_a_sentence(webapp: Server) -> None:
    response = upload(webapp, b"\xff\xd8\xff".ljust(20_000_000, b"\0"))
    assert response.status_code == 413
    assert "too large" in response.json()["error"]


def test_what_only_looks_like_a_photo_is_refused_with_the_predictors_reason(webapp: Server) -> None:
    response = upload(webapp, b"\xff\xd8\xff and no more", accept="text/html")
    assert response.status_code == 400
    assert "badge-warning" in response.text


def test_the_model_feedback_script_of_the_course_passes(
    replica: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    script = (EXAMPLES / "model_feedback.py.txt").read_text().replace("http://localhost:5000", replica.url)
    exec(script, {"__name__": "__main__"})  # noqa: S102 - the script is a file of ours
    metrics = {"accuracy": 1.0, "precision": 1.0, "recall": 1.0, "f1_score": 1.0}
    success = {"success": True, "metrics": metrics}
    printed = capsys.readouterr().out
    assert re.findall(r"Test \d - ([^:]*): (\d+)", printed) == [
        ("Success case", "200"),
        ("Missing fields", "400"),
        ("Invalid values", "400"),
    ]
    answers = [ast.literal_eval(line) for line in printed.splitlines() if line.startswith("{")]
    assert answers == [success, {"error": "Missing required fields"}, {"error": "Values must be 0 or 1"}]


def test_32_clients_at_once_are_counted_exactly(replica: Server) -> None:
    outcomes = [(1, 1), (0, 0), (1, 0), (0, 1)] * 80
    with ThreadPoolExecutor(32) as clients:
        answers = list(clients.map(lambda pair: send(replica, prediction=pair[0], actual=pair[1]), outcomes))
    assert {status for status, _ in answers} == {200}
    text = requests.get(f"{replica.url}/metrics", timeout=10).text
    for kind in ("true_positives", "true_negatives", "false_positives", "false_negatives"):
        assert f"\n{kind}_total 80.0\n" in text
    assert "\naccuracy 0.5\n" in text


def test_clients_that_fall_silent_do_not_hold_the_threads_for_good(webapp: Server) -> None:
    with ExitStack() as clients:
        for _ in range(WebappSettings().request_threads + 1):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", webapp.port)))
            client.sendall(b"POST /predict HTTP/1.1\r\n")
        assert requests.get(f"{webapp.url}/healthz", timeout=60).ok

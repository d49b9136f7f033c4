"""While the store is down or hangs, uploads are answered and kept, and responses stay truthful."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from gourmetgram import keys
from gourmetgram.records import PredictionRecord, RelabelRecord
from gourmetgram.settings import StoreSettings
from gourmetgram.sources import Source
from gourmetgram.store import Store
from tests.conftest import new_store_server, new_webapp
from tests.processes import Server
from tests.uploads import metric, photo, upload, wait_until


@pytest.fixture
def store_server(tmp_path: Path) -> Iterator[Server]:
    """Run a store that the test can stop."""
    server = new_store_server(tmp_path).start()
    yield server
    server.stop()


@pytest.fixture
def store(store_server: Server, monkeypatch: pytest.MonkeyPatch) -> Store:
    for name, value in store_server.env.items():
        monkeypatch.setenv(name, value)
    store = Store(StoreSettings())
    store.create_buckets()
    return store


@pytest.fixture
def start(
    tmp_path: Path, store_server: Server, store: Store, predictor: Server
) -> Iterator[Callable[..., Server]]:
    """Return a function that starts the web application, with extra variables and a command in front."""
    assert store
    servers = []

    def start(*wrapper: str, **env: str) -> Server:
        server = new_webapp(tmp_path, {**store_server.env, **env}, predictor)
        server.command = [*wrapper, *server.command]
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def webapp(start: Callable[..., Server]) -> Server:
    return start()


def ready(webapp: Server) -> tuple[int, dict[str, Any]]:
    response = requests.get(f"{webapp.url}/readyz", timeout=30)
    return response.status_code, response.json()


def send(webapp: Server, **body: object) -> tuple[int, Any]:
    response = requests.post(f"{webapp.url}/feedback", json=body, timeout=30)
    return response.status_code, response.json()


def wait_until_delivered(webapp: Server) -> None:
    wait_until(lambda: ready(webapp)[1]["waiting"] == 0, "the spool is empty")


def waiting_upload(webapp: Server, body: bytes) -> PredictionRecord:
    response = upload(webapp, body)
    assert response.status_code == 200, response.text
    assert response.json()["stored"] == "waiting"
    return PredictionRecord.model_validate(response.json())


def assert_stored(store: Store, record: PredictionRecord, body: bytes) -> None:
    assert store.get(record.image.location) == body
    assert store.get_record(keys.prediction(record.prediction_id), PredictionRecord) == record


def test_uploads_during_an_outage_are_delivered_afterwards(
    webapp: Server, store_server: Server, store: Store
) -> None:
    store_server.kill()
    bodies = [photo(number) for number in range(3)]
    records = [waiting_upload(webapp, body) for body in bodies]
    status, told = ready(webapp)
    assert (status, told["store"], told["waiting"]) == (200, "unavailable", 3)
    assert metric(webapp, "gourmetgram_spool_entries") == 3
    assert metric(webapp, 'gourmetgram_store_errors_total{operation="PutObject"}') >= 1
    store_server.start()
    wait_until_delivered(webapp)
    for record, body in zip(records, bodies, strict=True):
        assert_stored(store, record, body)


def test_what_waits_survives_a_kill_of_the_web_application(
    webapp: Server, store_server: Server, store: Store
) -> None:
    store_server.kill()
    body = photo(1)
    record = waiting_upload(webapp, body)
    webapp.kill()
    webapp.start()
    assert ready(webapp)[1]["waiting"] == 1
    store_server.start()
    wait_until_delivered(webapp)
    assert_stored(store, record, body)


def test_a_store_that_hangs_is_a_store_that_is_away(
    webapp: Server, store_server: Server, store: Store
) -> None:
    assert store_server.process is not None
    os.kill(store_server.process.pid, signal.SIGSTOP)
    body = photo(1)
    record = waiting_upload(webapp, body)
    os.kill(store_server.process.pid, signal.SIGCONT)
    wait_until_delivered(webapp)
    assert_stored(store, record, body)


def test_feedback_on_what_waits_is_kept_and_the_latest_wins(
    webapp: Server, store_server: Server, store: Store
) -> None:
    store_server.kill()
    prediction_id = waiting_upload(webapp, photo(1)).prediction_id
    assert send(webapp, prediction_id=prediction_id)[0] == 200
    for choice in ("Rice", "Egg", "Rice", "Seafood"):
        assert send(webapp, prediction_id=prediction_id, corrected_class=choice)[0] == 200
    store_server.start()
    wait_until_delivered(webapp)
    assert store.exists(keys.task(prediction_id, Source.USER_FLAG))
    assert store.get_record(keys.relabel(prediction_id), RelabelRecord).corrected_class == "Seafood"


def test_an_id_that_can_not_be_looked_up_is_not_said_to_be_unknown(
    webapp: Server, store_server: Server
) -> None:
    prediction_id = upload(webapp, photo(1)).json()["prediction_id"]
    store_server.kill()
    assert send(webapp, prediction_id=prediction_id)[0] == 503
    store_server.start()
    wait_until(lambda: send(webapp, prediction_id=prediction_id)[0] == 200, "the flag is taken")


def test_a_full_spool_refuses_and_is_not_ready(
    start: Callable[..., Server], store_server: Server, store: Store
) -> None:
    webapp = start(GOURMETGRAM_SPOOL_MAX_BYTES="30000", GOURMETGRAM_MAX_PHOTO_BYTES="10000")
    store_server.kill()
    body = photo(1)
    kept = []
    while (response := upload(webapp, body)).status_code == 200:
        kept.append(PredictionRecord.model_validate(response.json()))
    assert response.status_code == 503
    assert kept
    assert (ready(webapp)[0], ready(webapp)[1]["spool"]) == (503, "full")
    store_server.start()
    wait_until_delivered(webapp)
    for record in kept:
        assert_stored(store, record, body)
    assert upload(webapp, body).json()["stored"] == "stored"
    assert ready(webapp)[0] == 200


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit (util-linux) is not installed")
def test_a_disk_that_takes_no_more_refuses_and_keeps_what_it_has(
    start: Callable[..., Server], store_server: Server, store: Store
) -> None:
    webapp = start("prlimit", "--fsize=65536", "--")
    store_server.kill()
    small, large = photo(1), photo(1, side=400)
    record = waiting_upload(webapp, small)
    assert upload(webapp, large).status_code == 503
    store_server.start()
    wait_until_delivered(webapp)
    assert_stored(store, record, small)


def test_a_torn_entry_does_not_block_the_others(
    webapp: Server, store_server: Server, store: Store, tmp_path: Path
) -> None:
    store_server.kill()
    waiting_upload(webapp, photo(1))
    record = waiting_upload(webapp, photo(2))
    webapp.kill()
    torn = min((tmp_path / "spool").glob("*.zip"))
    os.truncate(torn, torn.stat().st_size // 2)
    webapp.start()
    store_server.start()
    wait_until_delivered(webapp)
    assert_stored(store, record, photo(2))
    assert (tmp_path / "spool/unreadable" / torn.name).exists()

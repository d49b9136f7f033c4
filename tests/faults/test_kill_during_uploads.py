"""`kill -9` of the store, the predictor and the web application while 200 uploads run.

Afterwards, every upload that succeeded is in the store exactly once.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import pytest
import requests

from gourmetgram import keys
from gourmetgram.ids import created_on
from gourmetgram.records import PredictionRecord
from gourmetgram.settings import StoreSettings
from gourmetgram.sources import Source
from gourmetgram.store import Store
from tests.conftest import new_predictor, new_store_server, new_webapp
from tests.processes import Server
from tests.uploads import is_ready, metric, photo, upload, wait_until

UPLOADS = 200
CLIENTS = 8


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Server]]:
    """Run a separate store, predictor and web application for this test."""
    store_server, predictor = new_store_server(tmp_path), new_predictor(tmp_path)
    for name, value in store_server.env.items():
        monkeypatch.setenv(name, value)
    webapp = new_webapp(tmp_path, store_server.env, predictor)
    servers = {"store": store_server, "predictor": predictor, "webapp": webapp}
    for server in servers.values():
        server.start()
    Store(StoreSettings()).create_buckets()
    yield servers
    for server in servers.values():
        server.stop()


def restart(server: Server) -> None:
    server.kill()
    server.start()


def upload_when_ready(webapp: Server, number: int) -> requests.Response:
    wait_until(lambda: is_ready(webapp), "the web application is ready")
    return upload(webapp, photo(number))


def upload_all(webapp: Server, meanwhile: dict[int, Callable[[], None]]) -> dict[str, int]:
    """Upload many photos at once; call `meanwhile` after some of them are done.

    Returns the photo's number for each prediction id in a successful response.
    """
    done: dict[str, int] = {}
    with ThreadPoolExecutor(CLIENTS) as clients, ThreadPoolExecutor(1) as breaker:
        broken = []
        uploads = {clients.submit(upload_when_ready, webapp, number): number for number in range(UPLOADS)}
        for count, future in enumerate(as_completed(uploads)):
            if count in meanwhile:
                broken.append(breaker.submit(meanwhile[count]))
            if isinstance(future.exception(), requests.RequestException):
                continue  # it was killed, so this upload got no response
            if (response := future.result()).status_code == 200:
                done[response.json()["prediction_id"]] = uploads[future]
            else:
                assert response.status_code == 503, response.text
        for future_break in broken:
            future_break.result()
    return done


def assert_stored_once(store: Store, done: dict[str, int]) -> None:
    photos = [keys.prediction_id_of(key) for key in store.keys(keys.PRODUCTION, "")]
    days = {created_on(prediction_id) for prediction_id in done}
    records = [
        keys.prediction_id_of(key)
        for day in days
        for key in store.keys(keys.TRACKING, keys.predictions_on(day))
    ]
    for prediction_id, number in done.items():
        assert photos.count(prediction_id) == records.count(prediction_id) == 1
        record = store.get_record(keys.prediction(prediction_id), PredictionRecord)
        assert store.get(record.image.location) == photo(number)
        task = keys.task(prediction_id, Source.LOW_CONFIDENCE)
        assert store.exists(task) == (record.confidence < 0.7)
    assert set(records) <= set(photos), "a record points to a photo that is not there"


@pytest.mark.parametrize("victim", ["store", "predictor", "webapp"])
def test_what_was_answered_with_success_is_stored_once(servers: dict[str, Server], victim: str) -> None:
    webapp = servers["webapp"]
    kills = {count: lambda: restart(servers[victim]) for count in (20, 80, 140)}
    done = upload_all(webapp, kills)
    wait_until(lambda: metric(webapp, "gourmetgram_spool_entries") == 0, "the spool is empty")
    assert len(done) > UPLOADS / 2
    assert_stored_once(Store(StoreSettings()), done)
    assert upload(webapp, photo(0)).json()["stored"] == "stored"

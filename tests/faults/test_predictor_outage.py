"""While the predictor is down or hangs, users are told so, and everything else keeps working."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from gourmetgram.store import Store
from tests.conftest import new_predictor, new_webapp
from tests.processes import Server
from tests.uploads import is_ready, metric, photo, upload, wait_until


@pytest.fixture
def predictor(tmp_path: Path) -> Iterator[Server]:
    """Run a predictor that the test can stop."""
    server = new_predictor(tmp_path).start()
    yield server
    server.stop()


@pytest.fixture
def webapp(tmp_path: Path, store: Store, store_env: dict[str, str], predictor: Server) -> Iterator[Server]:
    assert store
    server = new_webapp(tmp_path, store_env, predictor).start()
    yield server
    server.stop()


def test_without_the_predictor_it_says_so_and_recovers(webapp: Server, predictor: Server) -> None:
    predictor.kill()
    response = upload(webapp, photo(1))
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert not is_ready(webapp)
    assert metric(webapp, "gourmetgram_predictor_errors_total") == 1
    predictor.start()
    wait_until(lambda: upload(webapp, photo(1)).ok, "uploads are answered")


def test_a_predictor_that_hangs_does_not_take_the_rest_with_it(webapp: Server, predictor: Server) -> None:
    prediction_id = upload(webapp, photo(1)).json()["prediction_id"]
    assert predictor.process is not None
    os.kill(predictor.process.pid, signal.SIGSTOP)
    with ThreadPoolExecutor(100) as clients:
        uploads = [clients.submit(upload, webapp, photo(number)) for number in range(100)]
        assert webapp.answers()
        feedback = requests.post(f"{webapp.url}/feedback", json={"prediction_id": prediction_id}, timeout=30)
        assert feedback.ok
        assert not all(waiting.done() for waiting in uploads)
        assert {waiting.result().status_code for waiting in uploads} == {503}
    os.kill(predictor.process.pid, signal.SIGCONT)
    wait_until(lambda: upload(webapp, photo(1)).ok, "uploads are answered")

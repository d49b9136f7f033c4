"""The health checks report the true state of the predictor, the store and the spool."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.unit.webapp.conftest import MemoryStore
from tests.unit.webapp.stub_predictor import Say, StubPredictor, hangs_up, is_silent, says
from tests.unit.webapp.uploads import predicted
from webapp.settings import WebappSettings


def ready(client: FlaskClient) -> tuple[int, dict[str, Any]]:
    response = client.get("/readyz")
    return response.status_code, response.get_json()


def test_it_is_alive_whatever_else_is_away(client: FlaskClient, store: MemoryStore) -> None:
    store.away = True
    assert client.get("/healthz").status_code == 200


def test_with_everything_there_it_is_ready(client: FlaskClient) -> None:
    status, body = ready(client)
    assert status == 200
    assert body == {
        "ready": True,
        "predictor": "ready",
        "store": "ready",
        "spool": "room",
        "waiting": 0,
        "oldest_seconds": 0.0,
    }


def test_without_the_store_it_is_ready_and_says_what_waits(client: FlaskClient, store: MemoryStore) -> None:
    store.away = True
    predicted(client)
    status, body = ready(client)
    assert (status, body["store"], body["waiting"]) == (200, "unavailable", 1)


@pytest.mark.parametrize(
    "say", [hangs_up, is_silent, says("", 503), says({"ready": False}), says({}), says(["x"])]
)
def test_without_the_predictor_it_is_not_ready(
    client: FlaskClient, predictor: StubPredictor, say: Say
) -> None:
    predictor.ready = say
    status, body = ready(client)
    assert (status, body["ready"], body["predictor"]) == (503, False, "unavailable")


class TestFullSpool:
    @pytest.fixture
    def settings(self, settings: WebappSettings) -> WebappSettings:
        return settings.model_copy(update={"spool_max_bytes": 4096})

    def test_with_a_full_spool_it_is_not_ready(self, client: FlaskClient) -> None:
        status, body = ready(client)
        assert (status, body["ready"], body["spool"]) == (503, False, "full")

"""Photos are sent over persistent connections, and again if one of them breaks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from tests.unit.webapp.conftest import JPEG
from tests.unit.webapp.stub_predictor import (
    StubPredictor,
    answer,
    hangs_up,
    is_silent,
    says,
    says_once_both_asked,
)
from webapp.predictor_client import CONNECTION_REQUESTS, PredictorClient, PredictorUnavailableError
from webapp.settings import WebappSettings


@pytest.fixture
def client(settings: WebappSettings) -> Iterator[PredictorClient]:
    client = PredictorClient(settings)
    yield client
    client.close()


@pytest.mark.parametrize(
    "url", ["predictor:8000", "ftp://predictor", "http://me:secret@predictor", "http://p/"]
)
def test_what_is_no_address_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="predictor_url"):
        WebappSettings(predictor_url=url)


@pytest.mark.parametrize("url", ["http://p", "https://p.example:8443", "http://[::1]:80", "http://p/a/b"])
def test_addresses_are_accepted(url: str) -> None:
    assert WebappSettings(predictor_url=url).predictor_url == url


def test_photos_share_a_connection(client: PredictorClient, predictor: StubPredictor) -> None:
    for _ in range(3):
        client.predict(JPEG, "image/jpeg")
    assert len({asked.port for asked in predictor.asked}) == 1


def test_a_connection_is_not_kept_forever_so_that_new_pods_get_requests(
    client: PredictorClient, predictor: StubPredictor
) -> None:
    for _ in range(CONNECTION_REQUESTS + 1):
        client.predict(JPEG, "image/jpeg")
    ports = [asked.port for asked in predictor.asked]
    assert ports[0] == ports[CONNECTION_REQUESTS - 1] != ports[CONNECTION_REQUESTS]


def test_a_photo_whose_connection_breaks_is_sent_again(
    client: PredictorClient, predictor: StubPredictor
) -> None:
    predictor.predict = [hangs_up, says(answer("Rice"))]
    assert client.predict(JPEG, "image/jpeg").prediction == "Rice"


def test_a_photo_that_two_connections_break_on_is_given_up_and_the_next_is_sent(
    client: PredictorClient, predictor: StubPredictor
) -> None:
    predictor.predict = [says(answer()), hangs_up, hangs_up, says(answer())]
    client.predict(JPEG, "image/jpeg")
    with pytest.raises(PredictorUnavailableError):
        client.predict(JPEG, "image/jpeg")
    assert client.predict(JPEG, "image/jpeg").prediction == "Soup"


def test_a_connection_that_breaks_takes_the_idle_ones_with_it(
    client: PredictorClient, predictor: StubPredictor
) -> None:
    together, again = says_once_both_asked(answer()), says_once_both_asked(answer())
    predictor.predict = [together, together, hangs_up, says(answer()), again, again]
    with ThreadPoolExecutor(2) as threads:
        assert all(threads.map(client.predict, [JPEG] * 2, ["image/jpeg"] * 2))
        client.predict(JPEG, "image/jpeg")
        assert all(threads.map(client.predict, [JPEG] * 2, ["image/jpeg"] * 2))
    ports = [asked.port for asked in predictor.asked]
    assert ports[2] in ports[:2]
    assert {*ports[:2]}.isdisjoint(ports[3:])


def test_a_predictor_that_is_silent_is_not_waited_for(
    settings: WebappSettings, predictor: StubPredictor
) -> None:
    predictor.predict = [is_silent]
    client = PredictorClient(settings.model_copy(update={"predictor_timeout_seconds": 1.0}))
    with pytest.raises(PredictorUnavailableError):
        client.predict(JPEG, "image/jpeg")
    assert len(predictor.asked) == 1

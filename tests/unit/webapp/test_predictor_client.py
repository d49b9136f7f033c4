import requests_mock

from tests.unit.webapp.conftest import JPEG, PREDICT, answer
from webapp.predictor_client import CONNECTION_REQUESTS, PredictorClient
from webapp.settings import WebappSettings


def test_a_connection_is_kept_but_not_forever_so_that_new_pods_get_requests() -> None:
    client = PredictorClient(WebappSettings(predictor_url="http://predictor"))
    with requests_mock.Mocker() as predictor:
        predictor.post(PREDICT, json=answer())
        for _ in range(CONNECTION_REQUESTS):
            client.predict(JPEG, "image/jpeg")
    client.close()
    said = [request.headers["Connection"] for request in predictor.request_history]
    assert said == ["keep-alive"] * (CONNECTION_REQUESTS - 1) + ["close"]

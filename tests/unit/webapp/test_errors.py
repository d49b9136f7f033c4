"""Errors are reported in sentences, and cross-site requests are refused."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.unit.webapp.uploads import AS_JSON
from webapp import predictions


@pytest.fixture
def broken(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(predictions, "read_photo", fail)
    monkeypatch.setattr("webapp.feedback.jsonify", fail)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


def test_a_defect_of_ours_is_told_to_a_program_in_the_api_s_words(broken: FlaskClient) -> None:
    responses = [broken.post("/feedback", json={}), broken.post("/predict", headers=AS_JSON)]
    assert [response.status_code for response in responses] == [500, 500]
    assert [response.get_json() for response in responses] == [{"error": "Internal server error"}] * 2


def test_a_defect_of_ours_is_told_to_a_person_without_its_details(broken: FlaskClient) -> None:
    response = broken.post("/predict")
    assert response.status_code == 500
    assert "badge-warning" in response.text
    assert "secret" not in response.text


def test_an_unknown_address_is_not_found(client: FlaskClient) -> None:
    assert client.get("/nothing").status_code == 404
    assert client.get("/nothing", headers=AS_JSON).get_json()["error"]
    assert client.get("/feedback").status_code == 405


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Origin": "http://localhost"}, False),
        ({"Origin": "http://food.example", "Host": "Food.Example"}, False),
        ({"Origin": "http://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://proxied.example", "Sec-Fetch-Site": "same-origin"}, False),
    ],
)
def test_another_site_can_not_send_feedback(
    client: FlaskClient,
    headers: dict[str, str],
    refused: bool,
) -> None:
    response = client.post("/feedback", json={"prediction": 1, "actual": 1}, headers=headers)
    assert response.status_code == (403 if refused else 200)

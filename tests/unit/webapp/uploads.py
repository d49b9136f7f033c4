"""Uploads as browsers and programs send them."""

import io
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.unit.webapp.conftest import JPEG

AS_JSON = {"Accept": "application/json"}


def upload(
    client: FlaskClient, body: bytes = JPEG, name: str = "ramen.jpg", headers: dict[str, str] | None = None
) -> TestResponse:
    """Send a photo in a form."""
    return client.post("/predict", data={"file": (io.BytesIO(body), name)}, headers=headers)


def predicted(client: FlaskClient) -> dict[str, Any]:
    """Send a photo and return the JSON response."""
    response = upload(client, headers=AS_JSON)
    assert response.status_code == 200, response.text
    body = response.get_json()
    assert isinstance(body, dict)
    return body

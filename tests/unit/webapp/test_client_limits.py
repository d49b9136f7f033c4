"""A client that sends too much is refused and told when to try again."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient

from tests.unit.webapp.uploads import AS_JSON, upload
from webapp.client_limits import FEEDBACK, UPLOAD, ClientLimits
from webapp.settings import WebappSettings


@pytest.fixture
def settings(settings: WebappSettings) -> WebappSettings:
    few = {"client_uploads_per_minute": 2, "client_feedback_per_minute": 2, "trusted_proxies": "127.0.0.0/8"}
    return settings.model_copy(update=few)


def from_client(address: str) -> dict[str, str]:
    return {**AS_JSON, "X-Forwarded-For": address}


def test_the_upload_that_is_too_much_is_refused_until_later(client: FlaskClient) -> None:
    answers = [upload(client, headers=AS_JSON) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert "try again in" in answers[-1].get_json()["error"]


def test_another_client_is_served_all_the_same(client: FlaskClient) -> None:
    answers = [upload(client, headers=from_client(f"192.0.2.{last}")) for last in (1, 1, 1, 2)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]


def test_feedback_is_counted_apart(client: FlaskClient) -> None:
    for _ in range(3):
        upload(client)
    answers = [client.post("/feedback", json={"prediction": 1, "actual": 1}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].get_json()["success"] is False


def test_what_is_only_read_is_never_refused(client: FlaskClient) -> None:
    assert {client.get(path).status_code for path in 20 * ["/", "/healthz", "/metrics"]} == {200}


@pytest.mark.parametrize("size", [3 * 1024 * 1024, None])
def test_a_client_s_bytes_are_counted_too(size: int | None) -> None:
    limits = ClientLimits(WebappSettings(client_upload_bytes_per_minute=8 * 1024 * 1024))
    served = []
    for _ in range(3):
        try:
            limits.admit(UPLOAD, "192.0.2.1", size)
        except Exception as error:
            served.append(type(error).__name__)
        else:
            served.append("served")
    assert served == (["served", "served", "TooManyRequests"] if size else 3 * ["TooManyRequests"])


def test_a_photo_beyond_every_limit_is_too_large_and_not_one_too_many(client: FlaskClient) -> None:
    endless = {"CONTENT_LENGTH": str(4 * 1024**3)}
    answer = client.post(
        "/predict", headers=AS_JSON, data={"file": (BytesIO(), "a")}, environ_overrides=endless
    )
    assert (answer.status_code, "the limit is 16 MiB" in answer.get_json()["error"]) == (413, True)


def test_the_machines_of_an_ipv6_site_are_one_client(client: FlaskClient) -> None:
    answers = [upload(client, headers=from_client(f"2001:db8:0:1::{last}")) for last in (1, 2, 3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_nobody_is_refused_while_the_counts_can_not_be_reached(caplog: pytest.LogCaptureFixture) -> None:
    limits = ClientLimits(
        WebappSettings(limits_storage="redis://127.0.0.1:9/0", client_feedback_per_minute=1)
    )
    for _ in range(3):
        limits.admit(FEEDBACK, "192.0.2.1", 10)
    assert "does not respond" in caplog.text

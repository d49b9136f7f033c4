"""Only trusted proxies' headers are used; those of others are ignored."""

import pytest
from flask import Flask, jsonify, request
from flask.testing import FlaskClient
from pydantic import ValidationError

from tests.unit.webapp.uploads import upload
from webapp.proxies import TrustedProxies
from webapp.settings import WebappSettings

OURS = "10.0.0.0/8, 127.0.0.0/8"
HEADERS = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "food.example"}


@pytest.fixture
def echo() -> FlaskClient:
    app = Flask(__name__)
    networks = WebappSettings(trusted_proxies=OURS).proxy_networks
    app.wsgi_app = TrustedProxies(app.wsgi_app, networks, "X-User")  # type: ignore[assignment, method-assign]
    app.add_url_rule(
        "/",
        view_func=lambda: jsonify(
            request.remote_addr, request.scheme, request.host, request.headers.get("X-User")
        ),
    )
    return app.test_client()


def seen(echo: FlaskClient, peer: str, **more: str) -> list[str]:
    headers = {**HEADERS, "X-User": "ann", **{name.replace("_", "-"): value for name, value in more.items()}}
    answer = echo.get("/", headers=headers, environ_base={"REMOTE_ADDR": peer}).get_json()
    assert isinstance(answer, list)
    return answer


def test_our_proxy_is_believed(echo: FlaskClient) -> None:
    assert seen(echo, "10.1.2.3") == ["203.0.113.9", "https", "food.example", "ann"]


def test_an_ipv4_address_counts_as_one_on_a_socket_for_both_versions(echo: FlaskClient) -> None:
    assert seen(echo, "::ffff:10.1.2.3", X_Forwarded_For="::ffff:203.0.113.9")[0] == "203.0.113.9"


def test_anybody_else_is_not(echo: FlaskClient) -> None:
    assert seen(echo, "198.51.100.7") == ["198.51.100.7", "http", "localhost", None]


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.1, 10.9.9.9", "203.0.113.1"),
        ("192.0.2.66, 203.0.113.1", "203.0.113.1"),
        ("made up, 203.0.113.1, 10.9.9.9, 10.8.8.8", "203.0.113.1"),
        ("", "10.1.2.3"),
        ("10.9.9.9", "10.9.9.9"),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy_of_ours(
    echo: FlaskClient, forwarded: str, client: str
) -> None:
    assert seen(echo, "10.1.2.3", X_Forwarded_For=forwarded)[0] == client


@pytest.mark.parametrize("networks", ["10.0.0.1/8", "the ingress"])
def test_what_is_no_network_is_refused_at_the_start(networks: str) -> None:
    with pytest.raises(ValidationError):
        WebappSettings(trusted_proxies=networks)


def test_a_header_that_names_people_needs_a_proxy_that_writes_it() -> None:
    with pytest.raises(ValidationError, match="needs trusted_proxies"):
        WebappSettings(identity_header="X-User")


class TestSignedIn:
    """With a header that names the user."""

    @pytest.fixture
    def settings(self, settings: WebappSettings) -> WebappSettings:
        return settings.model_copy(update={"identity_header": "X-User", "trusted_proxies": "10.0.0.0/8"})

    def test_who_comes_through_the_proxy_is_served(self, client: FlaskClient) -> None:
        client.environ_base["REMOTE_ADDR"] = "10.1.2.3"
        assert upload(client, headers={"X-User": "ann"}).status_code == 200
        assert upload(client).status_code == 401

    def test_who_writes_the_header_himself_is_not(self, client: FlaskClient) -> None:
        answer = client.get("/", headers={"X-User": "ann"}, environ_base={"REMOTE_ADDR": "198.51.100.7"})
        assert (answer.status_code, "sign in" in answer.text) == (401, True)

    def test_health_and_metrics_are_for_machines(self, client: FlaskClient) -> None:
        assert {client.get(path).status_code for path in ("/healthz", "/metrics")} == {200}


def test_no_answer_may_run_anything_but_the_page_its_own_scripts(client: FlaskClient) -> None:
    for path in ("/", "/api/classes", "/nothing", "/metrics"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["Content-Security-Policy"]

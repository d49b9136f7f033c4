"""The metrics count what happened, and nothing that users send becomes a label."""

import re

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY

from gourmetgram.classes import CLASSES
from gourmetgram.store import StoreUnavailableError
from predictor.protocols.responses import RESPONSES
from predictor.serving.model import CONFIDENCE
from tests.conftest import ROOT
from tests.unit.webapp.conftest import MemoryStore
from tests.unit.webapp.stub_predictor import StubPredictor, says
from tests.unit.webapp.uploads import predicted, upload
from webapp.services import Services


def value(services: Services, name: str, **labels: str) -> float | None:
    return services.metrics.registry.get_sample_value(name, labels)


def test_a_prediction_is_counted_under_its_class(client: FlaskClient, services: Services) -> None:
    predicted(client)
    assert value(services, "gourmetgram_predictions_total", predicted="Soup") == 1
    assert value(services, "gourmetgram_prediction_confidence_sum") == 0.9


def test_every_class_has_a_series_from_the_start(services: Services) -> None:
    assert {value(services, "gourmetgram_predictions_total", predicted=name) for name in CLASSES} == {0}


RULES = "".join(
    path.read_text() for path in sorted((ROOT / "charts/gourmetgram/monitoring/rules").glob("*.yaml"))
)
COUNTERS = sorted(set(re.findall(r"(?:increase|rate)\((gourmetgram_\w+)\{([^}]*)\}", RULES)))
"""KServe's own metrics appear with the first request."""


@pytest.mark.parametrize(("name", "selector"), COUNTERS)
def test_a_counter_that_a_rule_reads_is_there_before_anything_happens(
    services: Services, name: str, selector: str
) -> None:
    assert RESPONSES, CONFIDENCE
    matchers = re.findall(r'(\w+)(!?=)"([^"]*)"', selector.removeprefix('namespace="gourmetgram"'))
    assert [
        sample
        for registry in (services.metrics.registry, REGISTRY)
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == name
        and all((sample.labels[label] == wanted) == (how == "=") for label, how, wanted in matchers)
    ]


def test_what_is_refused_or_fails_is_counted_from_zero(services: Services) -> None:
    for view in ("predictions.predict", "feedback.feedback"):
        for status in ("2xx", "4xx", "5xx"):
            labels = {"view": view, "method": "POST", "status": status}
            assert value(services, "gourmetgram_http_request_seconds_count", **labels) == 0


def test_errors_of_the_store_are_counted_from_zero(services: Services) -> None:
    for operation in ("GetObject", "HeadObject", "ListObjectsV2", "PutObject"):
        assert value(services, "gourmetgram_store_errors_total", operation=operation) == 0


def test_a_prediction_that_could_not_be_kept_is_not_counted(
    client: FlaskClient, services: Services, store: MemoryStore
) -> None:
    store.away = True
    services.spool.max_bytes = 0
    assert upload(client).status_code == 503
    assert value(services, "gourmetgram_predictions_total", predicted="Soup") == 0


def test_the_spool_is_measured(client: FlaskClient, services: Services, store: MemoryStore) -> None:
    store.away = True
    predicted(client)
    assert value(services, "gourmetgram_spool_entries") == 1
    assert value(services, "gourmetgram_spool_bytes") == 4096
    assert value(services, "gourmetgram_spool_limit_bytes") == 1024**3


def test_a_predictor_that_fails_is_counted(
    client: FlaskClient, services: Services, predictor: StubPredictor
) -> None:
    predictor.predict = [says("", 500)]
    upload(client)
    assert value(services, "gourmetgram_predictor_errors_total") == 1


def test_requests_are_timed_by_view_and_class_of_status(client: FlaskClient, services: Services) -> None:
    client.post("/feedback", json={})
    labels = {"view": "feedback.feedback", "method": "POST", "status": "4xx"}
    assert value(services, "gourmetgram_http_request_seconds_count", **labels) == 1


def test_what_a_user_sends_is_no_label(client: FlaskClient, services: Services) -> None:
    client.get("/what-is-this")
    client.open("/healthz", method="BREW")
    text = client.get("/metrics").text
    assert "what-is-this" not in text
    assert "BREW" not in text
    labels = {"view": "none", "method": "GET", "status": "4xx"}
    assert value(services, "gourmetgram_http_request_seconds_count", **labels) == 1


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [("", "text/plain"), ("application/openmetrics-text", "application/openmetrics-text")],
)
def test_prometheus_gets_the_format_it_asks_for(client: FlaskClient, accept: str, content_type: str) -> None:
    response = client.get("/metrics", headers={"Accept": accept})
    assert response.mimetype == content_type
    assert "gourmetgram_spool_entries" in response.text


def test_a_write_that_the_store_did_not_take_is_counted(services: Services) -> None:
    with pytest.raises(StoreUnavailableError), services.store.timed_put():
        raise StoreUnavailableError
    assert value(services, "gourmetgram_store_errors_total", operation="PutObject") == 1
    assert value(services, "gourmetgram_store_request_seconds_count", operation="PutObject") == 1

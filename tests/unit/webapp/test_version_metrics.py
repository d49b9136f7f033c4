"""Users' objections are counted by the predicting version, for a limited number of versions."""

import pytest
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from tests.unit.webapp.conftest import MemoryStore
from tests.unit.webapp.stub_predictor import StubPredictor, answer, says
from tests.unit.webapp.uploads import predicted
from webapp.services import Services
from webapp.version_metrics import KEPT, KINDS, VersionMetrics

FEEDBACK = "gourmetgram_feedback_by_version_total"
PREDICTIONS = "gourmetgram_predictions_by_version_total"


def value(services: Services, name: str, **labels: str) -> float | None:
    return services.metrics.registry.get_sample_value(name, labels)


def test_a_flag_and_a_correction_count_for_the_version_that_predicted(
    client: FlaskClient, services: Services, predictor: StubPredictor
) -> None:
    ids, version = [], ""
    for _ in range(3):
        predictor.predict = [says(answer())]
        made = predicted(client)
        ids, version = [*ids, made["prediction_id"]], made["model_version"]
    client.post("/feedback", json={"prediction_id": ids[0]})
    client.post("/feedback", json={"prediction_id": ids[1], "corrected_class": "Egg"})
    client.post("/feedback", json={"prediction_id": ids[2], "corrected_class": "Soup"})  # as predicted
    assert value(services, PREDICTIONS, version=version) == 3
    assert value(services, FEEDBACK, version=version, kind="flag") == 1
    assert value(services, FEEDBACK, version=version, kind="relabel") == 1


@pytest.mark.parametrize("away", [False, True])
def test_a_prediction_counts_once_however_often_a_user_objects(
    client: FlaskClient, services: Services, store: MemoryStore, away: bool
) -> None:
    store.away = away
    made = predicted(client)
    for choice in ({}, {}, *({"corrected_class": name} for name in ("Egg", "Soup", "Rice", "Soup"))):
        client.post("/feedback", json={"prediction_id": made["prediction_id"], **choice})
    counts = [value(services, FEEDBACK, version=made["model_version"], kind=kind) for kind in KINDS]
    assert counts == [1, 1]


def test_a_version_starts_at_zero_when_it_first_predicts() -> None:
    metrics = VersionMetrics(registry := CollectorRegistry())
    metrics.observe_prediction("new")
    assert registry.get_sample_value(FEEDBACK, {"version": "new", "kind": "flag"}) == 0


def test_feedback_on_a_version_that_does_not_predict_is_of_others() -> None:
    metrics = VersionMetrics(registry := CollectorRegistry())
    metrics.observe_feedback("long-gone", "flag")
    assert registry.get_sample_value(FEEDBACK, {"version": "other", "kind": "flag"}) == 1
    assert registry.get_sample_value(FEEDBACK, {"version": "long-gone", "kind": "flag"}) is None


def test_the_version_that_is_silent_longest_makes_room() -> None:
    metrics = VersionMetrics(registry := CollectorRegistry())
    for version in ("canary", *(f"v{number}" for number in range(KEPT - 1)), "canary", "newest"):
        metrics.observe_prediction(version)
    series = {sample.labels["version"] for metric in registry.collect() for sample in metric.samples}
    assert series == {"other", "canary", "newest", *(f"v{number}" for number in range(1, KEPT - 1))}

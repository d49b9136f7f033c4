"""The Model Feedback API counts exactly and answers in its documented words."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from webapp.model_feedback import ModelFeedback, ModelFeedbackError
from webapp.services import Services

RATIOS = ("accuracy", "precision", "recall", "f1_score")


def send(client: FlaskClient, body: object) -> tuple[int, Any]:
    response = client.post("/feedback", json=body)
    return response.status_code, response.get_json()


def value(services: Services, name: str) -> float | None:
    return services.metrics.registry.get_sample_value(name)


def test_a_hit_is_answered_with_the_ratios(client: FlaskClient) -> None:
    status, body = send(client, {"prediction": 1, "actual": 1})
    assert status == 200
    assert body == {"success": True, "metrics": dict.fromkeys(RATIOS, 1.0)}


@pytest.mark.parametrize("body", [{"prediction": 1}, {"actual": 0}])
def test_a_missing_field_is_refused(client: FlaskClient, body: object) -> None:
    assert send(client, body) == (400, {"error": "Missing required fields"})


@pytest.mark.parametrize("wrong", [2, -1, True, False, "1", 1.0, 0.0, None, [], {}])
@pytest.mark.parametrize("field", ["prediction", "actual"])
def test_what_is_not_0_or_1_is_refused(client: FlaskClient, field: str, wrong: object) -> None:
    body = {"prediction": 1, "actual": 1, field: wrong}
    assert send(client, body) == (400, {"error": "Values must be 0 or 1"})


@pytest.mark.parametrize(
    ("prediction", "actual", "cell"),
    [
        (1, 1, "true_positives_total"),
        (0, 0, "true_negatives_total"),
        (1, 0, "false_positives_total"),
        (0, 1, "false_negatives_total"),
    ],
)
def test_each_outcome_has_its_cell(
    client: FlaskClient, services: Services, prediction: int, actual: int, cell: str
) -> None:
    send(client, {"prediction": prediction, "actual": actual})
    assert value(services, cell) == 1
    assert sum(value(services, f"{sign}_{kind}_total") or 0 for sign in ("true", "false")
               for kind in ("positives", "negatives")) == 1  # fmt: skip


def test_the_ratios_follow_their_formulas(services: Services) -> None:
    outcomes = [(1, 1)] * 6 + [(1, 0)] * 2 + [(0, 1)] * 1 + [(0, 0)] * 3
    for prediction, actual in outcomes:
        answered = services.model_feedback.add({"prediction": prediction, "actual": actual})
    assert answered == pytest.approx(
        {
            "accuracy": 9 / 12,
            "precision": 6 / 8,
            "recall": 6 / 7,
            "f1_score": 2 * (3 / 4) * (6 / 7) / (3 / 4 + 6 / 7),
        }
    )
    assert {name: value(services, name) for name in RATIOS} == answered


def test_a_ratio_without_cases_is_0(services: Services) -> None:
    answered = services.model_feedback.add({"prediction": 0, "actual": 0})
    assert answered == {"accuracy": 1.0, "precision": 0.0, "recall": 0.0, "f1_score": 0.0}


def test_before_the_first_feedback_there_are_no_ratios(services: Services) -> None:
    assert [value(services, name) for name in RATIOS] == [None] * 4


def test_refused_feedback_does_not_count(services: Services) -> None:
    with pytest.raises(ModelFeedbackError):
        services.model_feedback.add({"prediction": 2, "actual": 1})
    assert value(services, "accuracy") is None


def test_32_writers_at_once_are_counted_exactly() -> None:
    feedback = ModelFeedback()
    outcomes = [(1, 1), (0, 0), (1, 0), (0, 1)]

    def write(writer: int) -> None:
        for number in range(500):
            prediction, actual = outcomes[(writer + number) % 4]
            feedback.add({"prediction": prediction, "actual": actual})

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(write, range(32)))
    values = [metric.samples[0].value for metric in feedback.collect()]
    assert values[:5] == [4000, 4000, 4000, 4000, 0.5]

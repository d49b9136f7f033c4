"""The Model Feedback API: the two-by-two confusion matrix of any binary model, and its ratios.

Counts and ratios are exposed by one collector, so that a scrape never sees one without the other.
"""

import threading
from collections import Counter
from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

_OUTCOMES = {
    (1, 1): "true_positives",
    (0, 0): "true_negatives",
    (1, 0): "false_positives",
    (0, 1): "false_negatives",
}
"""The cell of the matrix, by prediction and actual."""

_WORDS = {
    "true_positives": "Feedback with prediction 1 and actual 1",
    "true_negatives": "Feedback with prediction 0 and actual 0",
    "false_positives": "Feedback with prediction 1 and actual 0",
    "false_negatives": "Feedback with prediction 0 and actual 1",
    "accuracy": "Share of the feedback in which prediction and actual agree",
    "precision": "Share of the predictions 1 that were right",
    "recall": "Share of the actual 1 that were predicted",
    "f1_score": "Harmonic mean of precision and recall",
}


class ModelFeedbackError(ValueError):
    """The feedback is refused; the message is the API's own."""


class ModelFeedback(Collector):
    """The confusion matrix since the start of the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, body: dict[str, object]) -> dict[str, float]:
        """Count one outcome and return the updated ratios.

        Raises:
            ModelFeedbackError: a field is missing or is not the number 0 or 1.
        """
        if "prediction" not in body or "actual" not in body:
            raise ModelFeedbackError("Missing required fields")
        prediction, actual = body["prediction"], body["actual"]
        if not (_is_binary(prediction) and _is_binary(actual)):
            raise ModelFeedbackError("Values must be 0 or 1")
        with self._lock:
            self._counts[_OUTCOMES[prediction, actual]] += 1  # type: ignore[index]
            return ratios(self._counts)

    def collect(self) -> Iterator[Metric]:
        """Expose the counts, and the ratios from the first feedback on."""
        with self._lock:
            counts = self._counts.copy()
        for name in _OUTCOMES.values():
            yield CounterMetricFamily(name, _WORDS[name], value=counts[name])
        if counts:
            for name, value in ratios(counts).items():
                yield GaugeMetricFamily(name, _WORDS[name], value=value)


def ratios(counts: Counter[str]) -> dict[str, float]:
    """Compute accuracy, precision, recall and F1; a ratio without cases is 0."""
    hits = counts["true_positives"]
    precision = _ratio(hits, hits + counts["false_positives"])
    recall = _ratio(hits, hits + counts["false_negatives"])
    return {
        "accuracy": _ratio(hits + counts["true_negatives"], counts.total()),
        "precision": precision,
        "recall": recall,
        "f1_score": _ratio(2 * precision * recall, precision + recall),
    }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _is_binary(value: object) -> bool:
    return type(value) is int and value in {0, 1}  # not bool, which is an int too

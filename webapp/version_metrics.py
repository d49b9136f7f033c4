"""Predictions, flags and corrections by model version: do users object to a canary more often?"""

import threading
from collections import OrderedDict

from prometheus_client import CollectorRegistry, Counter

KEPT = 4
"""Versions with series of their own: current, canary, and those before that are still asked about."""

OTHER = "other"
KINDS = ("flag", "relabel")


class VersionMetrics:
    """Counts by version. Only versions that predict get series; beyond four, the least recent loses them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._recent: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()
        self._predictions = Counter(
            "gourmetgram_predictions_by_version",
            "Photos that were classified and kept, by the version of the model",
            ["version"],
            registry=registry,
        )
        self._feedback = Counter(
            "gourmetgram_feedback_by_version",
            "Predictions that users flagged or gave another class, by the version of the model",
            ["version", "kind"],
            registry=registry,
        )
        self._start(OTHER)

    def observe_prediction(self, version: str) -> None:
        """Count a stored prediction of a version."""
        with self._lock:
            if version not in self._recent:
                self._start(version)
            self._recent[version] = None
            self._recent.move_to_end(version)
            self._predictions.labels(version).inc()
            if len(self._recent) > KEPT:
                self._remove(self._recent.popitem(last=False)[0])

    def observe_feedback(self, version: str, kind: str) -> None:
        """Count a ``flag`` or a ``relabel`` of a prediction of a version."""
        with self._lock:
            self._feedback.labels(version if version in self._recent else OTHER, kind).inc()

    def _start(self, version: str) -> None:
        self._predictions.labels(version)
        for kind in KINDS:
            self._feedback.labels(version, kind)

    def _remove(self, version: str) -> None:
        self._predictions.remove(version)
        for kind in KINDS:
            self._feedback.remove(version, kind)

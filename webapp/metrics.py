"""The metrics of the web application; no label holds anything that a user sends.

Each application has a registry of its own. What is derived from state (the spool, the model feedback) is
read by a collector on each scrape.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.model import OperationModel
from prometheus_client import CollectorRegistry, Counter, Histogram, Metric, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from werkzeug.routing import Map

from gourmetgram.classes import CLASSES
from gourmetgram.records import PredictionRecord
from gourmetgram.store import StoreUnavailableError
from webapp.spool import Spool
from webapp.version_metrics import VersionMetrics
from webapp.writing import WritingStore

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10)
CONFIDENCES = tuple(tenths / 10 for tenths in range(1, 11))
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
STORE_OPERATIONS = ("GetObject", "HeadBucket", "HeadObject", "ListObjectsV2", "PutObject")


class Metrics:
    """The counters and histograms that the views fill."""

    def __init__(self, store: WritingStore, spool: Spool, *collectors: Collector) -> None:
        self.registry = CollectorRegistry()
        for collector in (SpoolCollector(spool), *collectors):
            self.registry.register(collector)
        ProcessCollector(registry=self.registry)
        StoreRequests(store, self.registry)
        self._predictions = Counter(
            "gourmetgram_predictions",
            "Photos that were classified and stored",
            ["predicted"],
            registry=self.registry,
        )
        self._confidence = Histogram(
            "gourmetgram_prediction_confidence",
            "Probability of the predicted class",
            buckets=CONFIDENCES,
            registry=self.registry,
        )
        self._by_version = VersionMetrics(self.registry)
        self.predictor_errors = Counter(
            "gourmetgram_predictor_errors",
            "Photos that the predictor could not classify",
            registry=self.registry,
        )
        self._requests = Histogram(
            "gourmetgram_http_request_seconds",
            "Time to answer a request",
            ["view", "method", "status"],
            buckets=SECONDS,
            registry=self.registry,
        )
        for name in CLASSES:
            self._predictions.labels(name)

    def expect_requests(self, views: Map) -> None:
        """Start the series of each view at zero.

        Prometheus sees no increase in a series whose first sample is 60: the first failures would go unseen.
        """
        for rule in views.iter_rules():
            for method in {"GET", "POST"} & (rule.methods or set()):
                for status in ("2xx", "4xx", "5xx"):
                    self._requests.labels(rule.endpoint, method, status)

    def observe_prediction(self, record: PredictionRecord) -> None:
        """Count a stored prediction."""
        self._predictions.labels(record.prediction).inc()
        self._confidence.observe(record.confidence)
        self._by_version.observe_prediction(record.model_version)

    def observe_feedback(self, record: PredictionRecord, kind: str) -> None:
        """Count a ``flag`` or a ``relabel`` of a prediction."""
        self._by_version.observe_feedback(record.model_version, kind)

    def observe_request(self, view: str | None, method: str, status: int, seconds: float) -> None:
        """Time a request by the name of its view, its method and the class of its status, such as 2xx."""
        method = method if method in METHODS else "other"
        self._requests.labels(view or "none", method, f"{status // 100}xx").observe(seconds)


class SpoolCollector(Collector):
    """What is in the spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def collect(self) -> Iterator[Metric]:
        """Read the state of the spool."""
        usage = self._spool.usage()
        yield _gauge(
            "gourmetgram_spool_entries", "Requests with writes that wait for the store", usage.entries
        )
        yield _gauge(
            "gourmetgram_spool_unreadable",
            "Damaged entries that were set aside",
            usage.unreadable,
        )
        yield _gauge("gourmetgram_spool_bytes", "Bytes that are waiting for the store", usage.bytes)
        yield _gauge(
            "gourmetgram_spool_limit_bytes", "Bytes that may wait for the store", self._spool.max_bytes
        )
        yield _gauge(
            "gourmetgram_spool_oldest_seconds",
            "Age of the oldest entry",
            usage.oldest_seconds,
        )


class StoreRequests:
    """Times the requests to the store by boto3's events, including each attempt, and the writes."""

    def __init__(self, store: WritingStore, registry: CollectorRegistry) -> None:
        labels = ["operation"]
        self._seconds = Histogram(
            "gourmetgram_store_request_seconds", "Time of a store request, retries included", labels,
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self._errors = Counter(
            "gourmetgram_store_errors", "Requests to the store that failed", labels,
            registry=registry,
        )  # fmt: skip
        for operation in STORE_OPERATIONS:
            self._seconds.labels(operation)
            self._errors.labels(operation)
        events = store.client.meta.events
        events.register("before-call.s3", self._before)
        events.register("after-call.s3", self._after)
        events.register("after-call-error.s3", self._failed)
        store.timed_put = self.timed_put

    @contextmanager
    def timed_put(self) -> Iterator[None]:
        """Time a write, which boto3 does not see."""
        context: dict[str, Any] = {}
        self._before(context)
        try:
            yield
        except StoreUnavailableError:
            self._errors.labels("PutObject").inc()
            raise
        finally:
            self._observe("PutObject", context)

    def _before(self, context: dict[str, Any], **_: object) -> None:
        context["started"] = time.perf_counter()

    def _after(
        self, model: OperationModel, context: dict[str, Any], http_response: AWSResponse, **_: object
    ) -> None:
        self._observe(model.name, context)
        if http_response.status_code >= 400 and http_response.status_code != 404:  # noqa: PLR2004
            self._errors.labels(model.name).inc()

    def _failed(self, event_name: str, context: dict[str, Any], **_: object) -> None:
        operation = event_name.rpartition(".")[2]
        self._observe(operation, context)
        self._errors.labels(operation).inc()

    def _observe(self, operation: str, context: dict[str, Any]) -> None:
        self._seconds.labels(operation).observe(time.perf_counter() - context["started"])


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)

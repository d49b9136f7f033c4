"""Metrics of the feedback loop, read from the store.

A thread reads the store periodically and a scrape gets its latest reading: Prometheus never waits for the
store, and during an outage the last figures remain, with the time at which they were read.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gourmetgram.records import JobRun
from gourmetgram.sources import Source
from gourmetgram.store import Store, StoreUnavailableError
from webapp import quality_metrics
from webapp.loop_state import LoopState, read_loop_state

log = logging.getLogger(__name__)


class LoopMetrics(Collector):
    """Reads the store in the background and exposes what it read."""

    def __init__(self, store: Store, pause_seconds: float) -> None:
        self._store = store
        self._pause_seconds = pause_seconds
        self._reading: LoopState | None = None
        self._read_at = time.time()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="loop-metrics", daemon=True)

    def start(self) -> None:
        """Start reading: now, and again after each pause."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the current reading and stop."""
        self._stopped.set()
        self._thread.join()

    def read(self) -> None:
        """Read the store.

        Raises:
            StoreUnavailableError: the store did not answer; the previous reading remains.
        """
        now = datetime.now(UTC)
        self._reading = read_loop_state(self._store)
        self._read_at = now.timestamp()

    def collect(self) -> Iterator[Metric]:
        """Expose the latest reading; before the first one, only since when it has been awaited."""
        yield GaugeMetricFamily(
            "gourmetgram_loop_read_timestamp_seconds",
            "When the loop's state was last read from the store; before that, when this process started",
            value=self._read_at,
        )
        if reading := self._reading:
            yield quality_metrics.labels(reading.quality)
            yield from quality_metrics.quality(reading.quality)
            yield from _waiting(reading)
            yield GaugeMetricFamily(
                "gourmetgram_unfinished_deletions",
                "Deletions that were asked for and are not complete",
                value=reading.unfinished_deletions,
            )
            yield from _jobs(reading)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.read()
            except StoreUnavailableError as error:
                log.warning("the loop's metrics date from %s: %s", time.ctime(self._read_at), error)
            except Exception:
                log.exception("the loop's metrics could not be read")
            self._stopped.wait(self._pause_seconds)


def _waiting(state: LoopState) -> Iterator[Metric]:
    tasks = state.waiting_tasks
    yield _by(
        "source",
        "gourmetgram_waiting_tasks",
        "Tasks that are waiting for an annotation in Label Studio",
        {source: each.number for source, each in tasks.items()},
    )
    yield _by(
        "source",
        "gourmetgram_oldest_waiting_task_timestamp_seconds",
        "When the prediction was made whose task has waited longest",
        {source: each.oldest.timestamp() for source, each in tasks.items() if each.oldest},
    )
    yield _by(
        "source",
        "gourmetgram_waiting_outputs",
        "Answers that are waiting for the processing job",
        state.waiting_outputs,
    )
    yield _by(
        "source",
        "gourmetgram_quarantined",
        "Predictions and stray objects in quarantine, because their answers could not be processed",
        state.quarantined,
    )


def _jobs(state: LoopState) -> Iterator[Metric]:
    complete, incomplete = state.complete_runs, state.incomplete_runs
    yield _by(
        "cronjob",
        "gourmetgram_cronjob_last_success_timestamp_seconds",
        "When the job last completed all its work; 0 if never",
        {job: _ended(run) for job, run in complete.items()},
    )
    yield _by(
        "cronjob",
        "gourmetgram_cronjob_last_failure_timestamp_seconds",
        "When the job last ended with work left undone; 0 if never",
        {job: _ended(run) for job, run in incomplete.items()},
    )
    yield _by(
        "cronjob",
        "gourmetgram_cronjob_duration_seconds",
        "How long the job's last successful run took",
        {job: run.seconds for job, run in complete.items() if run},
    )
    yield _by(
        "cronjob",
        "gourmetgram_cronjob_items",
        "How many tasks, annotations or answers the job's last successful run processed",
        {job: run.items for job, run in complete.items() if run},
    )


def _ended(run: JobRun | None) -> float:
    return run.finished_at.timestamp() if run else 0


def _by(label: str, name: str, words: str, values: Mapping[str, float] | Mapping[Source, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value_of, value in values.items():
        family.add_metric([value_of], value)
    return family

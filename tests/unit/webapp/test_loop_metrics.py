"""The loop's metrics reflect the store, on every replica and after every restart."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.keys import LABELSTUDIO, Location
from gourmetgram.quality import Estimate, LabelCount
from gourmetgram.records import JobRun
from gourmetgram.settings import StoreSettings
from gourmetgram.sources import Source
from gourmetgram.store import JSON, StoreUnavailableError
from tests.labelling import ask, prediction, prediction_id
from tests.quality import estimate, quality_record
from tests.unit.webapp.conftest import MemoryStore
from webapp.loop_metrics import LoopMetrics
from webapp.services import Services

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def loop_store() -> MemoryStore:
    return MemoryStore(StoreSettings())


def known(store: MemoryStore, accuracy: Estimate, *labels: LabelCount) -> None:
    store.put_record(keys.quality(), quality_record(accuracy, labels=list(labels)))


def count(actual: str, count: int) -> LabelCount:
    return LabelCount(window="1d", predicted="Egg", actual=actual, source=Source.RANDOM_SAMPLING, count=count)


def read(store: MemoryStore) -> CollectorRegistry:
    metrics = LoopMetrics(store, 3600)
    metrics.read()
    return exposed(metrics)


def exposed(metrics: LoopMetrics) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(metrics)
    return registry


def labels(
    registry: CollectorRegistry, window: str, predicted: str = "Egg", actual: str = "Egg"
) -> float | None:
    wanted = {"window": window, "predicted": predicted, "actual": actual, "source": "random_sampling"}
    return registry.get_sample_value("gourmetgram_labels", wanted)


def of_version(registry: CollectorRegistry, name: str, version: str) -> float | None:
    return registry.get_sample_value(f"gourmetgram_{name}", {"window": "7d", "model_version": version})


def of_class(registry: CollectorRegistry, name: str, class_name: str) -> float | None:
    return registry.get_sample_value(f"gourmetgram_class_{name}", {"window": "7d", "class": class_name})


def of_source(registry: CollectorRegistry, name: str, source: Source) -> float | None:
    return registry.get_sample_value(name, {"source": source})


def of_job(registry: CollectorRegistry, name: str, job: str) -> float | None:
    return registry.get_sample_value(f"gourmetgram_cronjob_{name}", {"cronjob": job})


def test_labels_are_exposed_by_window_prediction_truth_and_source(loop_store: MemoryStore) -> None:
    known(loop_store, estimate(0.75), count("Egg", 3), count("Soup", 1))
    registry = read(loop_store)
    assert (labels(registry, "1d"), labels(registry, "1d", actual="Soup")) == (3, 1)


def test_the_accuracy_is_exposed_with_its_bounds_by_window_and_version(loop_store: MemoryStore) -> None:
    known(loop_store, estimate(0.75, labels=40))
    registry = read(loop_store)
    for version in ("all", "v1"):
        assert of_version(registry, "accuracy", version) == 0.75
        assert of_version(registry, "accuracy_lower", version) == pytest.approx(0.7)
        assert of_version(registry, "accuracy_upper", version) == pytest.approx(0.8)
        assert of_version(registry, "accuracy_effective_labels", version) == 40
        assert of_version(registry, "accuracy_predictions", version) == 100
        assert of_version(registry, "mean_confidence", version) == 0.75


def test_a_class_of_which_no_label_is_known_has_no_figure(loop_store: MemoryStore) -> None:
    known(loop_store, estimate(0.75))
    registry = read(loop_store)
    assert of_class(registry, "recall", "Egg") == 0.75
    assert of_class(registry, "recall", "Soup") is None
    assert of_class(registry, "recall_upper", "Soup") == 1


def test_before_anything_is_worked_out_no_label_stands_behind_the_accuracy(loop_store: MemoryStore) -> None:
    registry = read(loop_store)
    assert of_version(registry, "accuracy", "all") is None
    assert of_version(registry, "accuracy_effective_labels", "all") == 0
    assert registry.get_sample_value("gourmetgram_quality_timestamp_seconds") == 0


def test_a_spoilt_record_of_the_quality_hides_nothing_else(loop_store: MemoryStore) -> None:
    loop_store.put(keys.quality(), b"{", JSON)
    registry = read(loop_store)
    assert labels(registry, "1d") == 0
    assert of_source(registry, "gourmetgram_waiting_tasks", Source.USER_FLAG) == 0


def test_without_labels_every_class_has_a_series_that_is_zero(loop_store: MemoryStore) -> None:
    registry = read(loop_store)
    assert {labels(registry, "30d", name, name) for name in CLASSES} == {0}


def test_waiting_tasks_are_counted_and_the_oldest_is_dated(loop_store: MemoryStore) -> None:
    source = Source.USER_FLAG
    loop_store.put(Location(LABELSTUDIO, keys.tasks(source) + keys.FOLDER_NOTE), b"a note", "text/plain")
    for number, age in enumerate((HOUR, 3 * HOUR, 2 * HOUR)):
        ask(loop_store, prediction(number, at=NOW - age), source)
    registry = read(loop_store)
    assert of_source(registry, "gourmetgram_waiting_tasks", source) == 3
    oldest = of_source(registry, "gourmetgram_oldest_waiting_task_timestamp_seconds", source)
    assert oldest == pytest.approx((NOW - 3 * HOUR).timestamp(), abs=0.01)


def test_answers_that_wait_are_counted(loop_store: MemoryStore) -> None:
    loop_store.put(Location(LABELSTUDIO, keys.outputs(Source.LOW_CONFIDENCE) + "7"), b"{}", JSON)
    assert of_source(read(loop_store), "gourmetgram_waiting_outputs", Source.LOW_CONFIDENCE) == 1


def test_a_quarantined_prediction_counts_once_and_a_stray_object_too(loop_store: MemoryStore) -> None:
    source, about = Source.RANDOM_SAMPLING, prediction_id(1)
    for key in (
        f"{keys.tasks(source)}{about}.json",
        f"{keys.outputs(source)}{about}/1-a.json",
        f"{keys.outputs(source)}{about}/1-b.json",
        f"{keys.outputs(source)}unreadable/7",
    ):
        loop_store.put(keys.quarantined(Location(LABELSTUDIO, key)), b"{}", JSON)
    assert of_source(read(loop_store), "gourmetgram_quarantined", source) == 2


def test_a_failure_does_not_hide_the_last_success(loop_store: MemoryStore) -> None:
    for complete, age in ((True, 2 * HOUR), (False, HOUR)):
        run = JobRun(
            job="sync", complete=complete, finished_at=NOW - age, seconds=4.5, items=7, summary="said"
        )
        loop_store.put_record(keys.last_run("sync", complete=complete), run)
    registry = read(loop_store)
    assert of_job(registry, "last_success_timestamp_seconds", "sync") == (NOW - 2 * HOUR).timestamp()
    assert of_job(registry, "last_failure_timestamp_seconds", "sync") == (NOW - HOUR).timestamp()
    assert (of_job(registry, "duration_seconds", "sync"), of_job(registry, "items", "sync")) == (4.5, 7)


def test_a_job_that_never_ran_says_so(loop_store: MemoryStore) -> None:
    registry = read(loop_store)
    assert of_job(registry, "last_success_timestamp_seconds", "processing") == 0
    assert of_job(registry, "duration_seconds", "processing") is None


def test_while_the_store_is_away_the_last_figures_stand(loop_store: MemoryStore) -> None:
    metrics = LoopMetrics(loop_store, 3600)
    known(loop_store, estimate(0.75), count("Egg", 1))
    metrics.read()
    registry = exposed(metrics)
    read_at = registry.get_sample_value("gourmetgram_loop_read_timestamp_seconds")
    loop_store.away = True
    with pytest.raises(StoreUnavailableError):
        metrics.read()
    assert labels(registry, "1d") == 1
    assert registry.get_sample_value("gourmetgram_loop_read_timestamp_seconds") == read_at


def test_a_scrape_does_not_wait_for_a_store_that_hangs(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, ends = threading.Event(), threading.Event()

    def hang(*_: object) -> Iterator[str]:
        hangs.set()
        ends.wait(30)
        return iter(())

    monkeypatch.setattr(services.store, "keys", hang)
    thread = threading.Thread(target=services.loop_metrics.read)
    thread.start()
    assert hangs.wait(30)
    assert "gourmetgram_loop_read_timestamp_seconds" in client.get("/metrics").text
    ends.set()
    thread.join()

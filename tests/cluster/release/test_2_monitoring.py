"""Prometheus discovers the release, every dashboard query returns data, and faults raise their alerts."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from gourmetgram.classes import CLASSES
from gourmetgram.records import PredictionRecord
from gourmetgram.sources import Source
from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import NAME, Release, forwarded
from tests.cluster.release.photos import UNSURE
from tests.cluster.release.sooner import hurried
from tests.cluster.release.stack import MONITORING, Receiver
from tests.labelling import annotation, answer
from tests.prometheus import PANEL_QUERIES, RECORDED, RULES, ask, groups, targets, unanswered

pytestmark = pytest.mark.cluster

EVIDENCE = 22
"""Number of labels: enough for the alerts that need 20, or 10 of a class."""

COMPARES_DAYS = re.compile(":reference|stability_index")
"""Drift compares a day with the days before it, so it has no value on the first day."""


class Users:
    """Users who upload photos and give feedback, and carry on after errors."""

    def __init__(self, url: str) -> None:
        self.url = url

    def upload(self) -> requests.Response:
        with UNSURE.open("rb") as photo:
            return requests.post(
                f"{self.url}/predict",
                files={"file": photo},
                headers={"Accept": "application/json"},
                timeout=30,
            )

    def go_on(self) -> None:
        self.upload()
        requests.post(f"{self.url}/feedback", json={"prediction": 1, "actual": 1}, timeout=30)


@pytest.fixture(scope="module")
def prometheus(release: Release) -> Iterator[str]:
    """Reach the cluster's Prometheus."""
    assert release
    with forwarded(MONITORING, "prometheus-operated", 9090) as url:
        yield url


@pytest.fixture(scope="module")
def users(release: Release) -> Iterator[Users]:
    with release.forward("webapp", 5000) as url:
        yield Users(url)


@pytest.fixture(scope="module")
def receiver(release: Release, prometheus: str) -> Iterator[Receiver]:
    """Shorten the alerts' durations, and have Alertmanager send them to a receiver of our own."""
    receiver = Receiver(release)
    receiver.start()
    with hurried(release, prometheus):
        yield receiver
    receiver.stop()


def test_every_target_is_up_under_the_name_of_its_component(prometheus: str, users: Users) -> None:
    up = {f'count(up{{namespace="{NAME}",job="{job}"}} == 1) == 2' for job in ("webapp", "predictor")}
    assert unanswered(prometheus, up, users.go_on) == set()
    assert {(target["labels"]["job"], target["health"]) for target in _targets(prometheus)} == {
        ("webapp", "up"),
        ("predictor", "up"),
    }


def test_every_rule_is_loaded_and_healthy(prometheus: str, users: Users) -> None:
    assert unanswered(prometheus, {"gourmetgram:accuracy:target"}, users.go_on) == set()
    loaded = [rule for group in groups(prometheus) for rule in group["rules"] if _is_ours(rule["name"])]
    ours = [rule.get("alert") or rule["record"] for rule in RULES]
    assert sorted(rule["name"] for rule in loaded) == sorted(ours)
    assert {rule["health"] for rule in loaded} == {"ok"}


def test_every_recording_rule_answers_but_those_that_need_a_yesterday(prometheus: str, users: Users) -> None:
    now = {record for record in RECORDED if not COMPARES_DAYS.search(record)}
    assert unanswered(prometheus, now, users.go_on) == set()
    assert {record for record in RECORDED - now if ask(prometheus, record)} == set()


def test_every_panel_answers_but_the_drift_that_needs_a_yesterday(prometheus: str, users: Users) -> None:
    now = {query for query in PANEL_QUERIES if not COMPARES_DAYS.search(query)}
    assert unanswered(prometheus, now, users.go_on) == set()


def test_nothing_has_fired_since_the_installation(prometheus: str) -> None:
    fired = 'ALERTS{alertname=~"GourmetGram.*",alertstate="firing"}'
    assert ask(prometheus, f"count_over_time({fired}[1h])") == []


def test_a_predictor_that_is_gone_is_told(release: Release, receiver: Receiver, users: Users) -> None:
    expected = {"PredictorDown", "UploadsFailFast", "UploadsFail", "ErrorRateHigh"}
    with _told(receiver, expected) as are_told, _without(release, f"{NAME}-food11-predictor"):
        wait_until(lambda: users.upload().status_code == 503 and are_told(), "the alerts")


def test_a_store_that_is_gone_is_told(release: Release, receiver: Receiver, users: Users) -> None:
    expected = {"StoreUnreadable", "StoreErrors", "SpoolNotDraining"}
    with _told(receiver, expected) as are_told, _without(release, f"{NAME}-store"):
        wait_until(lambda: users.upload().status_code == 200 and are_told(), "the alerts")


def test_wrong_labels_are_told_until_they_are_right(
    release: Release, receiver: Receiver, users: Users
) -> None:
    records = [PredictionRecord.model_validate(users.upload().json()) for _ in range(EVIDENCE)]
    wrong = next(name for name in CLASSES if name != records[0].prediction)
    with _told(receiver, {"AccuracyBelowTarget", "ClassFallen"}) as are_told:
        _label(release, [(record, wrong) for record in records], minutes=1)
        wait_until(are_told, "the alerts")
        _label(release, [(record, record.prediction) for record in records], minutes=2)


def test_what_needs_a_yesterday_answers_the_day_after(
    prometheus: str, receiver: Receiver, users: Users
) -> None:
    assert receiver.firing() == set()
    assert unanswered(prometheus, RECORDED | PANEL_QUERIES, users.go_on) == set()


@contextmanager
def _told(receiver: Receiver, names: set[str]) -> Iterator[Callable[[], bool]]:
    """Yield a check that these alerts fire; on exit, expect that no others did and that all are resolved."""
    expected = {f"GourmetGram{name}" for name in names}
    receiver.forget()
    yield lambda: expected <= receiver.firing()
    wait_until(lambda: not receiver.firing(), "the end of the alerts", seconds=180, pause=1)
    assert receiver.fired() == expected


@contextmanager
def _without(release: Release, deployment: str) -> Iterator[None]:
    replicas = release.kubectl("get", f"deployment/{deployment}", "--output=jsonpath={.spec.replicas}")
    release.kubectl("scale", f"deployment/{deployment}", "--replicas=0")
    try:
        yield
    finally:
        release.kubectl("scale", f"deployment/{deployment}", f"--replicas={replicas}")
        release.wait_until_ready()


def _label(release: Release, labels: list[tuple[PredictionRecord, str]], minutes: int) -> None:
    """Sample the predictions, put annotations where Label Studio exports them, and process those."""
    release.run_job("sampling")
    with release.store() as store:
        for number, (record, choice) in enumerate(labels, 10_000):
            exported = annotation(record, choice, number=number, minutes=minutes)
            answer(store, Source.RANDOM_SAMPLING, exported)
    release.run_job("processing")


def _targets(prometheus: str) -> list[dict[str, Any]]:
    return [target for target in targets(prometheus) if target["labels"].get("namespace") == NAME]


def _is_ours(name: str) -> bool:
    return name.lower().startswith(NAME)

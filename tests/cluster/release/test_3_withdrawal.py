"""A harmful canary is withdrawn automatically and reported, without a failed request, and does not return."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests
from kubernetes import client

from manifests.release import SERVICE
from tests import colour_models
from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import CHART, COMPONENT, NAME, Release, forwarded
from tests.cluster.release.load import uploads
from tests.cluster.release.models import publish, rollout
from tests.cluster.release.photos import SURE
from tests.cluster.release.sooner import hurried
from tests.cluster.release.stack import MONITORING

pytestmark = [pytest.mark.cluster, pytest.mark.drill]

TRUTH = "Vegetable/Fruit"


class Alerts:
    """The alerts that Alertmanager has sent about canaries, each with the version."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.told: set[tuple[str, str]] = set()

    def has(self, alert: str, version: str) -> bool:
        found = requests.get(
            f"{self.url}/api/v2/alerts", params={"filter": f'namespace="{NAME}"'}, timeout=30
        )
        self.told |= {(one["labels"]["alertname"], one["labels"].get("version", "")) for one in found.json()}
        return (alert, version) in self.told


@pytest.fixture(scope="module")
def alerts(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alerts]:
    """Publish the two models, and shorten the alerts' durations."""
    folder = tmp_path_factory.mktemp("models")
    publish(release, colour_models.write(folder / "slow.onnx", more=colour_models.idling(60)))
    publish(release, colour_models.write(folder / "wrong.onnx"))
    with ExitStack() as stack:
        prometheus = stack.enter_context(forwarded(MONITORING, "prometheus-operated", 9090))
        alertmanager = stack.enter_context(forwarded(MONITORING, "alertmanager-operated", 9093))
        stack.enter_context(hurried(release, prometheus))
        yield Alerts(alertmanager)


def test_a_slow_canary_is_withdrawn_and_told_without_a_failed_request(
    release: Release, alerts: Alerts
) -> None:
    with uploads(release, pause=0.1) as load:
        rollout("canary", "slow", "--percent=50")
        _wait_for_withdrawal(release, lambda: alerts.has("GourmetGramCanarySlow", "slow"))
    assert load.failed() == []
    assert "slow" in {one.model_version for one in load.predictions()}


def test_the_next_canary_is_withdrawn_only_when_users_correct_it(release: Release, alerts: Alerts) -> None:
    with uploads(release, pause=0.5) as load, release.forward("webapp", 5000) as url:
        rollout("canary", "wrong", "--percent=50")
        wait_until(
            lambda: _correct(url, 10) or alerts.has("GourmetGramCanaryDisputed", "wrong"),
            "the alert",
            seconds=400,
        )
        _wait_for_withdrawal(release, lambda: True)
    assert load.failed() == []
    assert alerts.has("GourmetGramCanaryWithdrawn", "slow")


def test_an_upgrade_with_the_same_values_does_not_bring_it_back(release: Release, alerts: Alerts) -> None:
    del alerts
    said = release.helm("upgrade", NAME, str(CHART), "--reuse-values", "--dry-run=server")
    assert "The canary wrong gets no requests: it was withdrawn" in said
    assert "models/food11/wrong" not in said


def test_it_is_promoted_only_by_name(release: Release, alerts: Alerts) -> None:
    del alerts, release
    assert "by GourmetGramCanaryDisputed" in rollout("promote", code=1)


def test_the_history_says_why_it_went(release: Release, alerts: Alerts) -> None:
    del alerts
    rollout("rollback")
    assert "canary wrong was withdrawn" in release.helm("history", NAME, "--output=json")


def _wait_for_withdrawal(release: Release, is_told: Callable[[], bool]) -> None:
    """Wait until the alert arrived and the canary is gone; on a timeout, report what the Job logged."""

    def is_over() -> bool:
        told = is_told()
        return told and not _has_canary(release)

    try:
        wait_until(is_over, "the withdrawal", seconds=400, pause=1)
    except TimeoutError as error:
        log = release.kubectl("logs", f"--selector={COMPONENT}=withdrawal", "--tail=-1")
        raise AssertionError(log) from error


def _has_canary(release: Release) -> bool:
    """Return whether KServe should run a canary, or still runs one."""
    place = ("serving.kserve.io", "v1beta1", release.namespace, "inferenceservices", SERVICE)
    service = client.CustomObjectsApi().get_namespaced_custom_object(*place)
    return "canary" in service["spec"] or any(
        "-canary-" in pod.metadata.name for pod in release.pods("predictor")
    )


def _correct(url: str, photos: int) -> None:
    """Upload a photo several times, and correct the class whenever it is wrong."""
    for _ in range(photos):
        with SURE.open("rb") as photo:
            headers = {"Accept": "application/json"}
            sent = requests.post(f"{url}/predict", files={"file": photo}, headers=headers, timeout=30)
        sent.raise_for_status()
        if sent.json()["prediction"] != TRUTH:
            correction = {"prediction_id": sent.json()["prediction_id"], "corrected_class": TRUTH}
            requests.post(f"{url}/feedback", json=correction, timeout=30).raise_for_status()

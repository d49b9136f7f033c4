"""The predictor is scaled up under load and down afterwards; all pods get requests, and no upload fails."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import Release
from tests.cluster.release.load import uploads

pytestmark = pytest.mark.cluster

READ_METRICS = "import urllib.request as r; print(r.urlopen('http://localhost:8080/metrics').read().decode())"


def test_the_predictor_grows_with_the_load_and_shrinks_after_it(release: Release) -> None:
    release.upgrade(**{
        "predictor.replicas.min": "1", "predictor.replicas.max": "3",
        "predictor.resources.requests.cpu": "100m",
    })  # fmt: skip
    wait_until(lambda: len(_ready(release)) == 1, "the one predictor of a quiet release", seconds=420)
    with uploads(release, pause=0) as heavy:
        wait_until(lambda: len(_ready(release)) == 3, "three predictors", seconds=240)
        wait_until(lambda: all(_answers(release, pod) for pod in _ready(release)), "work for each of them")
    with uploads(release, pause=4) as light:  # on a slow machine four a second keep two pods busy
        wait_until(lambda: len(_ready(release)) == 1, "the last predictor", seconds=420)
    assert heavy.failed() == light.failed() == []


def _ready(release: Release) -> list[str]:
    """Return the names of the predictor pods that are ready."""
    pods = [pod for pod in release.pods("predictor") if not pod.metadata.deletion_timestamp]
    ready = [pod for pod in pods if all(one.ready for one in pod.status.container_statuses or [])]
    return [pod.metadata.name for pod in ready if pod.status.phase == "Running"]


def _answers(release: Release, pod: str) -> float:
    """Return the number of predictions that a pod has made."""
    read = ("exec", pod, "--container=kserve-container", "--", "python", "-c", READ_METRICS)
    families = text_string_to_metric_families(release.kubectl(*read))
    samples = [sample for family in families for sample in family.samples]
    return sum(one.value for one in samples if one.name == "gourmetgram_predictor_responses_total")

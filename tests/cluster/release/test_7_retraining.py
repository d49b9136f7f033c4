"""Retraining survives the loss of its pod; `make test-cluster-torch` loads its image."""

import re
from typing import Any

import pytest
from kubernetes import client

from gourmetgram.sources import Source
from predictor.registry.registry import Registry
from predictor.training.data import photos
from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import Release, has_ended
from tests.conftest import PHOTOS
from tests.labelled_photos import label

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("torch_image")]

CLAIM = "retraining"
TIMES = 4  # label every photo, so that an epoch is long enough to be interrupted
VALUES = {"retrain.workClaim": CLAIM, "retrain.resources.requests.cpu": "100m"}


@pytest.fixture(scope="module")
def logs(release: Release) -> list[str]:
    """Retrain on labelled photos, kill the pod after an epoch, and return what each pod of the job logged."""
    with release.store() as store:
        for number, photo in enumerate(TIMES * photos(PHOTOS, "training")):
            label(store, number, photo, Source.USER_FLAG)
        for number, photo in enumerate(photos(PHOTOS, "evaluation")):
            label(store, 1000 + number, photo, Source.RANDOM)
    release.core.create_namespaced_persistent_volume_claim(release.namespace, _claim())
    release.upgrade(**VALUES)
    job = release.start_job("retrain")
    wait_until(lambda: "epoch 2/" in _log(release, job), "the second epoch", seconds=300)
    (first,) = _pods(release, job)
    interrupted = _log(release, job)
    release.kubectl("delete", "pod", first, "--grace-period=0", "--force")
    jobs = client.BatchV1Api()
    wait_until(lambda: has_ended(jobs.read_namespaced_job(job, release.namespace)), f"the end of {job}", 600)
    return [interrupted, _log(release, job)]


def test_the_next_pod_resumes_after_the_last_epoch(logs: list[str]) -> None:
    done = [re.search(r"(\d+) of them done", log) for log in logs]
    assert [bool(one and int(one[1])) for one in done] == [False, True]


def test_there_is_one_version_with_its_verdict(release: Release, logs: list[str]) -> None:
    with release.store() as store:
        registry = Registry(store, "food11")
        (version,) = registry.judged()
        (verdict,) = registry.verdicts(version)
        assert registry.has(version)
        assert (registry.candidate() is not None) == verdict.passed
    assert version in logs[-1]


def _claim() -> dict[str, Any]:
    size = {"requests": {"storage": "1Gi"}}
    return {"metadata": {"name": CLAIM}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": size}}


def _pods(release: Release, job: str) -> list[str]:
    selector = f"batch.kubernetes.io/job-name={job}"
    found = release.core.list_namespaced_pod(release.namespace, label_selector=selector).items
    return [pod.metadata.name for pod in found]


def _log(release: Release, job: str) -> str:
    """Return what the newest pod of a job has logged so far."""
    return release.kubectl("logs", f"job/{job}") if _pods(release, job) else ""

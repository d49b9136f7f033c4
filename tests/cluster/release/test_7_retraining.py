"""The retraining in a pod, which is lost in the middle: `make test-cluster-torch` brings its image."""

import re
from typing import Any

import pytest

from gourmetgram import keys
from gourmetgram.sources import Source
from predictor.registry.registry import Registry
from predictor.training.data import photos
from predictor.training.manifest import Manifest
from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import Release
from tests.conftest import PHOTOS
from tests.labelled_photos import label

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("torch_image")]

CLAIM = "retraining"
TIMES = 2  # each photo is labelled, for a batch of them
VALUES = {"retrain.workClaim": CLAIM, "retrain.resources.requests.cpu": "100m"}


@pytest.fixture(scope="module")
def logs(release: Release) -> list[str]:
    """Retrain on labelled photos, kill the pod after an epoch, and return what each pod of the job logged."""
    with release.store() as store:
        for number, photo in enumerate(TIMES * photos(PHOTOS, "training")):
            label(store, number, photo, Source.USER_FLAG)
        for number, photo in enumerate(photos(PHOTOS, "evaluation")):
            label(store, 1000 + number, photo, Source.RANDOM_SAMPLING)
    release.core.create_namespaced_persistent_volume_claim(release.namespace, _claim())
    release.upgrade(**VALUES)
    job = release.start_job("retrain")
    wait_until(lambda: "epoch 2/" in _log(release, job), "the second epoch", 300, pause=1)
    (first,) = release.pods_of(job)
    interrupted = _log(release, job)
    release.kubectl("delete", "pod", first.metadata.name, "--grace-period=0", "--force")
    return [interrupted, _last_log(release, job)]


def test_the_next_pod_resumes_after_the_last_epoch(logs: list[str]) -> None:
    begun, resumed = (_epochs_done(log) for log in logs)
    assert begun == 0 < resumed


def test_there_is_one_version_with_its_manifest_card_and_verdict(release: Release, logs: list[str]) -> None:
    with release.store() as store:
        registry = Registry(store, "food11")
        (card,) = [key for key in store.keys(keys.MODELS, "food11/") if key.endswith("/card.md")]
        version = card.split("/")[1]
        manifest = store.get_record(keys.model_part("food11", version, "manifest.json"), Manifest)
        assert list(store.keys(keys.MODELS, "food11/manifests/")) == [
            keys.manifest("food11", manifest.digest).key
        ]
        (verdict,) = registry.verdicts(version)
        nominated = [choice.version for choice in registry.history("candidate")]
        assert registry.has(version)
    assert nominated.count(version) == verdict.passed
    assert version in logs[-1]


def test_an_undisturbed_run_makes_the_same(release: Release, logs: list[str]) -> None:
    del logs
    before = _registered(release)
    release.upgrade(**{"retrain.workClaim": ""})
    assert _epochs_done(_last_log(release, release.start_job("retrain"))) == 0
    assert _registered(release) == before


def _registered(release: Release) -> dict[str, bytes]:
    with release.store() as store:
        return {key: store.get(keys.Location(keys.MODELS, key)) for key in store.keys(keys.MODELS, "")}


def _epochs_done(log: str) -> int:
    """Return how many epochs a pod found done when it began."""
    found = re.search(r"(\d+) of them done", log)
    assert found, log
    return int(found[1])


def _claim() -> dict[str, Any]:
    size = {"requests": {"storage": "1Gi"}}
    return {"metadata": {"name": CLAIM}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": size}}


def _log(release: Release, job: str) -> str:
    """Return what the newest pod of a job has logged so far."""
    pods = release.pods_of(job)
    return release.kubectl("logs", pods[-1].metadata.name) if pods else ""


def _last_log(release: Release, job: str) -> str:
    """Wait for the end of a job, whatever the gate says, and return what its last pod logged."""
    release.has_succeeded(job, seconds=600)
    return _log(release, job)

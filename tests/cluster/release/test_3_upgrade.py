"""No request fails while the release is upgraded and its keys are rotated."""

import subprocess
import sys

import pytest
import requests

from manifests.rotate import NOT_SECRET
from tests.cluster.release.installed import NAME, ROOT, Release
from tests.cluster.release.load import uploads, wait_until_kept

pytestmark = pytest.mark.cluster


def test_an_upgrade_that_replaces_every_pod_fails_no_request(release: Release) -> None:
    before = release.credentials()
    with uploads(release) as load:
        release.upgrade(
            **{"webapp.settings.predictor_timeout_seconds": "8", "predictor.settings.max_instances": "16"}
        )
    assert load.failed() == []
    with release.store() as store:
        wait_until_kept(store, load.predictions())
    assert release.credentials() == before


def test_every_key_and_password_is_replaced_without_a_failed_request(release: Release) -> None:
    before = release.credentials()
    with uploads(release) as load:
        subprocess.run([sys.executable, "-m", "manifests.rotate"], cwd=ROOT, check=True)
    after = release.credentials()
    assert {name for name in after if after[name] == before[name]} == {
        name for name in after if name.endswith(NOT_SECRET)
    }
    assert load.failed() == []
    with release.store() as store:
        wait_until_kept(store, load.predictions())
    for job in ("sync", "processing"):
        release.run_job(job)
    assert [_status(release, token["label-studio-token"]) for token in (before, after)] == [401, 200]


def _status(release: Release, token: str) -> int:
    with release.forward("label-studio", 8080) as url:
        as_user = {"Authorization": f"Token {token}"}
        return requests.get(f"{url}/api/projects", headers=as_user, timeout=30).status_code


def test_the_service_in_front_is_not_kserves(release: Release) -> None:
    service = release.core.read_namespaced_service(f"{NAME}-predictor", release.namespace)
    assert service.metadata.owner_references is None

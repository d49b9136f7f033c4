"""An upgrade while people upload: no request fails."""

import pytest

from tests.cluster.release.installed import NAME, Release
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


def test_the_service_in_front_is_not_kserves(release: Release) -> None:
    service = release.core.read_namespaced_service(f"{NAME}-predictor", release.namespace)
    assert service.metadata.owner_references is None

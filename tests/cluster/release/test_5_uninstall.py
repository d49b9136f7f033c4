"""`helm uninstall` keeps the data and says so; the next installation uses it."""

import pytest
from kubernetes import client

from gourmetgram import keys
from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import COMPONENT, NAME, SECRET, Release

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def before(release: Release) -> dict[str, object]:
    """Record the state before the uninstallation."""
    with release.store() as store:
        photos = list(store.keys(keys.PRODUCTION, ""))
    return {"photos": photos, "credentials": release.credentials(), "annotations": _annotations(release)}


@pytest.fixture(scope="module")
def said(release: Release, before: dict[str, object]) -> str:
    """Uninstall, and return helm's output."""
    assert before["photos"]
    return release.helm("uninstall", NAME, "--wait", "--timeout=5m")


def test_an_uninstallation_says_which_volumes_it_keeps(said: str) -> None:
    for kept in (f"{NAME}-store", f"{NAME}-label-studio"):
        assert f"[PersistentVolumeClaim] {kept}" in said


def test_the_volumes_and_the_secret_are_left(release: Release, said: str) -> None:
    del said
    claims = release.core.list_namespaced_persistent_volume_claim(release.namespace).items
    assert {claim.metadata.name for claim in claims} == {
        f"{NAME}-store", f"{NAME}-label-studio", f"spool-{NAME}-webapp-0", f"spool-{NAME}-webapp-1",
    }  # fmt: skip
    assert {claim.status.phase for claim in claims} == {"Bound"}
    assert SECRET in {
        secret.metadata.name for secret in release.core.list_namespaced_secret(release.namespace).items
    }


def test_nothing_else_is_left_but_what_helm_test_said(release: Release, said: str) -> None:
    del said
    wait_until(
        lambda: {"tests"} >= {pod.metadata.labels[COMPONENT] for pod in release.pods()}, "the pods' end"
    )
    apps, batch = client.AppsV1Api(), client.BatchV1Api()
    assert not apps.list_namespaced_deployment(release.namespace).items
    assert not apps.list_namespaced_stateful_set(release.namespace).items
    assert not batch.list_namespaced_cron_job(release.namespace).items
    assert not client.NetworkingV1Api().list_namespaced_network_policy(release.namespace).items


def test_a_reinstallation_finds_the_data(release: Release, said: str, before: dict[str, object]) -> None:
    del said
    release.install()
    with release.store() as store:
        assert list(store.keys(keys.PRODUCTION, "")) == before["photos"]
    assert release.credentials() == before["credentials"]
    assert _annotations(release) == before["annotations"]
    assert "Succeeded" in release.helm("test", NAME, "--timeout=3m")


def _annotations(release: Release) -> dict[str, int]:
    with release.label_studio() as studio:
        return {project.title: project.total_annotations_number for project in studio.projects.list()}

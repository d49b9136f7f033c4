"""Pods are killed, the node is drained, the API server is restarted: nothing that was answered is lost."""

import pytest

from tests.cluster.node import Node
from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import NAME, OF_THE_RELEASE, Release
from tests.cluster.release.load import Load, uploads, wait_until_kept

pytestmark = pytest.mark.cluster


def _is_kept(release: Release, load: Load) -> None:
    with release.store() as store:
        wait_until_kept(store, load.predictions())


@pytest.mark.parametrize("component", ["webapp", "predictor", "store", "label-studio"])
def test_what_was_answered_while_a_pod_is_killed_is_kept(release: Release, component: str) -> None:
    with uploads(release) as load:
        pod = release.pods(component)[0].metadata.name
        release.kubectl("delete", "pod", pod, "--grace-period=0", "--force")
        release.wait_until_ready()
    _is_kept(release, load)


def test_while_the_store_is_away_uploads_are_answered_and_wait(release: Release) -> None:
    with uploads(release) as load:
        release.kubectl("scale", f"deployment/{NAME}-store", "--replicas=0")
        wait_until(lambda: not release.pods("store"), "the store's end")
        release.kubectl("scale", f"deployment/{NAME}-store", "--replicas=1")
        release.wait_until_ready()
    assert load.failed() == []
    _is_kept(release, load)


def test_what_waits_for_the_store_survives_the_pod_that_keeps_it(release: Release) -> None:
    release.kubectl("scale", f"deployment/{NAME}-store", "--replicas=0")
    wait_until(lambda: not release.pods("store"), "the store's end")
    with uploads(release) as load:
        pass
    for pod in release.pods("webapp"):
        release.kubectl("delete", "pod", pod.metadata.name, "--grace-period=0", "--force")
    release.kubectl("scale", f"deployment/{NAME}-store", "--replicas=1")
    release.wait_until_ready()
    assert load.predictions()
    _is_kept(release, load)


def test_a_node_can_be_drained_and_comes_back(release: Release) -> None:
    with uploads(release) as load:
        pass
    node = release.core.list_node().items[0].metadata.name
    release.kubectl(
        "drain", node, f"--pod-selector={OF_THE_RELEASE}", "--delete-emptydir-data", "--timeout=4m"
    )
    assert not [pod for pod in release.pods() if pod.status.phase == "Running"]
    release.kubectl("uncordon", node)
    release.wait_until_ready()
    _is_kept(release, load)


def test_a_restart_of_the_api_server_fails_no_upload(release: Release, node: Node) -> None:
    with uploads(release) as load:
        node.restart("kube-apiserver")
        wait_until(lambda: _answers(release), "the API server")
    assert load.failed() == []
    _is_kept(release, load)


def test_the_loop_still_turns(release: Release) -> None:
    for job in ("sampling", "sync", "processing"):
        release.run_job(job)


def _answers(release: Release) -> bool:
    try:
        return bool(release.pods())
    except Exception:
        return False

"""Nothing acknowledged is lost when web applications are killed with a full spool or the node is drained."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from tests.cluster.release.drilled import away
from tests.cluster.release.installed import COMPONENT, OF_THE_RELEASE, Release
from tests.cluster.release.load import Load, uploads, wait_until_kept

pytestmark = pytest.mark.cluster


def _is_kept(release: Release, load: Load) -> None:
    with release.store() as store:
        wait_until_kept(store, load.predictions())


def test_what_waits_for_the_store_survives_the_pod_that_keeps_it(release: Release) -> None:
    with away(release, "store"):
        with uploads(release) as load:
            pass
        for pod in release.pods("webapp"):
            release.kubectl("delete", "pod", pod.metadata.name, "--grace-period=0", "--force")
    release.wait_until_ready()
    assert load.predictions()
    _is_kept(release, load)


def test_a_drain_leaves_a_pod_of_each_that_answers_until_another_can_start(release: Release) -> None:
    with uploads(release) as load:
        with _cordoned(release) as drain:
            with pytest.raises(AssertionError, match="disruption budget"):
                drain("--timeout=20s")
            assert _running(release) == ["predictor", "tests", "webapp"]
        release.wait_until_ready()
    assert load.failed() == []
    _is_kept(release, load)


def test_a_node_that_was_emptied_comes_back(release: Release) -> None:
    with uploads(release) as load:
        pass
    with _cordoned(release) as drain:
        drain("--disable-eviction", "--timeout=4m")
        assert _running(release) == []
    release.wait_until_ready()
    _is_kept(release, load)


def test_the_loop_still_turns(release: Release) -> None:
    release.wait_until_ready()
    for job in ("sampling", "sync", "processing"):
        release.run_job(job)


@contextmanager
def _cordoned(release: Release) -> Iterator[Callable[..., str]]:
    """Yield a function that drains the release's pods from the node, and uncordon the node at the end."""
    node = release.core.list_node().items[0].metadata.name
    pods = f"--pod-selector={OF_THE_RELEASE},{COMPONENT}!=tests"
    try:
        yield partial(release.kubectl, "drain", node, pods, "--delete-emptydir-data")
    finally:
        release.kubectl("uncordon", node)


def _running(release: Release) -> list[str]:
    """Return the component of each running pod that is not terminating."""
    pods = [pod for pod in release.pods() if not pod.metadata.deletion_timestamp]
    running = [pod for pod in pods if pod.status.phase == "Running"]
    return sorted(pod.metadata.labels[COMPONENT] for pod in running)

"""One component after another fails while users upload; every acknowledged upload is stored once.

Each prints a row of the table in docs/drills.md.
"""

import time
from collections.abc import Callable

import pytest

from tests.cluster.node import isolation
from tests.cluster.node.polling import wait_until
from tests.cluster.release.drilled import Drill, away, kill
from tests.cluster.release.installed import Release
from tests.cluster.release.said import answer, count_everything
from tests.drill.users import Users

pytestmark = [pytest.mark.cluster, pytest.mark.drill]

ANSWERS = 5
AWAY_SECONDS, API_SERVER_SECONDS = 10, 30

# A file in memory that no process maps: the kernel kills the container's largest process, the predictor.
HOG = """
import os
hog = os.memfd_create("hog")
while True:
    os.write(hog, bytes(1 << 20))
"""


@pytest.fixture(scope="module")
def answered(release: Release, users: Users) -> dict[str, str]:
    return answer(release, users, ANSWERS)


@pytest.mark.parametrize("component", ["webapp", "predictor", "store"])
def test_a_pod_is_killed(release: Release, drill: Drill, component: str) -> None:
    with drill(f"a pod of the component {component} killed"):
        kill(release, component)


def test_a_predictor_is_killed_by_the_kernel_for_its_memory(release: Release, drill: Drill) -> None:
    pod = release.pods("predictor")[0].metadata.name
    inside = ("exec", pod, "--container=kserve-container", "--", "python", "-c", HOG)
    with drill("predictor out of memory, killed by the kernel"):
        with pytest.raises(AssertionError):  # the command ends with the container
            release.kubectl(*inside)
        wait_until(lambda: _last_end(release, pod) == ("OOMKilled", 137), "the end of the container")


def test_while_the_store_is_away_no_upload_is_refused(release: Release, users: Users, drill: Drill) -> None:
    refused = users.refused()
    with drill(f"store away for {AWAY_SECONDS} s"), away(release, "store"):
        time.sleep(AWAY_SECONDS)
    assert users.refused() == refused


@pytest.mark.usefixtures("built_node")
def test_while_the_api_server_is_away_no_upload_is_refused(users: Users, drill: Drill) -> None:
    refused = users.refused()
    with drill(f"API server away for {API_SERVER_SECONDS} s"):
        isolation.supervisorctl("stop", "kube-apiserver")
        time.sleep(API_SERVER_SECONDS)
        isolation.supervisorctl("start", "kube-apiserver")
    assert users.refused() == refused


@pytest.mark.usefixtures("answered")
def test_label_studio_is_killed_during_a_sync(release: Release, drill: Drill) -> None:
    with drill("Label Studio's pod killed during a sync"):
        job = _running_job(release, "sync")
        kill(release, "label-studio")
    release.succeeded(job)


def test_a_job_runs_twice_at_once_and_one_is_killed(release: Release, drill: Drill) -> None:
    with drill("a job doubled, and a pod of it killed"):
        other, job = release.start_job("processing"), _running_job(release, "processing")
        release.kubectl(
            "delete", "pod", f"--selector=batch.kubernetes.io/job-name={job}", "--grace-period=0", "--force"
        )
    release.succeeded(job)
    release.succeeded(other)


def test_every_upload_and_every_label_is_there_once(
    release: Release, users: Users, answered: dict[str, str], say: Callable[[str], None]
) -> None:
    count_everything(release, users, answered, say)


def _last_end(release: Release, pod: str) -> tuple[str, int] | None:
    """Return the reason and exit status of a predictor container's last termination."""
    statuses = release.core.read_namespaced_pod(pod, release.namespace).status.container_statuses
    ended = next(each for each in statuses if each.name == "kserve-container").last_state.terminated
    return ended and (ended.reason, ended.exit_code)


def _running_job(release: Release, name: str) -> str:
    """Start a job, and wait until its pod runs."""
    job = release.start_job(name)
    wait_until(
        lambda: [pod.status.phase for pod in release.pods_of(job)] == ["Running"], f"the start of {job}"
    )
    return job

"""Faults that last: a store at fault, a clock that jumps, a day without a part."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gourmetgram.jobs import JOBS
from tests.cluster.node.polling import wait_until
from tests.cluster.release import store_faults
from tests.cluster.release.drilled import Drill, away
from tests.cluster.release.installed import NAME, Release
from tests.cluster.release.said import answer, count_everything
from tests.cluster.release.webapp_clock import own_clock
from tests.drill.connection import SLOWER_SECONDS
from tests.drill.disks import filled
from tests.drill.faults import FAULT_SECONDS
from tests.drill.users import CLIENTS, Users

pytestmark = [pytest.mark.cluster, pytest.mark.drill]

ANSWERS = 20
HOUR = 3600
ATTEMPTS_SECONDS = 600
"""In which a job has failed as often as it may."""


@pytest.fixture(scope="module")
def answered(release: Release, users: Users) -> dict[str, str]:
    return answer(release, users, ANSWERS)


@pytest.mark.usefixtures("answered")
def test_label_studio_is_away_for_all_jobs_of_a_day(release: Release, drill: Drill) -> None:
    with drill("Label Studio away for all jobs of a day"), away(release, "label-studio"):
        done = {job: release.has_succeeded(release.start_job(job), ATTEMPTS_SECONDS) for job in JOBS}
    assert done == {"sampling": True, "sync": False, "processing": True}


@pytest.mark.usefixtures("built_node")
def test_the_store_is_slow(release: Release, users: Users, drill: Drill) -> None:
    with (
        drill(f"store {SLOWER_SECONDS} s slower for each request"),
        store_faults.behind_a_proxy(release, "slower"),
    ):
        _last(users)


@pytest.mark.usefixtures("built_node")
def test_the_store_corrupts_what_it_gets_and_gives(release: Release, users: Users, drill: Drill) -> None:
    with (
        drill("a third of what the store gets and gives corrupted"),
        store_faults.behind_a_proxy(release, "corrupting"),
    ):
        job = release.start_job("processing")
        _last(users, 3 * FAULT_SECONDS)
    release.succeeded(job)


@pytest.mark.usefixtures("built_node")
def test_the_store_takes_only_reads(release: Release, users: Users, drill: Drill) -> None:
    with drill("store takes only reads"), store_faults.read_only(release):
        _last(users)


@pytest.mark.usefixtures("built_node")
def test_the_stores_disk_is_full(release: Release, users: Users, drill: Drill) -> None:
    with store_faults.small_disk(release) as disk, drill("the store's disk full"), filled(disk):
        _last(users)


def test_the_web_applications_clock_jumps(
    release: Release, users: Users, drill: Drill, tmp_path: Path
) -> None:
    with (
        own_clock(release, tmp_path) as set_clock,
        drill("web application's clock jumps by an hour, forward and back"),
    ):
        for offset_seconds in (HOUR, -HOUR):
            set_clock(offset_seconds)
            _last(users)
        set_clock(0)


def test_ten_times_as_many_upload(users: Users, drill: Drill) -> None:
    with drill("ten times the traffic"), users.load(9 * CLIENTS):
        time.sleep(FAULT_SECONDS)


def test_helm_test_passes_ten_times_in_a_row(release: Release) -> None:
    for _ in range(10):
        release.helm("test", NAME, f"--filter=!name={NAME}-test-load", "--timeout=3m")


def test_every_upload_and_every_label_is_there_once(
    release: Release, users: Users, answered: dict[str, str], say: Callable[[str], None]
) -> None:
    count_everything(release, users, answered, say)


def _last(users: Users, seconds: float = FAULT_SECONDS) -> None:
    """Let a fault last until it has kept an upload from the store, and then some seconds."""
    wait_until(lambda: not users.upload(), "an upload that is not stored at once")
    time.sleep(seconds)

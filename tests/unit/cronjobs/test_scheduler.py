import subprocess
from datetime import UTC, datetime

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from cronjobs.scheduler import ATTEMPTS, run_job, trigger, triggers

SATURDAY = datetime(2026, 3, 14, 12, tzinfo=UTC)


def next_run(schedule: str) -> str:
    times = trigger(schedule, "Etc/UTC")
    return f"{times.get_next_fire_time(None, SATURDAY):%a %H:%M}"


def test_the_jobs_run_at_two_three_and_four() -> None:
    first = {job: times.get_next_fire_time(None, SATURDAY) for job, times in triggers().items()}
    assert {job: f"{time:%H:%M %Z}" for job, time in first.items()} == {
        "sampling": "02:00 UTC",
        "sync": "03:00 UTC",
        "processing": "04:00 UTC",
    }


def test_deletions_run_too_once_a_retention_period_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOURMETGRAM_RETENTION_DAYS", "90")
    assert f"{triggers()['deletion'].get_next_fire_time(None, SATURDAY):%H:%M}" == "05:00"


@pytest.mark.parametrize(
    ("schedule", "run"),
    [
        ("0 2 * * *", "Sun 02:00"),
        ("0 2 * * 0", "Sun 02:00"),
        ("0 2 * * 7", "Sun 02:00"),
        ("0 2 * * 1-5", "Mon 02:00"),
        ("30 2 * * 3,4", "Wed 02:30"),
        ("*/15 * * * *", "Sat 12:00"),
    ],
)
def test_a_schedule_means_what_it_means_in_kubernetes(schedule: str, run: str) -> None:
    assert next_run(schedule) == run


@pytest.mark.parametrize(("status", "attempt", "again"), [(0, 1, 0), (1, 1, 1), (1, ATTEMPTS, 0)])
def test_a_job_that_asks_for_it_runs_again_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, status: int, attempt: int, again: int
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, status))
    scheduler = BackgroundScheduler(timezone=UTC)
    run_job(scheduler, "sync", attempt)
    assert len(scheduler.get_jobs()) == again

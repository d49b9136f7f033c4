import json
import logging
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from cronjobs.scheduler import ATTEMPTS, PAUSE, Schedule, Scheduler, schedules
from tests.conftest import ROOT

SATURDAY = datetime(2026, 3, 14, 12, tzinfo=UTC)
TABLE: dict[str, list[str]] = json.loads((ROOT / "tests/data/schedules.json").read_text())
"""The next times after that Saturday according to github.com/robfig/cron/v3, which Kubernetes uses."""


class Runs:
    """Records the jobs to run instead of running them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, status: int = 0) -> None:
        self.jobs: list[str] = []
        self.status = status
        monkeypatch.setattr(subprocess, "run", self._run)

    def _run(self, command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        self.jobs.append(command[-1].removeprefix("cronjobs."))
        return subprocess.CompletedProcess(command, self.status)


def scheduler(*jobs: str, now: datetime = SATURDAY) -> Scheduler:
    return Scheduler({job: Schedule(job, "0 2 * * *", "Etc/UTC") for job in jobs}, now)


def test_the_jobs_run_at_two_three_and_four() -> None:
    first = {job: f"{schedule.after(SATURDAY):%H:%M %Z}" for job, schedule in schedules().items()}
    assert first == {"sampling": "02:00 UTC", "sync": "03:00 UTC", "processing": "04:00 UTC"}


def test_deletions_run_too_once_a_retention_period_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOURMETGRAM_RETENTION_DAYS", "90")
    assert f"{schedules()['deletion'].after(SATURDAY):%H:%M}" == "05:00"


@pytest.mark.parametrize("expression", TABLE)
def test_a_schedule_means_what_it_means_in_kubernetes(expression: str) -> None:
    schedule, moment, times = Schedule("sync", expression, "Etc/UTC"), SATURDAY, []
    for _ in TABLE[expression]:
        moment = schedule.after(moment)
        times.append(f"{moment:%Y-%m-%dT%H:%M}")
    assert times == TABLE[expression]


def test_a_schedule_is_of_its_time_zone() -> None:
    assert (
        f"{Schedule('sync', '0 2 * * *', 'America/Chicago').after(SATURDAY).astimezone(UTC):%H:%M}" == "07:00"
    )


@pytest.mark.parametrize(
    "expression", ["60 2 * * *", "0 2 * *", "0 0 2 * * *", "a b c d e", "@reboot", "0 2 30 2 *"]
)
def test_a_schedule_that_can_not_be_read_is_refused_with_the_jobs_name(expression: str) -> None:
    with pytest.raises(SystemExit, match="The schedule of sync, "):
        Schedule("sync", expression, "Etc/UTC")


def test_a_job_runs_at_its_time_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    runs, planned = Runs(monkeypatch), scheduler("sync")
    planned.run_due(SATURDAY + timedelta(hours=13, minutes=59))
    assert runs.jobs == []
    for _ in range(2):
        planned.run_due(SATURDAY + timedelta(hours=14))
    assert runs.jobs == ["sync"]


def test_what_a_sleeping_machine_missed_runs_once_in_order_and_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    runs, planned = Runs(monkeypatch), scheduler("sampling", "sync")
    with caplog.at_level(logging.WARNING, "cronjobs.scheduler"):
        planned.run_due(SATURDAY + timedelta(days=3))
    assert runs.jobs == ["sampling", "sync"]
    assert "sync missed its time, 2026-03-15 02:00 UTC: it runs now" in caplog.text


def test_a_job_that_asks_for_it_runs_again_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    runs, planned = Runs(monkeypatch, status=1), scheduler("sync")
    for attempt in range(ATTEMPTS + 2):
        planned.run_due(SATURDAY + timedelta(hours=14) + attempt * PAUSE)
    assert runs.jobs == ["sync"] * ATTEMPTS
    assert planned.due["sync"] == SATURDAY + timedelta(days=1, hours=14)

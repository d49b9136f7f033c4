"""`python -m cronjobs.scheduler`: run the jobs on schedule where there is no cluster.

The schedules are those of the chart's values. Jobs that are due together run one after the other, in the
order of their dependencies.
"""

import logging
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from croniter import croniter
from croniter.croniter import CroniterBadDateError, CroniterError

from cronjobs.settings import CronjobSettings
from gourmetgram.jobs import JOBS

CHART_VALUES = Path(__file__).parents[1] / "charts/gourmetgram/values.yaml"
ATTEMPTS = 4
PAUSE = timedelta(minutes=5)
LATE = timedelta(minutes=5)
"""A run that would start later than this counts as missed: the machine was asleep."""
NAP_SECONDS = 30.0
"""Longest single sleep, since sleeping doesn't count the time that a machine is suspended."""
FIELDS = 5

log = logging.getLogger(__name__)


class Schedule:
    """When a job runs, as Kubernetes reads a CronJob's schedule."""

    def __init__(self, job: str, expression: str, time_zone: str) -> None:
        self._expression = expression
        self._zone = ZoneInfo(time_zone)
        said = f"The schedule of {job}, {expression!r}, "
        if not expression.startswith("@") and len(expression.split()) != FIELDS:
            sys.exit(f"{said}should have five fields.")
        try:
            self.after(datetime.now(self._zone))
        except CroniterBadDateError:
            sys.exit(f"{said}names a day that never comes.")
        except CroniterError as error:
            sys.exit(f"{said}can't be read: {error}.")

    def after(self, moment: datetime) -> datetime:
        """Return the first scheduled time after a moment."""
        found: datetime = croniter(self._expression, moment.astimezone(self._zone)).get_next(datetime)
        return found


def schedules() -> dict[str, Schedule]:
    """Read each job's schedule, by its name; exit with a message if that fails."""
    values = yaml.safe_load(CHART_VALUES.read_text())["cronjobs"]
    jobs = (*JOBS, "deletion") if CronjobSettings().retention_days else JOBS
    return {job: Schedule(job, values[job]["schedule"], values["timeZone"]) for job in jobs}


class Scheduler:
    """Runs jobs when they are due; one that asks for a retry is run again after some minutes."""

    def __init__(self, times: Mapping[str, Schedule], now: datetime) -> None:
        self._times = times
        self._attempts = dict.fromkeys(times, 1)
        self.due = {job: schedule.after(now) for job, schedule in times.items()}

    def run_due(self, now: datetime) -> None:
        """Run each due job once, however many of its times have passed."""
        for job, due in list(self.due.items()):
            if due <= now:
                if now - due > LATE:
                    log.warning("%s missed its time, %s: it runs now", job, f"{due:%Y-%m-%d %H:%M %Z}")
                status = subprocess.run([sys.executable, "-m", f"cronjobs.{job}"], check=False).returncode
                self._plan(job, status, now)

    def _plan(self, job: str, status: int, now: datetime) -> None:
        attempt = self._attempts[job]
        self.due[job], self._attempts[job] = self._times[job].after(now), 1
        if status and attempt < ATTEMPTS:
            log.warning("%s was not completed; it runs again in %s", job, PAUSE)
            self.due[job], self._attempts[job] = min(now + PAUSE, self.due[job]), attempt + 1
        elif status:
            log.error("%s was not completed in %d attempts; it runs again at its next time", job, ATTEMPTS)


def main() -> None:
    """Run until the process is terminated."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    scheduler = Scheduler(schedules(), datetime.now().astimezone())
    for job, due in scheduler.due.items():
        log.info("%s runs next at %s", job, f"{due:%Y-%m-%d %H:%M %Z}")
    while True:
        scheduler.run_due(datetime.now().astimezone())
        wait = min(scheduler.due.values()) - datetime.now().astimezone()
        time.sleep(min(max(0.0, wait.total_seconds()), NAP_SECONDS))


if __name__ == "__main__":
    main()

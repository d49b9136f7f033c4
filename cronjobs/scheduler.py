"""`python -m cronjobs.scheduler`: the jobs at their times where there is no cluster.

The times are those of the chart: they stand once, in its values.
"""

import logging
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from cronjobs.settings import CronjobSettings
from gourmetgram.jobs import JOBS

CHART_VALUES = Path(__file__).parents[1] / "charts/gourmetgram/values.yaml"
ATTEMPTS = 4
PAUSE = timedelta(minutes=5)
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")

log = logging.getLogger(__name__)


def triggers() -> dict[str, CronTrigger]:
    """Read when each job runs, by its name."""
    values = yaml.safe_load(CHART_VALUES.read_text())["cronjobs"]
    jobs = (*JOBS, "deletion") if CronjobSettings().retention_days else JOBS
    return {job: trigger(values[job]["schedule"], values["timeZone"]) for job in jobs}


def trigger(schedule: str, time_zone: str) -> CronTrigger:
    """Read a schedule as Kubernetes does: there Sunday is 0, for APScheduler Monday is."""
    *date, weekday = schedule.split()
    named = re.sub(r"(?<!/)\b[0-7]\b", lambda digit: WEEKDAYS[int(digit[0])], weekday)
    times: CronTrigger = CronTrigger.from_crontab(" ".join([*date, named]), timezone=time_zone)
    return times


def run_job(scheduler: BaseScheduler, job: str, attempt: int = 1) -> None:
    """Run a job in a process of its own; if it asks to be run again, do that some minutes later."""
    status = subprocess.run([sys.executable, "-m", f"cronjobs.{job}"], check=False).returncode
    if status == 0:
        return
    if attempt == ATTEMPTS:
        log.error("%s was not completed in %d attempts; it runs again at its next time", job, ATTEMPTS)
        return
    log.warning("%s was not completed; it runs again in %s", job, PAUSE)
    scheduler.add_job(run_job, "date", run_date=datetime.now(UTC) + PAUSE, args=[scheduler, job, attempt + 1])


def main() -> None:
    """Wait for the times until the process is ended."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    scheduler = BlockingScheduler(timezone=UTC)
    for job, times in triggers().items():
        scheduler.add_job(
            run_job, times, args=[scheduler, job], name=job, coalesce=True, misfire_grace_time=3600
        )
        log.info("%s runs at %s", job, times)
    scheduler.start()


if __name__ == "__main__":
    main()

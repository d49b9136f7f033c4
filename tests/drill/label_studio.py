"""Label Studio for a drill, its annotators, and the jobs as the scheduler runs them."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cronjobs.label_studio.client import connect
from cronjobs.label_studio.setup import set_up
from cronjobs.scheduler import PAUSE, Scheduler, schedules
from cronjobs.settings import CronjobSettings
from gourmetgram.jobs import JOBS
from gourmetgram.sources import Source
from gourmetgram.store import Store
from tests.conftest import new_label_studio
from tests.drill.invariant import Count, labels
from tests.loop import Loop
from tests.processes import Server

TRUTH = "Soup"
DAY = timedelta(days=1)


@contextmanager
def annotators(folder: Path, store: Store, store_env: Mapping[str, str]) -> Iterator["Annotators"]:
    """Run Label Studio with its projects, and yield its annotators."""
    server = new_label_studio(folder, dict(store_env)).start()
    try:
        os.environ["GOURMETGRAM_LABEL_STUDIO_URL"] = server.url
        os.environ["GOURMETGRAM_LABEL_STUDIO_TOKEN"] = server.env["LABEL_STUDIO_USER_TOKEN"]
        set_up()
        yield Annotators(server, store)
    finally:
        server.stop()


class Annotators:
    """Annotators who answer every task, and the daily jobs that create the tasks."""

    def __init__(self, server: Server, store: Store) -> None:
        self.server, self.store = server, store
        self.doubled = 0
        """Predictions with more than one task."""

    def answer_all(self) -> None:
        """Answer each unanswered task."""
        settings = CronjobSettings()
        with connect(settings) as studio:
            loop = Loop(self.store, studio, settings)
            project = loop.project(Source.LOW_CONFIDENCE)
            listed: list[Any] = list(studio.tasks.list(project=project, fields="all", page_size=1000))
            asked = Counter(task.data["prediction_id"] for task in listed)
            self.doubled = sum(count > 1 for count in asked.values())
            with ThreadPoolExecutor(4) as threads:
                open_tasks = [int(task.id) for task in listed if not task.is_labeled]
                list(threads.map(lambda task: loop.annotate(task, TRUTH), open_tasks))

    def count(self, acknowledged: Mapping[str, object]) -> Count:
        """Count the labels; there must be one for each upload."""
        made = labels(self.store, dict.fromkeys(acknowledged, TRUTH), Source.LOW_CONFIDENCE)
        return made._replace(doubled=made.doubled + self.doubled)


def a_day_of_jobs() -> None:
    """Run each job when it is due and retry it as the scheduler does, on a day that lasts a minute."""
    morning = datetime.now(UTC).replace(hour=0, minute=0, second=0)
    scheduler = Scheduler(schedules(), morning)
    now = morning
    while now < morning + DAY:
        scheduler.run_due(now)
        now += PAUSE


def jobs_complete() -> bool:
    """Run each job once more; return whether all completed."""
    scheduler = Scheduler({job: schedules()[job] for job in JOBS}, datetime.now(UTC))
    due = max(scheduler.due.values())
    scheduler.run_due(due)
    return all(each > due + PAUSE for each in scheduler.due.values())

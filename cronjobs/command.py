"""How every job ends: a line for people, one for machines, and a status that says if it must run again.

A job of the loop is gone before Prometheus could ask it, so it leaves in the store how it ended, and the web
application exposes that. Two objects a job, one for the last complete run and one for the last other, are
written whole: a failure does not hide when the job last did its work.
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple, NoReturn

from cronjobs.settings import CronjobSettings
from gourmetgram import keys
from gourmetgram.jobs import JOBS
from gourmetgram.records import JobRun
from gourmetgram.store import Store, StoreUnavailableError

log = logging.getLogger(__name__)


class Outcome(NamedTuple):
    """What a job did."""

    summary: str
    figures: Mapping[str, object]
    complete: bool = True
    """False if there is something left that another run may be able to do."""
    items: int = 0
    """How many things it dealt with: tasks, annotations, answers."""


class NotDoneError(Exception):
    """The job can't be done now, but another run may do it; the message says why."""


def run(name: str, job: Callable[[], Outcome]) -> NoReturn:
    """Run a job and exit: 0, or 1 if it should be run again."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("botocore", "boto3", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    started_at, started = datetime.now(UTC), time.monotonic()
    try:
        outcome = _try(job)
    except Exception as error:
        _leave(name, Outcome(f"failed: {error}", {}, complete=False), time.monotonic() - started)
        raise
    seconds = round(time.monotonic() - started, 3)
    _leave(name, outcome, seconds)
    figures = {
        "job": name,
        "complete": outcome.complete,
        "started_at": started_at.isoformat(),
        "seconds": seconds,
        **outcome.figures,
    }
    sys.stdout.write(f"{name}: {outcome.summary}\n{json.dumps(figures)}\n")
    sys.exit(0 if outcome.complete else 1)


def _try(job: Callable[[], Outcome]) -> Outcome:
    """Try again for the first seconds: a pod may start before the network's policies know its address."""
    deadline = time.monotonic() + CronjobSettings().retry_seconds
    while True:
        try:
            return job()
        except (StoreUnavailableError, NotDoneError) as error:
            if time.monotonic() >= deadline:
                return Outcome(f"not done: {error}", {"error": str(error)}, complete=False)
            log.warning("trying again in a second: %s", error)
        time.sleep(1)


def _leave(name: str, outcome: Outcome, seconds: float) -> None:
    """Write how a job of the loop ended; a store that is away must not change how it ends."""
    if name not in JOBS:
        return
    record = JobRun(
        job=name,
        complete=outcome.complete,
        finished_at=datetime.now(UTC),
        seconds=seconds,
        items=outcome.items,
        summary=outcome.summary,
    )
    try:
        Store(CronjobSettings()).put_record(keys.last_run(name, complete=outcome.complete), record)
    except StoreUnavailableError as error:
        log.warning("the metrics will not know of this run: %s", error)

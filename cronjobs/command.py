"""How every job ends: text for people, a line of JSON for machines, and a status that asks for another run.

A terminal gets only the text; a log or a pipe gets both, and with ``--json`` only the JSON.

A job of the loop exits before Prometheus can scrape it, so it records in the store how it ended, and the web
application exposes that. Each job has two objects, for its last complete and its last incomplete run: a
failure does not hide when the job last succeeded.
"""

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, NoReturn

from cronjobs.settings import CronjobSettings
from gourmetgram import keys
from gourmetgram.jobs import JOBS
from gourmetgram.records import JobRun
from gourmetgram.settings import valid_or_exit
from gourmetgram.store import Store, StoreUnavailableError

JSON_ALONE = "--json"
INTERRUPTED = 130

log = logging.getLogger(__name__)


class Outcome(NamedTuple):
    """What a job did."""

    summary: str
    figures: Mapping[str, object]
    complete: bool = True
    """False if something is left that another run may be able to do."""
    items: int = 0
    """The number of items processed: tasks, annotations, answers."""
    details: Sequence[str] = ()
    """Lines of text for people, printed before the summary."""


class NotDoneError(Exception):
    """The job can't be done now, but another run may do it; the message says why."""


def arguments(description: str) -> argparse.ArgumentParser:
    """Create the parser of a job's command line, with the option that every job has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(JSON_ALONE, action="store_true", help="print one line of JSON and nothing else")
    return parser


def up_to(most: int) -> Callable[[str], int]:
    """Return a type for argparse: a whole number from 0 to the most."""

    def number(text: str) -> int:
        if text.isdecimal() and int(text) <= most:
            return int(text)
        message = f"{text} is not a whole number from 0 to {most}"
        raise argparse.ArgumentTypeError(message)

    return number


def run(name: str, job: Callable[[], Outcome]) -> NoReturn:
    """Run a job and exit: 0, or 1 if it should be run again."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("botocore", "boto3", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    started_at, started = datetime.now(UTC), time.monotonic()
    try:
        outcome = _try(job, _retry_seconds())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
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
    sys.stdout.writelines(f"{line}\n" for line in _shown(name, outcome, figures))
    sys.exit(0 if outcome.complete else 1)


def _shown(name: str, outcome: Outcome, figures: Mapping[str, object]) -> Iterator[str]:
    """Return the lines of output, for people and for machines."""
    alone = JSON_ALONE in sys.argv
    if not alone:
        yield from outcome.details
        yield f"{name}: {outcome.summary}"
    if alone or not sys.stdout.isatty():
        yield json.dumps(figures)


def _retry_seconds() -> float:
    """Read the settings; exit with a message if they are invalid."""
    with valid_or_exit():
        return CronjobSettings().retry_seconds


def _try(job: Callable[[], Outcome], retry_seconds: float) -> Outcome:
    """Retry for the first seconds: a pod may start before network policies know its address."""
    deadline = time.monotonic() + retry_seconds
    while True:
        try:
            return job()
        except (StoreUnavailableError, NotDoneError) as error:
            if time.monotonic() >= deadline:
                return Outcome(f"not done: {error}", {"error": str(error)}, complete=False)
            log.warning("trying again in a second: %s", error)
        time.sleep(1)


def _leave(name: str, outcome: Outcome, seconds: float) -> None:
    """Record how a job of the loop ended; an unavailable store must not change the outcome."""
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

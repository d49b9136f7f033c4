"""How every job ends: a line for people, one for machines, and a status that says if it must run again."""

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple, NoReturn

from gourmetgram.store import StoreUnavailableError


class Outcome(NamedTuple):
    """What a job did."""

    summary: str
    figures: Mapping[str, object]
    complete: bool = True
    """False if there is something left that another run may be able to do."""


class NotDoneError(Exception):
    """The job can't be done now, but another run may do it; the message says why."""


def run(name: str, job: Callable[[], Outcome]) -> NoReturn:
    """Run a job and exit: 0, or 1 if it should be run again."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("botocore", "boto3", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    started_at, started = datetime.now(UTC), time.monotonic()
    outcome = _try(job)
    figures = {
        "job": name,
        "complete": outcome.complete,
        "started_at": started_at.isoformat(),
        "seconds": round(time.monotonic() - started, 3),
        **outcome.figures,
    }
    sys.stdout.write(f"{name}: {outcome.summary}\n{json.dumps(figures)}\n")
    sys.exit(0 if outcome.complete else 1)


def _try(job: Callable[[], Outcome]) -> Outcome:
    try:
        return job()
    except (StoreUnavailableError, NotDoneError) as error:
        return Outcome(f"not done: {error}", {"error": str(error)}, complete=False)

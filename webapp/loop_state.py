"""The feedback loop's state in the store: pending tasks, quarantined objects, and how the jobs ended."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from gourmetgram import keys
from gourmetgram.ids import created_at
from gourmetgram.jobs import JOBS
from gourmetgram.keys import FOLDER_NOTE, LABELSTUDIO, TRACKING, Location
from gourmetgram.quality import QualityRecord
from gourmetgram.records import JobRun
from gourmetgram.sources import ANNOTATED_SOURCES, Source
from gourmetgram.store import ObjectNotFoundError, RecordType, Store

log = logging.getLogger(__name__)


class WaitingTasks(NamedTuple):
    """The tasks of a source that have no answer yet."""

    number: int
    oldest: datetime | None
    """When the longest-waiting prediction was made."""


class LoopState(NamedTuple):
    """The loop at one moment."""

    waiting_tasks: dict[Source, WaitingTasks]
    waiting_outputs: dict[Source, int]
    quarantined: dict[Source, int]
    unfinished_deletions: int
    complete_runs: dict[str, JobRun | None]
    incomplete_runs: dict[str, JobRun | None]
    quality: QualityRecord | None


def read_loop_state(store: Store) -> LoopState:
    """Read the loop's state; only what is pending or in quarantine is listed.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    return LoopState(
        waiting_tasks={source: _waiting_tasks(store, source) for source in ANNOTATED_SOURCES},
        waiting_outputs={source: sum(1 for _ in _names(store, keys.outputs(source))) for source in Source},
        quarantined={source: len(set(_quarantined(store, source))) for source in Source},
        unfinished_deletions=sum(1 for _ in store.keys(TRACKING, keys.DELETIONS)),
        complete_runs={job: _record(store, keys.last_run(job, complete=True), JobRun) for job in JOBS},
        incomplete_runs={job: _record(store, keys.last_run(job, complete=False), JobRun) for job in JOBS},
        quality=_record(store, keys.quality(), QualityRecord),
    )


def _waiting_tasks(store: Store, source: Source) -> WaitingTasks:
    names = list(_names(store, keys.tasks(source)))
    times = [at for name in names if (at := _created_at(name))]
    return WaitingTasks(len(names), min(times, default=None))


def _quarantined(store: Store, source: Source) -> Iterator[str]:
    """List what is in quarantine: predictions, and objects that belong to none."""
    for prefix in (keys.tasks(source), keys.outputs(source)):
        for name in _names(store, keys.quarantined(Location(LABELSTUDIO, prefix)).key):
            folder, _, rest = name.partition("/")
            yield keys.prediction_id_of(folder) if _created_at(folder) else rest or folder


def _names(store: Store, prefix: str) -> Iterator[str]:
    for key in store.keys(LABELSTUDIO, prefix):
        if not key.endswith(FOLDER_NOTE):
            yield key.removeprefix(prefix)


def _created_at(name: str) -> datetime | None:
    try:
        return created_at(keys.prediction_id_of(name))
    except ValueError:
        return None


def _record(store: Store, place: Location, record_type: type[RecordType]) -> RecordType | None:
    try:
        return store.get_record(place, record_type)
    except ObjectNotFoundError:
        return None
    except ValidationError as error:
        log.warning("%s is not a %s: %s", place, record_type.__name__, error)
        return None

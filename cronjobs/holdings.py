"""Where everything about a prediction is stored: under its id, or under its day and then its id.

Ids sort by time, and so do days: whatever is older than a moment comes first in each of these listings.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import takewhile
from uuid import UUID

from gourmetgram import keys
from gourmetgram.classes import CLASS_DIRS
from gourmetgram.ids import created_on
from gourmetgram.keys import DATASETS, LABELSTUDIO, PRODUCTION, TRACKING, Location
from gourmetgram.sources import PROJECTS, REVIEW, Source
from gourmetgram.store import Store

_OUTPUTS = [Location(LABELSTUDIO, keys.outputs(asked)) for asked in (*Source, REVIEW)]

TASKS = {source: Location(LABELSTUDIO, keys.tasks(source)) for source in PROJECTS}
"""The pending tasks, by project; those that are done are below processed/ or quarantine/."""

BY_DAY = (
    Location(TRACKING, keys.PREDICTIONS),
    Location(TRACKING, keys.LABELS),
    Location(TRACKING, keys.IMPORTS),
)

BY_ID = (
    *(Location(bucket, f"{folder}/") for bucket in DATASETS for folder in CLASS_DIRS),
    *(moved(place) for place in _OUTPUTS for moved in (keys.processed, keys.quarantined)),
    Location(LABELSTUDIO, keys.outputs(Source.USER_RELABEL)),
    *(Location(PRODUCTION, f"{folder}/") for folder in CLASS_DIRS),
)
"""Prefixes followed by an id, except those of tasks."""


def about(store: Store, prediction_id: str) -> Iterator[Location]:
    """List everything about a prediction, its record first: without it, no job creates anything new.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    named = [keys.prediction(prediction_id), *(keys.label(prediction_id, source) for source in Source)]
    tasks = [each for place in TASKS.values() for each in keys.pending_and_done(place)]
    day = created_on(prediction_id)
    named += [Location(TRACKING, f"{keys.imported_on(day, source)}{prediction_id}") for source in TASKS]
    for prefix in (*named, *(Location(bucket, f"{key}{prediction_id}") for bucket, key in (*tasks, *BY_ID))):
        for key in store.keys(*prefix):
            yield Location(prefix.bucket, key)


def older(store: Store, prefix: Location, first_kept: date) -> Iterator[Location]:
    """List what is below a prefix about predictions before a day (UTC), without listing the rest.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    end = f"{prefix.key}{first_kept if prefix in BY_DAY else _first_id(first_kept)}"
    for key in takewhile(lambda key: key < end, store.keys(*prefix)):
        if _is_about(key, prefix, first_kept):
            yield Location(prefix.bucket, key)


def _first_id(day: date) -> str:
    """Return the id that sorts before all others of a day."""
    milliseconds = int(datetime.combine(day, time(), UTC).timestamp()) * 1000
    return str(UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62))


def _is_about(key: str, prefix: Location, first_kept: date) -> bool:
    """Return whether a key names a prediction before a day; objects that others put there don't."""
    rest = key.removeprefix(prefix.key)
    name = rest.rpartition("/")[2] if prefix in BY_DAY else rest.partition("/")[0]
    try:
        return created_on(name.partition(".")[0]) < first_kept
    except ValueError:
        return False

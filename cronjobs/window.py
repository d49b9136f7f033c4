"""A window of days: its records are under a few prefixes, so older ones don't slow it down."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from pydantic import ValidationError

from gourmetgram import keys
from gourmetgram.ids import created_on
from gourmetgram.keys import Location
from gourmetgram.records import LabelRecord
from gourmetgram.store import ObjectNotFoundError, Store

log = logging.getLogger(__name__)


def days(end: date, before: int) -> Iterator[date]:
    """List a day and some days before it, the oldest first."""
    for back in range(before, -1, -1):
        yield end - timedelta(days=back)


def predictions(store: Store, end: date, before: int) -> Iterator[str]:
    """List the ids of the predictions of a day and some days before it.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    for day in days(end, before):
        for key in store.keys(keys.TRACKING, keys.predictions_on(day)):
            prediction_id = keys.prediction_id_of(key)
            if is_prediction_id(prediction_id):
                yield prediction_id
            else:
                log.warning("skipping %s/%s, which is not the record of a prediction", keys.TRACKING, key)


def labels(store: Store, threads: int, end: date, before: int) -> list[LabelRecord]:
    """Read the labels of the predictions of a day and some days before it.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    places = (
        Location(keys.TRACKING, key)
        for day in days(end, before)
        for key in store.keys(keys.TRACKING, keys.labels_on(day))
    )

    def read(place: Location) -> LabelRecord | None:
        try:
            return store.get_record(place, LabelRecord)
        except (ObjectNotFoundError, ValidationError) as error:
            log.warning("skipping %s: %s", place, error)
            return None

    with ThreadPoolExecutor(threads) as pool:
        return [label for label in pool.map(read, places) if label is not None]


def is_prediction_id(text: str) -> bool:
    """Return whether a text is a prediction id."""
    try:
        created_on(text)
    except ValueError:
        return False
    return True

"""The labels of the last days' predictions, by what was predicted and what it really was.

They are counted anew from the label records each time, so the counts survive restarts and are the same on
every replica. A record is read once, and again only when it has been replaced.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import ValidationError

from gourmetgram import keys
from gourmetgram.ids import created_at
from gourmetgram.keys import TRACKING, Location
from gourmetgram.records import LabelRecord
from gourmetgram.sources import Source
from gourmetgram.store import ObjectNotFoundError, Store

log = logging.getLogger(__name__)

WINDOWS = {"1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
THREADS = 8


class Cell(NamedTuple):
    """One cell of one confusion matrix."""

    window: str
    predicted: str
    actual: str
    source: Source


class LabelCounts:
    """Counts labels; keeps those of the longest window in memory."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[str, LabelRecord | None]] = {}

    def count(self, now: datetime) -> Counter[Cell]:
        """Count the labels of the predictions of each window that ends now.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        self._refresh(now)
        cells: Counter[Cell] = Counter()
        for _, label in self._known.values():
            if label is not None:
                age = now - created_at(label.prediction_id)
                cells.update(
                    Cell(window, label.predicted, label.actual, label.source)
                    for window, length in WINDOWS.items()
                    if age < length
                )
        return cells

    def _refresh(self, now: datetime) -> None:
        listed = dict(self._list(now))
        new = [key for key, version in listed.items() if self._version_of(key) != version]
        with ThreadPoolExecutor(THREADS) as pool:
            read = dict(zip(new, pool.map(self._read, new), strict=True))
        self._known = {
            key: (version, read[key] if key in read else self._known[key][1])
            for key, version in listed.items()
        }

    def _list(self, now: datetime) -> Iterator[tuple[str, str]]:
        for back in range(max(WINDOWS.values()).days + 1):
            yield from self._store.versions(TRACKING, keys.labels_on((now - timedelta(days=back)).date()))

    def _version_of(self, key: str) -> str | None:
        return self._known[key][0] if key in self._known else None

    def _read(self, key: str) -> LabelRecord | None:
        try:
            return self._store.get_record(Location(TRACKING, key), LabelRecord)
        except (ObjectNotFoundError, ValidationError) as error:
            log.warning("%s/%s is passed over: %s", TRACKING, key, error)
            return None

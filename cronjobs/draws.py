"""Random draws as they are stored: which predictions a draw saw, which it chose, and with what probability.

Every prediction belongs to one batch, that of the first draw that saw it. The batch's size, by confidence and
model version, determines the weight of its labels: it is kept permanently, so no job has to count again.
"""

import gzip
import hashlib
import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from pydantic import AwareDatetime, ValidationError

from gourmetgram import keys
from gourmetgram.keys import TRACKING, Location
from gourmetgram.records import PredictionId, Probability, Record
from gourmetgram.store import Store

log = logging.getLogger(__name__)

_KEY = re.compile(r"draws/\d{4}-\d\d-\d\d/\d{3}\.json")


class Seen(NamedTuple):
    """What a draw knows of a prediction."""

    prediction_id: str
    low_confidence: bool
    model_version: str
    confidence: float


class Stratum(Record):
    """The predictions of a batch that share a side of the confidence threshold and a model version."""

    low_confidence: bool
    model_version: str
    predictions: int
    confidence_sum: float


class Drawn(Record):
    """A prediction that was chosen."""

    prediction_id: PredictionId
    batch: str
    """The draw that saw it first."""
    low_confidence: bool
    model_version: str
    chance: Probability
    """The probability with which this draw chose it."""


class Draw(Record):
    """A random draw."""

    drawn_on: date
    number: int
    """The draw's number on that day, from 1."""
    seed: str
    window_start: date
    until: AwareDatetime
    """When the newest prediction seen by this draw or an earlier one was made."""
    strata: list[Stratum]
    frame: str | None
    """The key of the list of the batch's predictions; None if there are none."""
    drawn: list[Drawn]

    @property
    def batch(self) -> str:
        """Return the name of the batch of predictions that this draw was the first to see."""
        return batch_name(self.drawn_on, self.number)


def batch_name(day: date, number: int) -> str:
    """Return the name of a draw's batch; names sort by time."""
    return f"{day.isoformat()}/{number:03d}"


def made_between(store: Store, start: date, end: date) -> list[Draw]:
    """Read the draws that were made from one day to another, the oldest first.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    found = (_read(store, Location(TRACKING, key)) for key in _keys(store, start, end))
    return [draw for draw in found if draw is not None]


def latest(store: Store, today: date) -> Draw | None:
    """Read the latest draw, if it was made this month or the month before.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    for key in reversed(list(_keys(store, _month_before(today), today))):
        if draw := _read(store, Location(TRACKING, key)):
            return draw
    return None


def next_number(store: Store, today: date) -> int:
    """Return the number of the next draw of a day.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    return 1 + max((int(key[-8:-5]) for key in _keys(store, today, today)), default=0)


def strata(seen: Iterable[Seen]) -> list[Stratum]:
    """Count the predictions of a batch."""
    sums: dict[tuple[bool, str], list[float]] = {}
    for each in seen:
        sums.setdefault((each.low_confidence, each.model_version), []).append(each.confidence)
    return [
        Stratum(low_confidence=low, model_version=version, predictions=len(them), confidence_sum=sum(them))
        for (low, version), them in sorted(sums.items())
    ]


def write_frame(store: Store, day: date, seen: Sequence[Seen]) -> str:
    """Write the list of a batch's predictions under a name derived from its content; return its key.

    Raises:
        StoreUnavailableError: it may or may not have been written.
    """
    lines = "".join(f"{json.dumps(each)}\n" for each in seen).encode()
    place = keys.frame(day, hashlib.sha256(lines).hexdigest()[:16])
    store.put(place, gzip.compress(lines, mtime=0), "application/gzip")
    return place.key


def read_frames(store: Store, draws: Iterable[Draw]) -> Iterator[tuple[str, tuple[str, Seen]]]:
    """Read the predictions that some draws saw first: the id of each, its batch and what is known of it.

    Raises:
        ObjectNotFoundError: a list is gone.
        StoreUnavailableError: the store did not answer.
    """
    for draw in draws:
        if draw.frame is None:
            continue
        for line in gzip.decompress(store.get(Location(TRACKING, draw.frame))).splitlines():
            seen = Seen(*json.loads(line))
            yield seen.prediction_id, (draw.batch, seen)


def batch_of(draws: Sequence[Draw], made_at: AwareDatetime) -> str | None:
    """Find the batch of a prediction by the time at which it was made; None if it is in none of them.

    One that reached the store late belongs to the batch that it would have been in otherwise.
    """
    for draw in draws:
        if draw.frame and made_at <= draw.until:
            return draw.batch if made_at.date() >= draw.window_start else None
    return None


def sizes(draws: Iterable[Draw]) -> Mapping[tuple[str, bool, str], int]:
    """Return the number of predictions by batch, side of the threshold and model version."""
    return {
        (draw.batch, stratum.low_confidence, stratum.model_version): stratum.predictions
        for draw in draws
        for stratum in draw.strata
    }


def _keys(store: Store, start: date, end: date) -> Iterator[str]:
    month = start.replace(day=1)
    while month <= end:
        for key in store.keys(TRACKING, keys.draws_in_month_of(month)):
            if _KEY.fullmatch(key) and start.isoformat() <= key.split("/")[1] <= end.isoformat():
                yield key
        month = (month + timedelta(days=31)).replace(day=1)


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _read(store: Store, place: Location) -> Draw | None:
    try:
        return store.get_record(place, Draw)
    except ValidationError as error:
        log.warning("skipping %s, which is not a draw: %s", place, error)
        return None

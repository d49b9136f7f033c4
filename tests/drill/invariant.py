"""The invariant of every drill: what was acknowledged is in the store exactly once, as it was sent."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from gourmetgram import keys
from gourmetgram.classes import class_dir
from gourmetgram.keys import Location
from gourmetgram.records import LabelRecord, PredictionRecord
from gourmetgram.sources import Source
from gourmetgram.store import ObjectNotFoundError, Store


class Count(NamedTuple):
    """How many were acknowledged, and how many of those are missing or duplicated."""

    acknowledged: int
    lost: int
    doubled: int


def uploads(store: Store, acknowledged: Mapping[str, bytes]) -> Count:
    """Count the uploads by their photos."""
    lost = sum(not _is_whole(store, *each) for each in acknowledged.items())
    return Count(len(acknowledged), lost, _doubled(store.keys(keys.PRODUCTION, "")))


def labels(store: Store, given: Mapping[str, str], source: Source = Source.USER_RELABEL) -> Count:
    """Count a source's labels, given the class that was chosen for each prediction."""
    photos = list(store.keys(source.dataset, ""))
    filed = {keys.prediction_id_of(key): key.partition("/")[0] for key in photos}
    right = (filed.get(each) == class_dir(name) for each, name in given.items())
    lost = sum(not ok or not _is_labelled(store, each, source) for ok, each in zip(right, given, strict=True))
    return Count(len(given), lost, _doubled(photos))


def _doubled(photos: Iterable[str]) -> int:
    return sum(count > 1 for count in Counter(map(keys.prediction_id_of, photos)).values())


def _is_whole(store: Store, prediction_id: str, photo: bytes) -> bool:
    with suppress(ObjectNotFoundError):
        record = store.get_record(keys.prediction(prediction_id), PredictionRecord)
        return record.prediction_id == prediction_id and store.get(record.image.location) == photo
    return False


def _is_labelled(store: Store, prediction_id: str, source: Source) -> bool:
    place: Location = keys.label(prediction_id, source)
    return store.exists(place) and store.get_record(place, LabelRecord).prediction_id == prediction_id

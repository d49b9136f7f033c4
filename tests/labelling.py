"""Predictions and answers for tests, shaped as the web application and Label Studio write them."""

import json
import uuid
from datetime import UTC, datetime, timedelta

from cronjobs.outputs import Deleted, read, withdrawal
from cronjobs.settings import CronjobSettings
from gourmetgram import keys
from gourmetgram.classes import CLASSES, class_dir
from gourmetgram.jobs import JOBS
from gourmetgram.keys import Location
from gourmetgram.records import Image, PredictionRecord, RelabelRecord, Task
from gourmetgram.sources import Asked, Source
from gourmetgram.store import JSON, Store

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
SETTINGS = CronjobSettings(processing_threads=4)
RUNS = {keys.last_run(job, complete=complete) for job in JOBS for complete in (True, False)}


def prediction_id(number: int, at: datetime = NOON) -> str:
    """Make a prediction id from a number and a time, the same for each call."""
    milliseconds = int(at.timestamp() * 1000)
    return str(uuid.UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | number))


def prediction(number: int, predicted: str = "Egg", at: datetime = NOON) -> PredictionRecord:
    """Make the record of a prediction."""
    made = prediction_id(number, at)
    others = dict.fromkeys(CLASSES, 0.02)
    return PredictionRecord(
        prediction_id=made,
        filename="lunch.jpg",
        prediction=predicted,
        confidence=0.8,
        probabilities={**others, predicted: 0.8},
        image=Image(bucket=keys.PRODUCTION, key=f"{class_dir(predicted)}/{made}.jpg"),
        class_dir=class_dir(predicted),
        model_name="food11",
        model_version="1",
        created_at=at,
    )


def upload(store: Store, number: int, predicted: str = "Egg", at: datetime = NOON) -> PredictionRecord:
    """Put a prediction and its photo into the store."""
    record = prediction(number, predicted, at)
    store.put(record.image.location, f"photo {number}".encode(), "image/jpeg")
    store.put_record(keys.prediction(record.prediction_id), record)
    return record


def ask(
    store: Store,
    record: PredictionRecord,
    source: Source,
    *,
    preselect: bool = False,
    asked: Asked | None = None,
) -> None:
    """Put a task about a prediction into the store, optionally to review a source's label."""
    task = Task.of(record, source, store.bucket_prefix, preselect=preselect)
    store.put_record(keys.task(record.prediction_id, asked or source), task)


def annotation(  # noqa: PLR0913
    record: PredictionRecord,
    *choices: str,
    number: int = 1,
    annotator: str | None = "ann@example.org",
    minutes: int = 0,
    skipped: bool = False,
    source: Source | None = None,
) -> bytes:
    """Make an annotation as Label Studio exports it, some minutes after the prediction."""
    at = f"{record.created_at + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S.%fZ}"
    value = {"from_name": "food", "to_name": "image", "type": "choices", "value": {"choices": list(choices)}}
    exported = {
        "id": number,
        "completed_by": annotator and {"id": 1, "first_name": "", "last_name": "", "email": annotator},
        "result": [value] if choices else [],
        "was_cancelled": skipped,
        "created_at": at,
        "updated_at": at,
        "task": {
            "id": number,
            "data": {
                "prediction_id": record.prediction_id,
                "ml_prediction": record.prediction,
                "source": source,
            },
            "total_predictions": 0,
        },
    }
    return json.dumps(exported).encode()


def answer(store: Store, source: Asked, body: bytes) -> Location:
    """Put an annotation where Label Studio exports it to."""
    place = Location(keys.LABELSTUDIO, f"{keys.outputs(source)}{json.loads(body)['id']}")
    store.put(place, body, JSON)
    return place


def withdraw(store: Store, source: Asked, body: bytes, deleted: Deleted) -> None:
    """Put the withdrawal of an annotation where the sync writes it."""
    written = withdrawal(read(source, "", body), deleted)
    store.put(written.place, written.body, JSON)


def relabel(store: Store, record: PredictionRecord, corrected: str, minutes: int = 0) -> None:
    """Put a user's class for a photo where the web application writes it."""
    relabelled = RelabelRecord(
        prediction_id=record.prediction_id,
        prediction=record.prediction,
        corrected_class=corrected,
        created_at=record.created_at + timedelta(minutes=minutes),
    )
    store.put_record(keys.relabel(record.prediction_id), relabelled)


def contents(store: Store) -> dict[str, bytes]:
    """Read every object of every bucket, except the jobs' times and durations."""
    places = [Location(bucket, key) for bucket in keys.BUCKETS for key in store.keys(bucket, "")]
    return {str(place): store.get(place) for place in places if place not in RUNS}


def names(store: Store, bucket: str, prefix: str = "") -> list[str]:
    """List the keys of a bucket under a prefix, without the prefix."""
    return [key.removeprefix(prefix) for key in store.keys(bucket, prefix)]

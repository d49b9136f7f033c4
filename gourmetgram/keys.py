"""The location of everything in the object store.

Every key follows from a prediction id, so each write can be repeated, and a record is found by its id alone.
"""

from datetime import date
from typing import NamedTuple

from gourmetgram.ids import created_on
from gourmetgram.sources import Asked, Source

PRODUCTION = "production"
TRACKING = "tracking"
LABELSTUDIO = "labelstudio"
DATASETS = tuple(source.dataset for source in Source)
BUCKETS = (PRODUCTION, TRACKING, LABELSTUDIO, *DATASETS)

MODELS = "models"
"""The bucket of the registry, from which predictors get their models."""

NOT_VERSIONS = {"manifests", "current", "candidate"}
"""Reserved: the names of what else is stored beside a model's versions."""

PREDICTIONS = "predictions/"
"""The prefix, in ``tracking``, of the records of predictions, by day."""

LABELS = "labels/"
"""The prefix, in ``tracking``, of the records of known truths, by the day of the prediction."""

IMPORTS = "imports/"
"""The prefix, in ``tracking``, of the records of tasks imported into Label Studio."""

DELETIONS = "deletions/"
"""The prefix, in ``tracking``, of the deletions that were asked for and are not complete."""

SHARES = "shares/"
"""The prefix, in ``tracking``, of what each of several sampling pods has read for a draw."""

FOLDER_NOTE = "README.txt"
"""A text in each folder of tasks and outputs: Label Studio refuses an empty storage."""

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
"""The file name extension of each content type that is accepted."""


class Location(NamedTuple):
    """A bucket, as the contract names it, and a key in it."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{self.bucket}/{self.key}"


def model(name: str, version: str) -> Location:
    """Locate a version of a model; what is stored there never changes."""
    return model_part(name, version, f"{name}.onnx")


def model_part(name: str, version: str, part: str) -> Location:
    """Locate what is kept beside a version of a model: its provenance and its evaluation."""
    return Location(MODELS, f"{name}/{version}/{part}")


def manifest(name: str, digest: str) -> Location:
    """Locate the list of a model's training data, by its content."""
    return Location(MODELS, f"{name}/manifests/{digest}.json")


def choices(name: str, role: str) -> str:
    """Return the prefix, in ``models``, of the records of what is ``current`` or a ``candidate``."""
    return f"{name}/{role}/"


def photo(bucket: str, class_dir: str, prediction_id: str, extension: str) -> Location:
    """Locate a photo in ``production`` or in a data set."""
    return Location(bucket, f"{class_dir}/{prediction_id}.{extension}")


def prediction(prediction_id: str) -> Location:
    """Locate the record of a prediction.

    Raises:
        ValueError: it is not a prediction id.
    """
    return Location(TRACKING, f"{predictions_on(created_on(prediction_id))}{prediction_id}.json")


def predictions_on(day: date) -> str:
    """Return the prefix, in ``tracking``, of a day's predictions."""
    return f"{PREDICTIONS}{day.isoformat()}/"


def label(prediction_id: str, source: Source) -> Location:
    """Locate the record of a prediction's known truth.

    Raises:
        ValueError: it is not a prediction id.
    """
    return Location(TRACKING, f"{labels_on(created_on(prediction_id))}{source}/{prediction_id}.json")


def labels_on(day: date) -> str:
    """Return the prefix, in ``tracking``, of the labels of a day's predictions."""
    return f"{LABELS}{day.isoformat()}/"


def tasks(source: Asked) -> str:
    """Return the prefix, in ``labelstudio``, of the pending tasks."""
    return f"tasks/{source.folder}/"


def outputs(source: Asked) -> str:
    """Return the prefix, in ``labelstudio``, of the outputs to be processed."""
    return f"output/{source.folder}/"


def task(prediction_id: str, source: Asked) -> Location:
    """Locate the Label Studio task of a prediction."""
    return Location(LABELSTUDIO, f"{tasks(source)}{prediction_id}.json")


def relabel(prediction_id: str) -> Location:
    """Locate the class that a user gave to a prediction."""
    return Location(LABELSTUDIO, f"{outputs(Source.USER_RELABEL)}{prediction_id}.json")


def draw(day: date, number: int) -> Location:
    """Locate the record of a random draw: the day on which it was made, and its number on that day."""
    return Location(TRACKING, f"draws/{day.isoformat()}/{number:03d}.json")


def draws_in_month_of(day: date) -> str:
    """Return the prefix, in ``tracking``, of the draws of a month."""
    return f"draws/{day:%Y-%m}-"


def frame(day: date, digest: str) -> Location:
    """Locate the list of the predictions that a draw was the first to see; it never changes."""
    return Location(TRACKING, f"frames/{day.isoformat()}/{digest}.jsonl.gz")


def share(day: date, number: int, pod: int, pods: int) -> Location:
    """Locate what one of several sampling pods has read for a draw."""
    return Location(TRACKING, f"{SHARES}{day.isoformat()}/{number:03d}/{pod}-of-{pods}.json")


def quality() -> Location:
    """Locate the latest figures of the model's quality."""
    return Location(TRACKING, "quality/latest.json")


def imported(prediction_id: str, source: Asked, project: str) -> Location:
    """Locate the record that a Label Studio project has imported the task about a prediction.

    Raises:
        ValueError: it is not a prediction id.
    """
    return Location(
        TRACKING, f"{imported_on(created_on(prediction_id), source)}{prediction_id}.{project}.json"
    )


def imported_on(day: date, source: Asked) -> str:
    """Return the prefix, in ``tracking``, of the import records of a source for a day's predictions."""
    return f"{IMPORTS}{day.isoformat()}/{source.folder}/"


def exported_until(source: Asked) -> Location:
    """Locate the time up to which all annotations are known to have been exported."""
    return Location(TRACKING, f"exports/{source.folder}.json")


def last_run(job: str, *, complete: bool) -> Location:
    """Locate the record of a job's last complete run, or of its last incomplete one."""
    return Location(TRACKING, f"jobs/{job}/{'complete' if complete else 'incomplete'}.json")


def deletion(what: str) -> Location:
    """Locate the note that a prediction, or what is too old, is being deleted."""
    return Location(TRACKING, f"{DELETIONS}{what}.json")


def processed(location: Location) -> Location:
    """Locate a task or an output after processing."""
    return Location(location.bucket, f"processed/{location.key}")


def quarantined(location: Location) -> Location:
    """Locate a task or an output that could not be processed."""
    return Location(location.bucket, f"quarantine/{location.key}")


def pending_and_done(task: Location) -> tuple[Location, Location, Location]:
    """Locate a task, or a prefix of tasks, wherever it can be: pending, processed and quarantined."""
    return task, processed(task), quarantined(task)


def prediction_id_of(key: str) -> str:
    """Read the prediction id that a photo's, record's or task's key ends with."""
    name = key.rpartition("/")[2]
    return name.rpartition(".")[0] or name

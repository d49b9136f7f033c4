"""A label and its photo in the data set, which come and go together.

The label is written before its photo is put into a class folder, and the photo is removed before the label
changes: so the label always says in which one folder the photo may be, also after a crash.
"""

from pydantic import ValidationError

from cronjobs.verdict import UndecidedError, Verdict
from gourmetgram import keys
from gourmetgram.classes import CLASS_DIRS, class_dir
from gourmetgram.keys import EXTENSIONS
from gourmetgram.records import LabelRecord, PredictionRecord
from gourmetgram.sources import Source
from gourmetgram.store import ObjectNotFoundError, Store


def write(store: Store, verdict: Verdict, *, everywhere: bool) -> None:
    """Label a prediction as decided; ``everywhere`` looks for its photo in all other class folders.

    Raises:
        UndecidedError: the prediction or its photo is missing.
        StoreUnavailableError: the store did not answer.
    """
    source, prediction_id = verdict.answer.source, verdict.answer.prediction_id
    record = _prediction(store, prediction_id)
    folder = class_dir(verdict.answer.choices[0])
    _remove_photo(
        store, source, prediction_id, _folders(store, source, prediction_id, everywhere=everywhere) - {folder}
    )
    store.put_record(keys.label(prediction_id, source), _label(record, verdict))
    extension = record.image.key.rpartition(".")[2]
    try:
        store.copy(record.image.location, keys.photo(source.dataset, folder, prediction_id, extension))
    except ObjectNotFoundError as error:
        message = f"the photo {record.image.location} is missing"
        raise UndecidedError(message) from error


def _label(record: PredictionRecord, verdict: Verdict) -> LabelRecord:
    answer, chosen = verdict
    return LabelRecord(
        prediction_id=answer.prediction_id,
        predicted=record.prediction,
        actual=answer.choices[0],
        source=answer.source,
        annotator=answer.who,
        labelled_at=answer.version,
        is_blind=answer.is_blind,
        answers=dict(sorted(chosen.items())) if len(chosen) > 1 else {},
        model_version=record.model_version,
        low_confidence=record.low_confidence,
    )


def remove(store: Store, source: Source, prediction_id: str, *, everywhere: bool) -> None:
    """Remove a label, if there is one, and its photo.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    if folders := _folders(store, source, prediction_id, everywhere=everywhere):
        _remove_photo(store, source, prediction_id, folders)
        store.delete(keys.label(prediction_id, source))


def _prediction(store: Store, prediction_id: str) -> PredictionRecord:
    place = keys.prediction(prediction_id)
    try:
        return store.get_record(place, PredictionRecord)
    except ObjectNotFoundError as error:
        message = f"there is no prediction {prediction_id}"
        raise UndecidedError(message) from error
    except ValidationError as error:
        message = f"{place} is not the record of a prediction"
        raise UndecidedError(message) from error


def _folders(store: Store, source: Source, prediction_id: str, *, everywhere: bool) -> set[str]:
    """Return the class folders in which the photo may be."""
    try:
        label = store.get_record(keys.label(prediction_id, source), LabelRecord)
    except ObjectNotFoundError:
        return set(CLASS_DIRS) if everywhere else set()
    except ValidationError:
        return set(CLASS_DIRS)
    return set(CLASS_DIRS) if everywhere else {class_dir(label.actual)}


def _remove_photo(store: Store, source: Source, prediction_id: str, folders: set[str]) -> None:
    for folder in sorted(folders):
        for extension in EXTENSIONS.values():
            store.delete(keys.photo(source.dataset, folder, prediction_id, extension))

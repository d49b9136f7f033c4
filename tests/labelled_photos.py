"""Photos with labels in the store, as the processing job leaves them."""

from datetime import UTC, datetime, timedelta

from gourmetgram import keys
from gourmetgram.classes import CLASSES, class_dir
from gourmetgram.records import LabelRecord
from gourmetgram.sources import Source
from gourmetgram.store import Store
from predictor.training.data import Photo
from tests.labelling import prediction_id

NOW = datetime.now(UTC)


def label(store: Store, number: int, photo: Photo, source: Source) -> None:
    """Put a photo and its label into the store; it was uploaded yesterday."""
    made, actual = prediction_id(number, NOW - timedelta(days=1)), CLASSES[photo.label]
    store.put(
        keys.photo(source.dataset, class_dir(actual), made, "jpg"), photo.path.read_bytes(), "image/jpeg"
    )
    record = LabelRecord(
        prediction_id=made,
        predicted=actual,
        actual=actual,
        source=source,
        annotator="ann",
        labelled_at=NOW,
    )
    store.put_record(keys.label(made, source), record)

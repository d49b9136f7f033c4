from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from gourmetgram.classes import CLASS_DIRS, CLASSES, class_dir
from gourmetgram.records import PredictionRecord, Task
from gourmetgram.sources import Source

ID = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
FIELDS = {
    "prediction_id": ID,
    "filename": "ramen.jpg",
    "prediction": "Soup",
    "confidence": 0.6,
    "probabilities": {name: 0.6 if name == "Soup" else 0.04 for name in CLASSES},
    "image": {"bucket": "production", "key": f"class_09/{ID}.jpg"},
    "class_dir": "class_09",
    "model_name": "food11",
    "model_version": "1",
    "created_at": datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC),
}


def test_the_classes_are_eleven_and_their_folders_are_in_their_order() -> None:
    assert [class_dir(name) for name in CLASSES] == sorted(CLASS_DIRS)
    assert (class_dir("Bread"), class_dir("Vegetable/Fruit")) == ("class_00", "class_10")


def test_a_record_survives_json() -> None:
    record = PredictionRecord.model_validate(FIELDS)
    assert PredictionRecord.model_validate_json(record.model_dump_json()) == record


@pytest.mark.parametrize(
    "wrong",
    [
        {"prediction": "Pizza"},
        {"confidence": 1.2},
        {"prediction_id": "1"},
        {"probabilities": {"Soup": 1.0}},
        {"class_dir": "class_00"},
        {"created_at": datetime(2022, 2, 22)},
    ],
)
def test_a_record_that_cannot_be_true_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PredictionRecord.model_validate({**FIELDS, **wrong})


def test_a_task_asks_about_the_photo_and_preselects_the_models_class() -> None:
    record = PredictionRecord.model_validate(FIELDS)
    task = Task.of(record, Source.LOW_CONFIDENCE, "team-", preselect=True)
    assert task.data.image == f"s3://team-production/class_09/{ID}.jpg"
    assert task.predictions[0]["result"][0]["value"] == {"choices": ["Soup"]}


def test_a_blind_task_does_not_preselect() -> None:
    record = PredictionRecord.model_validate(FIELDS)
    assert Task.of(record, Source.RANDOM_SAMPLING, "", preselect=False).predictions == []

"""The labels that are most likely wrong are reviewed in the real Label Studio."""

import random
from datetime import UTC, datetime

import pytest

from cronjobs import review
from cronjobs.processing import Processing
from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.records import LabelRecord, PredictionRecord
from gourmetgram.sources import REVIEW, Source
from gourmetgram.store import Store
from tests.labelling import SETTINGS, annotation, answer, names, upload
from tests.loop import Loop

FLAG = Source.USER_FLAG


def labelled(store: Store, number: int, predicted: str, actual: str, confidence: float) -> PredictionRecord:
    """Label a prediction that has this confidence."""
    rest = (1 - confidence) / (len(CLASSES) - 1)
    probabilities = {**dict.fromkeys(CLASSES, rest), predicted: confidence}
    record = upload(store, number, predicted, at=datetime.now(UTC)).model_copy(
        update={"probabilities": probabilities, "confidence": confidence}
    )
    store.put_record(keys.prediction(record.prediction_id), record)
    answer(store, FLAG, annotation(record, actual, number=1000 + number))
    return record


@pytest.fixture
def wrong(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> PredictionRecord:
    """Label many predictions, one of them wrongly."""
    monkeypatch.setattr("sys.argv", ["review"])
    chance = random.Random(5)
    for number, name in enumerate(CLASSES[:3] * 4, 1):
        labelled(loop.store, number, name, name, chance.uniform(0.6, 0.9))
    record = labelled(loop.store, 100, "Dessert", "Bread", 0.97)
    Processing(loop.store, SETTINGS).run()
    return record


def actual(loop: Loop, record: PredictionRecord) -> str:
    """Return the reviewed source's label; the photo must be in that class's folder."""
    label = loop.store.get_record(keys.label(record.prediction_id, FLAG), LabelRecord)
    photos = [key for key in names(loop.store, FLAG.dataset) if record.prediction_id in key]
    assert photos == [f"class_{CLASSES.index(label.actual):02d}/{record.prediction_id}.jpg"]
    return label.actual


def test_a_review_corrects_the_label_and_its_withdrawal_brings_the_old_one_back(
    loop: Loop, wrong: PredictionRecord
) -> None:
    assert "1 of 13 labels wait in Review" in review.main().summary
    tasks = loop.tasks(REVIEW)
    assert set(tasks) == {wrong.prediction_id}
    assert "nothing new to review" in review.main().summary

    corrected = loop.annotate(tasks[wrong.prediction_id], "Dessert")
    assert loop.sync(REVIEW) == {"exported": 1}
    assert loop.process()["labelled"] == {"userfeedback": 1}
    assert actual(loop, wrong) == "Dessert"
    assert names(loop.store, keys.LABELSTUDIO, "processed/tasks/review/") == [f"{wrong.prediction_id}.json"]

    loop.delete_annotation(corrected)
    assert loop.sync(REVIEW) == {"withdrawn": 1}
    loop.process()
    assert actual(loop, wrong) == "Bread"
    assert f"{wrong.prediction_id}.json" in names(loop.store, keys.LABELSTUDIO, "tasks/review/")


def test_a_review_whose_task_is_deleted_leaves_the_label_and_is_not_asked_again(
    loop: Loop, wrong: PredictionRecord
) -> None:
    review.main()
    loop.annotate(loop.tasks(REVIEW)[wrong.prediction_id], "Dessert")
    loop.sync(REVIEW)
    loop.process()
    loop.delete_task(loop.tasks(REVIEW)[wrong.prediction_id])
    assert loop.sync(REVIEW) == {"withdrawn": 1}
    loop.process()
    assert actual(loop, wrong) == "Bread"
    assert "nothing new to review" in review.main().summary

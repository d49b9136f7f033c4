import random

from cronjobs.review import Labelled, suspects
from gourmetgram.classes import CLASSES
from gourmetgram.records import LabelRecord
from gourmetgram.sources import Source
from tests.labelling import NOON, prediction


def labelled(number: int, predicted: str, actual: str, confidence: float) -> Labelled:
    rest = (1 - confidence) / (len(CLASSES) - 1)
    probabilities = {**dict.fromkeys(CLASSES, rest), predicted: confidence}
    record = prediction(number, predicted).model_copy(
        update={"probabilities": probabilities, "confidence": confidence}
    )
    label = LabelRecord(
        prediction_id=record.prediction_id,
        predicted=predicted,
        actual=actual,
        source=Source.RANDOM_SAMPLING,
        annotator="ann@example.org",
        labelled_at=NOON,
    )
    return Labelled(record, label)


def test_the_labels_that_the_model_is_sure_are_wrong_come_first() -> None:
    chance = random.Random(5)
    known = [
        labelled(number, name, name, chance.uniform(0.6, 0.9))
        for number, name in enumerate([*CLASSES[:4] * 10])
    ]
    known += [labelled(100, CLASSES[0], CLASSES[1], 0.95), labelled(101, CLASSES[2], CLASSES[3], 0.99)]
    found = [each.record.prediction_id for each in suspects(known)]
    assert found == [known[-1].record.prediction_id, known[-2].record.prediction_id]


def test_where_the_model_is_not_sure_the_label_is_believed() -> None:
    known = [labelled(number, name, name, 0.9) for number, name in enumerate(CLASSES[:4] * 10)]
    assert suspects([*known, labelled(100, CLASSES[0], CLASSES[1], 0.3)]) == []


def test_there_is_nothing_to_suspect_without_labels_of_two_classes() -> None:
    assert suspects([]) == []
    assert suspects([labelled(1, "Egg", "Rice", 0.9)]) == []

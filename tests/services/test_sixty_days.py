"""Sixty days of uploads with known true classes, with the real store and the real Label Studio."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from cronjobs.picture import draw
from cronjobs.quality import quality, read
from cronjobs.sampling import Sampling
from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.ids import created_on
from gourmetgram.records import PredictionRecord
from gourmetgram.sources import Source
from tests.labelling import NOON, ask, prediction
from tests.loop import Loop

DAYS, ANSWERED = 60, 50
"""All predictions below the threshold are labelled, except those of the last days."""
QUIET, BUSY = (5, 0.95), (20, 0.75)
"""Number of uploads on weekdays and at weekends, each with the share of correct predictions."""
LOW_SHARE = 0.15


def uploads() -> list[tuple[PredictionRecord, str]]:
    """Make the predictions of all days, each with its true class."""
    random = np.random.default_rng(3)
    made = []
    for day in range(DAYS):
        size, share = BUSY if day % 7 > 4 else QUIET
        for number in range(size):
            said = CLASSES[len(made) % len(CLASSES)]
            record = prediction(number, said, at=NOON + timedelta(days=day, seconds=number))
            low = bool(random.random() < LOW_SHARE)
            right = random.random() < (0.5 if low else (share - LOW_SHARE / 2) / (1 - LOW_SHARE))
            actual = random.choice([each for each in CLASSES if (each == record.prediction) is right])
            made.append((record.model_copy(update={"low_confidence": low}), actual))
    return made


def answer_all(loop: Loop, source: Source, truth: dict[str, str], until: date) -> None:
    """Annotate a project's tasks correctly, except those about newer predictions."""
    loop.sync(source)
    tasks = {each: task for each, task in loop.tasks(source).items() if created_on(each) <= until}
    with ThreadPoolExecutor(4) as annotators:
        list(annotators.map(lambda each: loop.annotate(tasks[each], truth[each]), tasks))
    loop.sync(source)


@pytest.mark.timeout(600)
@pytest.mark.picture
def test_the_report_holds_the_accuracy_of_sixty_days_that_differ(loop: Loop, pictures: Path) -> None:
    made, last = uploads(), (NOON + timedelta(days=DAYS)).date()
    truth = {record.prediction_id: actual for record, actual in made}
    with ThreadPoolExecutor(8) as users:
        places = ((keys.prediction(record.prediction_id), record) for record, _ in made)
        list(users.map(lambda each: loop.store.put_record(*each), places))
        photos = (record.image.location for record, _ in made)
        list(users.map(lambda place: loop.store.put(place, b"photo", "image/jpeg"), photos))
    for record, _ in made:
        if record.low_confidence:
            ask(loop.store, record, Source.LOW_CONFIDENCE)
    settings = loop.settings.model_copy(update={"sample_size": 2})
    for day in range(1, DAYS + 1):
        Sampling(loop.store, settings).run((NOON + timedelta(days=day)).date())
    answer_all(loop, Source.RANDOM_SAMPLING, truth, last)
    answer_all(loop, Source.LOW_CONFIDENCE, truth, (NOON + timedelta(days=ANSWERED)).date())
    loop.process()

    evidence = read(loop.store, 8, last, DAYS)
    figures = quality(evidence, "60d", last - timedelta(days=DAYS), last)[0]
    accuracy = sum(actual == record.prediction for record, actual in made) / len(made)
    pooled = np.mean([each.predicted == each.actual for each in evidence.labels])
    assert figures.predictions == len(made)
    assert figures.accuracy.low <= accuracy <= figures.accuracy.high
    assert abs((figures.accuracy.value or 0) - accuracy) < abs(pooled - accuracy)
    assert figures.accuracy.high - figures.accuracy.low < 0.2
    draw(figures, pictures / "report.png")

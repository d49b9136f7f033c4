"""`python -m cronjobs.review`: find the labels that are most likely wrong, and have them looked at again.

Confident learning (Northcutt, Jiang and Chuang 2021, https://arxiv.org/abs/1911.00068) by the model's
probabilities: a label is suspect where the model is as sure of another class as it usually is of that class.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import islice
from typing import NamedTuple

import numpy as np
from pydantic import ValidationError

from cronjobs.command import Outcome, arguments, run, up_to
from cronjobs.label_studio.client import connect
from cronjobs.label_studio.setup import set_up_project, write_notes
from cronjobs.settings import CENTURY, CronjobSettings
from cronjobs.sync import ProjectSync
from cronjobs.window import labels
from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.records import LabelRecord, PredictionRecord, Task
from gourmetgram.sources import ANNOTATED_SOURCES, REVIEW
from gourmetgram.store import ObjectNotFoundError, Store


class Labelled(NamedTuple):
    """A prediction, and a label of it."""

    record: PredictionRecord
    label: LabelRecord


def suspects(labelled: Sequence[Labelled]) -> list[Labelled]:
    """Find the labels that are likely wrong, the likeliest first."""
    if len({each.label.actual for each in labelled}) < 2:  # noqa: PLR2004 - one class can't be taken for another
        return []
    from cleanlab.filter import find_label_issues  # noqa: PLC0415 - takes seconds

    given = np.array([CLASSES.index(each.label.actual) for each in labelled])
    probable = np.array([[each.record.probabilities[name] for name in CLASSES] for each in labelled])
    found = find_label_issues(
        given,
        probable,
        filter_by="confident_learning",
        return_indices_ranked_by="self_confidence",
        n_jobs=1,
    )
    return [labelled[place] for place in found]


def read(store: Store, threads: int, end: date, before: int) -> list[Labelled]:
    """Read the labels by annotators of a window's predictions, with what the model said of each.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    known = [each for each in labels(store, threads, end, before) if each.source in ANNOTATED_SOURCES]

    def with_record(label: LabelRecord) -> Labelled | None:
        try:
            return Labelled(store.get_record(keys.prediction(label.prediction_id), PredictionRecord), label)
        except (ObjectNotFoundError, ValidationError):
            return None

    with ThreadPoolExecutor(threads) as pool:
        return [each for each in pool.map(with_record, known) if each is not None]


def unreviewed(store: Store, found: Sequence[Labelled]) -> Iterator[Labelled]:
    """Skip labels already put up for review, and all but the first label of a prediction.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    seen = set()
    for each in found:
        places = keys.pending_and_done(keys.task(each.label.prediction_id, REVIEW))
        if each.label.prediction_id not in seen and not any(map(store.exists, places)):
            yield each
        seen.add(each.label.prediction_id)


def ask(store: Store, each: Labelled) -> None:
    """Write a blind review task for a label; it says which source's label that is.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    task = Task.of(each.record, each.label.source, store.bucket_prefix, preselect=False)
    store.put_record(keys.task(each.label.prediction_id, REVIEW), task)


def line(each: Labelled) -> str:
    """Format a label as a line of text."""
    record, label = each
    probable = record.probabilities[label.actual]
    return (
        f"{label.prediction_id}  {label.source}: {label.annotator} says {label.actual} "
        f"(the model: {probable:.0%}; {record.prediction}: {record.confidence:.0%})"
    )


def main() -> Outcome:
    """Put the likeliest errors into the review project."""
    parser = arguments("Have the labels that are most likely wrong looked at again.")
    parser.add_argument("--days", type=up_to(CENTURY), default=30, help="days before today (default: 30)")
    parser.add_argument("--size", type=up_to(1000), default=20, help="labels at most (default: 20)")
    given = parser.parse_args()
    settings = CronjobSettings()
    store = Store(settings)
    known = read(store, settings.processing_threads, datetime.now(UTC).date(), given.days)
    chosen = list(islice(unreviewed(store, suspects(known)), given.size))
    figures = {"labels": len(known), "suspect": len(chosen)}
    if not chosen:
        return Outcome(f"nothing new to review among {len(known)} labels", figures)
    with connect(settings) as studio:
        write_notes(store, REVIEW)
        number = set_up_project(studio, settings, REVIEW)
        for each in chosen:
            ask(store, each)
        ProjectSync(studio, store, settings, REVIEW).run()
    summary = f"{len(chosen)} of {len(known)} labels wait in Review (project {number})"
    return Outcome(summary, figures, details=[line(each) for each in chosen])


if __name__ == "__main__":
    run("review", main)

"""The model's quality, from the draws and labels of a window of days.

It is computed only here: the report prints it, and the processing job writes it to the store for the metrics,
the dashboards and the alerts. No predictions are read: the draws have counted them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np

from cronjobs import draws, estimation
from cronjobs.draws import Draw
from cronjobs.estimation import Labelled, Strata, Weighted
from cronjobs.window import labels as read_labels
from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.ids import created_at, created_on
from gourmetgram.quality import (
    ALL_VERSIONS,
    WINDOWS,
    Estimate,
    LabelCount,
    QualityRecord,
    WindowQuality,
)
from gourmetgram.records import LabelRecord
from gourmetgram.sources import ANNOTATED_SOURCES, Source
from gourmetgram.store import Store

MONTH = timedelta(days=31)


class Evidence(NamedTuple):
    """What is known about the predictions of some days."""

    draws: Sequence[Draw]
    """The oldest first, with an extra month before those days: these tell what was not new to later draws."""
    labels: Sequence[LabelRecord]
    """The labels of the predictions that the draws of those days may have seen."""

    def drawn_since(self, start: date) -> list[Draw]:
        """Return the draws from a day on."""
        return [each for each in self.draws if each.drawn_on >= start]


def read(store: Store, threads: int, end: date, before: int) -> Evidence:
    """Read the draws of a day and some days before it, and the labels that belong to them.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    start = end - timedelta(days=before)
    made = draws.made_between(store, start - MONTH, end)
    first = min([start, *(draw.window_start for draw in made if draw.drawn_on >= start)])
    return Evidence(made, read_labels(store, threads, end, (end - first).days))


def write(store: Store, threads: int) -> None:
    """Recompute everything and write it to the store.

    Raises:
        StoreUnavailableError: the store did not answer; it keeps the previous figures.
    """
    now = datetime.now(UTC)
    today, longest = now.date(), max(WINDOWS.values())
    evidence = read(store, threads, today, longest)
    windows, counts = [], []
    for name, before in WINDOWS.items():
        start = today - timedelta(days=before)
        windows += quality(evidence, name, start, today)
        counts += label_counts(evidence.labels, name, start)
    store.put_record(keys.quality(), QualityRecord(computed_at=now, windows=windows, labels=counts))


def quality(evidence: Evidence, window: str, start: date, end: date) -> list[WindowQuality]:
    """Compute the figures of all model versions together, then of each."""
    made = evidence.drawn_since(start)
    versions = sorted({each.model_version for draw in made for each in draw.strata})
    index = _strata(made, versions)
    weighted = estimation.weigh(index.strata, _labelled(evidence, index, versions))
    confidence = _confidence_sums(made)
    parts = {ALL_VERSIONS: weighted}
    parts |= {version: weighted.of_version(index) for index, version in enumerate(versions)}
    return [
        _figures(part, confidence[version], window=window, model_version=version, start=start, end=end)
        for version, part in parts.items()
    ]


def label_counts(labels: Iterable[LabelRecord], window: str, start: date) -> list[LabelCount]:
    """Count the labels of the predictions since a day, by source and cell of the confusion matrix."""
    cells = Counter(
        (each.predicted, each.actual, each.source)
        for each in labels
        if created_on(each.prediction_id) >= start
    )
    return [
        LabelCount(window=window, predicted=predicted, actual=actual, source=source, count=count)
        for (predicted, actual, source), count in sorted(cells.items())
    ]


class _Index(NamedTuple):
    """The strata, and where to find each by its batch and side of the threshold."""

    strata: Strata
    place: dict[tuple[str, bool], int]


def _strata(made: Sequence[Draw], versions: Sequence[str]) -> _Index:
    sizes = draws.sizes(made)
    place = {key: number for number, key in enumerate(dict.fromkeys((batch, low) for batch, low, _ in sizes))}
    counted = np.zeros((len(place), len(versions)), np.intp)
    for (batch, low, version), size in sizes.items():
        counted[place[batch, low], versions.index(version)] = size
    return _Index(Strata(np.array([low for _, low in place], bool), counted), place)


def _labelled(evidence: Evidence, index: _Index, versions: Sequence[str]) -> Labelled:
    """Find the stratum of each labelled prediction; of several labels the blind one counts."""
    chosen = {each.prediction_id: each for draw in evidence.draws for each in draw.drawn}
    rows = []
    for label in _one_each(evidence.labels):
        drawn = chosen.get(label.prediction_id)
        batch = drawn.batch if drawn else draws.batch_of(evidence.draws, created_at(label.prediction_id))
        low = drawn.low_confidence if drawn else _is_low(label)
        version = drawn.model_version if drawn else label.model_version
        stratum = None if batch is None or low is None else index.place.get((batch, low))
        if stratum is None or version not in versions:
            continue
        at_random = label.source is Source.RANDOM_SAMPLING
        cell = CLASSES.index(label.predicted), CLASSES.index(label.actual)
        rows.append((stratum, versions.index(version), *cell, at_random))
    columns = np.array(rows, np.intp).reshape(-1, 5).T
    return Labelled(columns[0], columns[1], columns[2], columns[3], columns[4].astype(bool))


def _one_each(labels: Iterable[LabelRecord]) -> Iterator[LabelRecord]:
    best: dict[str, LabelRecord] = {}
    for label in labels:
        # Annotators who were shown the model's class lean towards it.
        may_lean = label.is_blind is False and label.source is not Source.RANDOM_SAMPLING
        if label.source in ANNOTATED_SOURCES and not may_lean:
            other = best.setdefault(label.prediction_id, label)
            if ANNOTATED_SOURCES.index(label.source) < ANNOTATED_SOURCES.index(other.source):
                best[label.prediction_id] = label
    yield from best.values()


def _is_low(label: LabelRecord) -> bool | None:
    return True if label.source is Source.LOW_CONFIDENCE else label.low_confidence


def _confidence_sums(made: Iterable[Draw]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for each in (stratum for draw in made for stratum in draw.strata):
        for version in (ALL_VERSIONS, each.model_version):
            sums[version] += each.confidence_sum  # type: ignore[assignment] # floats add up as well
    return sums


def _figures(weighted: Weighted, confidence_sum: float, **window: object) -> WindowQuality:
    labels, predictions = weighted.labels, int(weighted.sizes.sum())
    right, numbers = labels.right, dict(enumerate(CLASSES))
    cells = estimation.confusion(weighted, len(CLASSES))
    both = cells.sum(axis=0) + cells.sum(axis=1)
    f1 = {name: 2 * cells[number, number] / both[number] for number, name in numbers.items() if both[number]}
    return WindowQuality(
        **window,
        predictions=predictions,
        labels=len(right),
        accuracy=estimation.accuracy(weighted),
        mean_confidence=min(1, confidence_sum / predictions) if predictions else None,
        recall=_by_class(weighted, labels.actual),
        precision=_by_class(weighted, labels.predicted),
        f1=f1,
        macro_f1=sum(f1.values()) / len(f1) if f1 else None,
    )


def _by_class(weighted: Weighted, of: estimation.Integers) -> dict[str, Estimate]:
    right = weighted.labels.right
    return {name: estimation.ratio(weighted, right, of == number) for number, name in enumerate(CLASSES)}

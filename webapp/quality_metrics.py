"""Exposes the model's quality as computed by the processing job."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from gourmetgram.classes import CLASSES
from gourmetgram.quality import ALL_VERSIONS, WINDOWS, Estimate, QualityRecord, WindowQuality
from gourmetgram.sources import Source

Figure = Callable[[WindowQuality], float | None]
Figures = Callable[[WindowQuality], Mapping[str, float | None]]

LOWER, UPPER = "Lower end of its 95 % interval", "Upper end of its 95 % interval"

BY_VERSION: Mapping[str, tuple[str, Figure]] = {
    "accuracy": ("Share of predictions that are right, by labels", lambda each: each.accuracy.value),
    "accuracy_lower": (LOWER, lambda each: each.accuracy.low),
    "accuracy_upper": (UPPER, lambda each: each.accuracy.high),
    "accuracy_effective_labels": (
        "Effective sample size: how many labels of a simple random sample would be as precise",
        lambda each: each.accuracy.effective_labels,
    ),
    "accuracy_predictions": ("Predictions that the accuracy covers", lambda each: each.predictions),
    "mean_confidence": ("Mean confidence of the same predictions", lambda each: each.mean_confidence),
    "macro_f1": ("Mean of F1 over the classes that have labels", lambda each: each.macro_f1),
}


def _of_class(shares: Callable[[WindowQuality], Mapping[str, Estimate]], part: str) -> Figures:
    return lambda each: {name: getattr(share, part) for name, share in shares(each).items()}


BY_CLASS: Mapping[str, tuple[str, Figures]] = {
    "class_recall": (
        "Share of a class's photos that the model recognizes",
        _of_class(lambda w: w.recall, "value"),
    ),
    "class_recall_lower": (LOWER, _of_class(lambda w: w.recall, "low")),
    "class_recall_upper": (UPPER, _of_class(lambda w: w.recall, "high")),
    "class_recall_effective_labels": (
        "How many labels it is based on",
        _of_class(lambda w: w.recall, "effective_labels"),
    ),
    "class_precision": (
        "How often the model is right when it predicts a class",
        _of_class(lambda w: w.precision, "value"),
    ),
    "class_precision_lower": (LOWER, _of_class(lambda w: w.precision, "low")),
    "class_precision_upper": (UPPER, _of_class(lambda w: w.precision, "high")),
    "class_f1": ("Harmonic mean of the two", lambda each: each.f1),
}


def labels(record: QualityRecord | None) -> Metric:
    """Expose the non-empty cells and the diagonals, so that every class has a series."""
    names = ("window", "predicted", "actual", "source")
    family = GaugeMetricFamily("gourmetgram_labels", "Labels of the predictions of the window", labels=names)
    cells = {(window, name, name, source): 0 for window in WINDOWS for name in CLASSES for source in Source}
    for each in record.labels if record else ():
        cells[each.window, each.predicted, each.actual, each.source] = each.count
    for cell, count in cells.items():
        family.add_metric(cell, count)
    return family


def quality(record: QualityRecord | None) -> Iterator[Metric]:
    """Expose every estimate with its bounds; those without any label to go by are absent."""
    yield GaugeMetricFamily(
        "gourmetgram_quality_timestamp_seconds",
        "When the model's quality was last estimated; 0 if never",
        value=record.computed_at.timestamp() if record else 0,
    )
    windows = record.windows if record else [_nothing_known(window) for window in WINDOWS]
    for name, (words, figure) in BY_VERSION.items():
        rows = (((each.window, each.model_version), figure(each)) for each in windows)
        yield _gauge(name, words, "model_version", rows)
    every = [each for each in windows if each.model_version == ALL_VERSIONS]
    for name, (words, figures) in BY_CLASS.items():
        rows = (((each.window, of), value) for each in every for of, value in figures(each).items())
        yield _gauge(name, words, "class", rows)


def _gauge(
    name: str, words: str, by: str, rows: Iterable[tuple[tuple[str, str], float | None]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"gourmetgram_{name}", words, labels=["window", by])
    for values, value in rows:
        if value is not None:
            family.add_metric(values, value)
    return family


def _nothing_known(window: str) -> WindowQuality:
    return WindowQuality(
        window=window,
        model_version=ALL_VERSIONS,
        start=date.min,
        end=date.min,
        predictions=0,
        labels=0,
        accuracy=Estimate(value=None, low=0, high=1, effective_labels=0),
        mean_confidence=None,
        recall={},
        precision={},
        f1={},
        macro_f1=None,
    )

"""The model's quality, as one job computes it and everything else shows it."""

from datetime import date

from pydantic import AwareDatetime

from gourmetgram.records import ClassName, Probability, Record
from gourmetgram.sources import Source

WINDOWS = {"1d": 1, "7d": 7, "30d": 30}
"""The reported windows: their names, and how many days before today they reach."""

ALL_VERSIONS = "all"
"""Stands for every model version at once, where a figure names its version."""


class Estimate(Record):
    """A share of predictions, estimated from labels, with its 95 % interval."""

    value: Probability | None
    """None where there is no label to go by."""
    low: Probability
    high: Probability
    effective_labels: float
    """The effective sample size: how many labels of a simple random sample would say as much."""


class WindowQuality(Record):
    """The figures of one model version, or of all, over the predictions of one window."""

    window: str
    model_version: str
    start: date
    end: date
    predictions: int
    """How many predictions the figures are about."""
    labels: int
    """How many of them have a label that counts."""
    accuracy: Estimate
    mean_confidence: Probability | None
    """The accuracy that a calibrated model expects of itself on the same predictions; it needs no labels."""
    recall: dict[ClassName, Estimate]
    precision: dict[ClassName, Estimate]
    f1: dict[ClassName, Probability]
    """Of the classes that have labels."""
    macro_f1: Probability | None


class LabelCount(Record):
    """How many labels of a window fall into one cell of a source's confusion matrix."""

    window: str
    predicted: ClassName
    actual: ClassName
    source: Source
    count: int


class QualityRecord(Record):
    """Every figure about the model's quality, as of one moment."""

    computed_at: AwareDatetime
    windows: list[WindowQuality]
    labels: list[LabelCount]

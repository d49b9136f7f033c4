"""The label that counts for each photo, why it was asked for, and how far it is trusted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from scipy.stats import binomtest

from gourmetgram import keys
from gourmetgram.ids import created_on
from gourmetgram.records import LabelRecord, Probability, Record
from gourmetgram.sources import ANNOTATED_SOURCES, Source

WINDOW_DAYS = 30
"""Random-sample labels of this many days are for evaluation only; older ones are trained on."""
_COIN_TOSS = 0.5


class RelabelPrecision(Record):
    """How often users chose the same class as an annotator, where both chose one."""

    compared: int
    right: int
    low: Probability
    """The lower end of its 95 % interval (Wilson's); 0 where nothing could be compared."""

    @property
    def weight(self) -> float:
        """Return an unconfirmed relabel's weight: the lower bound of precision, or 0 below a coin toss."""
        return round(self.low, 3) if self.low > _COIN_TOSS else 0.0


@dataclass(frozen=True)
class Truth:
    """The label that counts for a prediction."""

    label: LabelRecord
    evaluates: bool
    """Whether it is from the random sample, within the window."""
    weight: float

    @property
    def record(self) -> str:
        """Return the key of the object that holds the label."""
        return str(keys.label(self.label.prediction_id, self.label.source))


def truths(labels: Iterable[LabelRecord], until: date, window_days: int = WINDOW_DAYS) -> list[Truth]:
    """Choose the label of each prediction: the random sample's in the window, an annotator's, or a user's."""
    by_prediction = _by_prediction(labels)
    weight = precision(by_prediction.values()).weight
    first = until - timedelta(days=window_days)
    return [_truth(by_prediction[each], first, weight) for each in sorted(by_prediction)]


def relabel_precision(labels: Iterable[LabelRecord]) -> RelabelPrecision:
    """Compare users' labels with annotators' labels of the same predictions."""
    return precision(_by_prediction(labels).values())


def precision(predictions: Iterable[dict[Source, LabelRecord]]) -> RelabelPrecision:
    """Compare the labels of each prediction."""
    agreed = [
        said[Source.USER_RELABEL].actual == annotated.actual
        for said in predictions
        if Source.USER_RELABEL in said and (annotated := _annotated(said))
    ]
    if not agreed:
        return RelabelPrecision(compared=0, right=0, low=0)
    interval = binomtest(sum(agreed), len(agreed)).proportion_ci(method="wilson")
    return RelabelPrecision(compared=len(agreed), right=sum(agreed), low=interval.low)


def _by_prediction(labels: Iterable[LabelRecord]) -> dict[str, dict[Source, LabelRecord]]:
    found: defaultdict[str, dict[Source, LabelRecord]] = defaultdict(dict)
    for label in labels:
        found[label.prediction_id][label.source] = label
    return found


def _truth(said: dict[Source, LabelRecord], first: date, weight: float) -> Truth:
    random = said.get(Source.RANDOM_SAMPLING)
    if random and created_on(random.prediction_id) >= first:
        return Truth(random, evaluates=True, weight=1)
    if annotated := _annotated(said):
        return Truth(annotated, evaluates=False, weight=1)
    return Truth(said[Source.USER_RELABEL], evaluates=False, weight=weight)


def _annotated(said: dict[Source, LabelRecord]) -> LabelRecord | None:
    annotated = [said[source] for source in ANNOTATED_SOURCES if source in said]
    return max(annotated, key=lambda label: label.labelled_at, default=None)

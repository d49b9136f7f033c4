"""How far annotators can be trusted: whether they agree, and whether the model's class sways them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import permutations
from typing import NamedTuple

from cronjobs.settling import Settlement
from cronjobs.verdict import WithdrawnError, choices, standing
from cronjobs.window import is_prediction_id
from gourmetgram import keys
from gourmetgram.ids import created_on
from gourmetgram.keys import LABELSTUDIO, Location
from gourmetgram.records import LabelRecord
from gourmetgram.sources import ANNOTATED_SOURCES, Source
from gourmetgram.store import Store


class Agreement(NamedTuple):
    """The agreement of annotators who were asked about the same photo."""

    photos: int
    """Those with two annotators or more."""
    agreed: int
    """Those on which all chose the same class."""
    kappa: float | None
    """None where it is undefined: no such photo, or only one class."""


class Sway(NamedTuple):
    """How often people agreed with the model, on photos that were labelled with its class shown and blind."""

    photos: int
    shown: int
    blind: int


def agreement(chosen: Iterable[Sequence[str]]) -> Agreement:
    """Compute Fleiss' kappa, as Cohen's over all pairs of annotators of a photo, in both orders.

    A photo's weight is its number of annotators. If that is the same for all, this is exactly Fleiss (1971).

    Args:
        chosen: of each photo with two annotators or more, the classes that they chose.
    """
    photos = list(chosen)
    pairs = [(*pair, 1 / (len(photo) - 1)) for photo in photos for pair in permutations(photo, 2)]
    kappa = None
    if len({name for photo in photos for name in photo}) > 1:
        from sklearn.metrics import cohen_kappa_score  # noqa: PLC0415 - takes a second, few reports need it

        first, second, weights = zip(*pairs, strict=True)
        kappa = float(cohen_kappa_score(first, second, sample_weight=weights))
    return Agreement(len(photos), sum(len(set(photo)) == 1 for photo in photos), kappa)


def sway(labels: Iterable[LabelRecord]) -> Sway:
    """Compare answers that were blind with those that were not, about the same predictions."""
    shown: dict[str, bool] = {}
    blind: dict[str, bool] = {}
    for label in labels:
        if label.source is not Source.USER_RELABEL and label.is_blind is not None:
            agrees = label.predicted == label.actual
            (blind if label.is_blind else shown)[label.prediction_id] = agrees
    both = shown.keys() & blind.keys()
    return Sway(len(both), sum(shown[each] for each in both), sum(blind[each] for each in both))


def several(store: Store, labels: Iterable[LabelRecord], window: Sequence[date]) -> Iterator[list[str]]:
    """List the choices for each photo with several annotators, whether labelled or in quarantine.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    yield from (list(label.answers.values()) for label in labels if label.answers)
    for source in ANNOTATED_SOURCES:
        prefix = keys.quarantined(Location(LABELSTUDIO, keys.outputs(source))).key
        names = {key.removeprefix(prefix).partition("/")[0] for key in store.keys(LABELSTUDIO, prefix)}
        for name in sorted(filter(is_prediction_id, names)):
            if created_on(name) in window:
                chosen = _chosen(store, source, name)
                if len(chosen) > 1:
                    yield chosen


def lines(agreed: Agreement, swayed: Sway) -> Iterator[str]:
    """Format the figures as lines of text."""
    kappa = "" if agreed.kappa is None else f", Fleiss' kappa {agreed.kappa:.2f}"
    if agreed.photos:
        yield f"{agreed.photos} photos with several annotators: all agreed on {agreed.agreed}{kappa}"
    if swayed.photos:
        yield (
            f"{swayed.photos} photos labelled with the model's class shown and blind: "
            f"{swayed.shown / swayed.photos:.1%} agreed with the model when shown, "
            f"{swayed.blind / swayed.photos:.1%} when blind"
        )


def _chosen(store: Store, source: Source, prediction_id: str) -> list[str]:
    try:
        answers = standing(Settlement(store, source, prediction_id).kept().values())
    except WithdrawnError:
        return []
    return [answer.choices[0] for answer in choices(answers).values() if len(answer.choices) == 1]

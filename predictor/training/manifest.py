"""What a training run learns from, photo by photo: written before it begins, and never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Literal

import numpy as np

from gourmetgram import keys
from gourmetgram.records import ClassName, Record
from gourmetgram.store import JSON, Store
from predictor.training.duplicates import groups
from predictor.training.gathering import Found, LeftOut
from predictor.training.truths import WINDOW_DAYS, RelabelPrecision

Side = Literal["training", "calibration", "evaluation"]
_CALIBRATES = 10
"""One in this many groups of photos is held out for the temperature."""
TWIN = "It, or a near-duplicate, is an evaluation photo."
UNTRUSTED = "Users' classes that no annotator confirmed have not been right often enough to learn from."


class Entry(Record):
    """A photo, its label, who gave it, and what the photo is used for."""

    object: str
    sha256: str
    fingerprint: str
    label: ClassName
    source: str
    """Why it was labelled, or ``base``."""
    label_record: str | None
    weight: float
    side: Side


class Excluded(Record):
    """A photo that is not used, and why."""

    object: str
    reason: str


class Manifest(Record):
    """Everything a model learned from; its name is the hash of its content."""

    name: str
    starts_from: str
    """The version of the model whose weights it starts with."""
    until: date
    window_days: int = WINDOW_DAYS
    relabels: RelabelPrecision
    photos: list[Entry]
    excluded: list[Excluded]

    @property
    def digest(self) -> str:
        """Return the hash of its content."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def of(self, side: Side) -> list[Entry]:
        """Return the photos of one side."""
        return [entry for entry in self.photos if entry.side == side]

    def put(self, store: Store) -> None:
        """Save it in the registry.

        Raises:
            StoreUnavailableError: it may or may not have been saved.
        """
        place = keys.manifest(self.name, self.digest)
        if not store.exists(place):
            store.put(place, self.model_dump_json().encode(), JSON)


def divide(found: Sequence[Found]) -> tuple[list[Entry], list[Excluded]]:
    """Put each photo and its near-duplicates on one side; those of evaluation photos are excluded."""
    if not found:
        return [], []
    numbers = groups([each.fingerprint for each in found])
    judged = {number for number, each in zip(numbers, found, strict=True) if each.known.evaluates}
    firsts = {number: found[index].sha256 for index, number in reversed(list(enumerate(numbers)))}
    entries, excluded = [], []
    for number, each in zip(numbers, found, strict=True):
        reason = _reason(each, twin=number in judged and not each.known.evaluates)
        if reason:
            excluded.append(Excluded(object=each.object, reason=reason))
        else:
            entries.append(_entry(each, _side(each, firsts[number])))
    return entries, excluded


def left_out(found: Iterable[Found | LeftOut]) -> list[Excluded]:
    """List what could not be read."""
    return [Excluded(object=each.object, reason=each.reason) for each in found if isinstance(each, LeftOut)]


def _reason(each: Found, *, twin: bool) -> str | None:
    if twin:
        return TWIN
    return None if each.known.weight > 0 else UNTRUSTED


def _side(each: Found, first: str) -> Side:
    if each.known.evaluates:
        return "evaluation"
    chance = np.uint64(int(first[:16], 16)) % np.uint64(_CALIBRATES)
    return "calibration" if chance == 0 else "training"


def _entry(each: Found, side: Side) -> Entry:
    seen = {"object": each.object, "sha256": each.sha256, "fingerprint": each.fingerprint}
    known = {name: value for name, value in asdict(each.known).items() if name != "evaluates"}
    return Entry.model_validate({**seen, **known, "side": side})

"""Reads labels and their photos from the store, and photos of a folder, each with its fingerprint."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from tqdm import tqdm

from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.keys import DATASETS, TRACKING, Location
from gourmetgram.records import LabelRecord
from gourmetgram.store import ObjectNotFoundError, Store
from predictor.images import ImageRejected, to_square
from predictor.training import data
from predictor.training.duplicates import fingerprint
from predictor.training.truths import Truth

log = logging.getLogger(__name__)

THREADS = 8


@dataclass(frozen=True)
class Known:
    """What is known about a photo besides its bytes."""

    label: str
    source: str
    label_record: str | None
    weight: float
    evaluates: bool


@dataclass(frozen=True)
class Found:
    """A photo on this machine, and what is known about it."""

    object: str
    path: Path
    sha256: str
    fingerprint: str
    known: Known


@dataclass(frozen=True)
class LeftOut:
    """A photo that can't be used; the reason is one sentence."""

    object: str
    reason: str


def labels(store: Store) -> list[LabelRecord]:
    """Read every label.

    Raises:
        StoreUnavailableError: the store did not answer.
    """

    def read(key: str) -> LabelRecord | None:
        try:
            return store.get_record(Location(TRACKING, key), LabelRecord)
        except (ObjectNotFoundError, ValidationError) as error:
            log.warning("skipping %s: %s", key, error)
            return None

    listed = list(store.keys(TRACKING, keys.LABELS))
    with ThreadPoolExecutor(THREADS) as pool:
        read_all = tqdm(pool.map(read, listed), total=len(listed), desc="labels", unit="label")
        return [label for label in read_all if label is not None]


def from_store(store: Store, truths: Iterable[Truth], folder: Path) -> list[Found | LeftOut]:
    """Download the photos of labels into a folder, and remove all others from it.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    lying = {
        (bucket, keys.prediction_id_of(key)): key for bucket in DATASETS for key in store.keys(bucket, "")
    }
    folder.mkdir(parents=True, exist_ok=True)

    def bring(truth: Truth) -> Found | LeftOut:
        label = truth.label
        key = lying.get((label.source.dataset, label.prediction_id))
        if key is None:
            return LeftOut(truth.record, "Its photo is missing.")
        place = Location(label.source.dataset, key)
        known = Known(label.actual, label.source, truth.record, truth.weight, truth.evaluates)
        try:
            return _found(str(place), _brought(store, place, folder), known)
        except ObjectNotFoundError:
            return LeftOut(truth.record, "Its photo is missing.")

    with ThreadPoolExecutor(THREADS) as pool:
        wanted = list(truths)
        found = list(tqdm(pool.map(bring, wanted), total=len(wanted), desc="photos", unit="photo"))
    _remove_others(folder, {each.path for each in found if isinstance(each, Found)})
    return found


def from_folder(root: Path, split: str, count: int | None = None) -> Iterator[Found | LeftOut]:
    """Read at most ``count`` photos of Food-11.

    Raises:
        FileNotFoundError: there are none.
    """
    chosen: Sequence[data.Photo] = data.photos(root, split)
    if count is not None:
        chosen = data.drawn(chosen, count)
    for photo in tqdm(chosen, desc=split, unit="photo"):
        name = f"{split}/{photo.path.relative_to(root / split)}"
        evaluates = split == "evaluation"
        yield _found(name, photo.path, Known(CLASSES[photo.label], "base", None, 1, evaluates))


def _found(name: str, path: Path, known: Known) -> Found | LeftOut:
    body = path.read_bytes()
    try:
        shown = fingerprint(to_square(body))
    except ImageRejected as error:
        return LeftOut(name, str(error))
    return Found(name, path, hashlib.sha256(body).hexdigest(), shown, known)


def _brought(store: Store, place: Location, folder: Path) -> Path:
    """Download a photo unless it is here already: an upload's bytes never change."""
    path = folder / place.key.rpartition("/")[2]
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_bytes(store.get(place))
        unfinished.replace(path)
    return path


def _remove_others(folder: Path, kept: set[Path]) -> None:
    """Delete the photos whose labels are gone: their owners may have had them deleted."""
    for path in folder.iterdir():
        if path not in kept:
            path.unlink()

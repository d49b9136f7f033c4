"""Judges a version against the current one: `python -m predictor.training.gate VERSION`.

Both answer the same photos: the fixed photos of a folder, if given, and production's random sample.
"""

from __future__ import annotations

import argparse
import getpass
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from tqdm import tqdm

from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.settings import StoreSettings
from gourmetgram.store import JSON, ObjectNotFoundError, Store, StoreUnavailableError
from predictor import publish, runtimes
from predictor.images import to_square
from predictor.registry import mlflow
from predictor.registry.choosing import nominate
from predictor.registry.records import Check, ClassComparison, Comparison, Verdict
from predictor.registry.registry import Registry, RegistryError
from predictor.runtimes.warm_up import require_usable
from predictor.settings import PredictorSettings
from predictor.training import log, show_log
from predictor.training.checks import Judge
from predictor.training.comparing import Pair, by_class, compare
from predictor.training.costs import MIB, peak_memory, slower
from predictor.training.gathering import Found, from_folder, from_store, labels
from predictor.training.manifest import Manifest
from predictor.training.metrics import Figures
from predictor.training.settings import GateSettings
from predictor.training.showing import draw, table
from predictor.training.truths import truths

WORK = Path(".local/gate")
ALL = "all"
Sets = Mapping[str, Sequence[Found]]
Models = tuple[runtimes.Runtime, runtimes.Runtime]
"""The candidate and the current model, loaded."""


class Terms(NamedTuple):
    """The gate's evaluation photos, its working folder on this machine, and its criteria."""

    evaluation: Path | None
    until: date
    """The end of the window in which the random sample is for evaluation."""
    work: Path
    settings: GateSettings


class Gate:
    """Two versions on this machine, and the photos that both answer."""

    def __init__(self, models: tuple[Path, Path], manifest: Manifest | None, settings: GateSettings) -> None:
        self._candidate, self._current = models
        self._manifest = manifest
        self._judge = Judge(settings)
        self._settings = settings
        self.comparisons: dict[str, Comparison] = {}
        self.classes: list[ClassComparison] = []

    def checks(self, sets: Sets) -> Iterator[Check]:
        """Make every check that applies: a model that can't be served answers no photo."""
        photos = [each for found in sets.values() for each in found]
        yield self._judge.enough(len(photos))
        yield self._judge.unseen(self._manifest, photos)
        size = self._candidate.stat().st_size
        yield self._judge.size(size, self._current.stat().st_size)
        if size > self._settings.memory_mib * MIB:
            yield self._judge.memory(size)
        elif photos:
            yield from self._running(sets, photos[0].path)

    def _running(self, sets: Sets, photo: Path) -> Iterator[Check]:
        try:
            candidate = runtimes.load("onnx", self._candidate)
            require_usable(candidate, self._candidate)
        except runtimes.ModelUnusableError as error:
            yield self._judge.served(error)
            return
        yield self._judge.served(None)
        models = (candidate, runtimes.load("onnx", self._current))
        yield from self._costs(models, photo)
        yield from self._answers(models, sets)

    def _costs(self, models: Models, photo: Path) -> Iterator[Check]:
        yield self._judge.architecture(onnx.load(self._candidate), onnx.load(self._current))
        yield self._judge.memory(peak_memory(self._candidate, photo))
        yield self._judge.fast(slower(*models, photo))

    def _answers(self, models: Models, sets: Sets) -> Iterator[Check]:
        pairs = {name: _pair(models, name, found) for name, found in sets.items() if found}
        whole, *rest = pairs.values()
        for pair in rest:
            whole = whole + pair
        self.comparisons = {name: compare(pair) for name, pair in (*pairs.items(), (ALL, whole))}
        self.classes = by_class(whole)
        yield self._judge.better(self.comparisons[ALL])
        for name in pairs:
            yield self._judge.not_worse(name, self.comparisons[name])
        yield from self._judge.classes(self.classes)
        yield self._judge.calibrated(whole)


def _pair(models: Models, name: str, found: Sequence[Found]) -> Pair:
    answers: list[list[NDArray[np.float32]]] = [[], []]
    for each in tqdm(found, desc=f"gate, {name}", unit="photo"):
        square = to_square(each.path.read_bytes())
        for model, given in zip(models, answers, strict=True):
            given.append(model.run(square))
    truth = np.array([CLASSES.index(each.known.label) for each in found])
    return Pair(*(Figures(np.stack(given), truth) for given in answers))


def judge(registry: Registry, version: str, current: str, terms: Terms) -> Verdict:
    """Judge a version, save the verdict beside it and print it; an existing verdict stands.

    Raises:
        RegistryError: one of the versions is not in the registry.
        StoreUnavailableError: the store did not answer.
    """
    sets = photos(registry.store, terms)
    name = f"verdicts/{_digest(current, sets, terms.settings)}"
    verdict = _written(registry, version, name)
    if verdict is None:
        verdict = _judged(registry, version, current, sets, terms)
        draw(verdict, terms.work / "verdict.png")
        registry.put_once(version, f"{name}.png", (terms.work / "verdict.png").read_bytes(), "image/png")
        registry.put_once(version, f"{name}.json", verdict.model_dump_json().encode(), JSON)
    sys.stdout.write("\n".join([*table(verdict), ""]))
    return verdict


def nominated(registry: Registry, version: str, served: str, terms: Terms) -> bool:
    """Judge a version, and make it the candidate if it passed; return whether it did.

    Raises:
        RegistryError: one of the versions is not in the registry.
        StoreUnavailableError: the store did not answer.
    """
    passed = judge(registry, version, served, terms).passed
    if passed:
        nominate(registry, version, getpass.getuser(), "it passed the gate")
    mlflow.show(registry, served)
    return passed


def served_version(registry: Registry, settings: PredictorSettings) -> str:
    """Return the current version; if nothing was ever promoted, the repository's own, which is published.

    Raises:
        PublishError: that one can't be published.
        StoreUnavailableError: the store did not answer.
    """
    own = publish.publish_own(registry.store, settings)
    current = registry.current()
    return current.version if current else own


def photos(store: Store, terms: Terms) -> dict[str, list[Found]]:
    """Find the photos to judge by: a folder's, and those of production's random sample.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    known = [truth for truth in truths(labels(store), terms.until) if truth.evaluates]
    drawn = from_store(store, known, terms.work / "random-sample")
    fixed = from_folder(terms.evaluation, "evaluation") if terms.evaluation else []
    return {
        name: [each for each in found if isinstance(each, Found)]
        for name, found in (("evaluation", fixed), ("production", drawn))
    }


def _judged(registry: Registry, version: str, current: str, sets: Sets, terms: Terms) -> Verdict:
    models = (_brought(registry, version, terms.work), _brought(registry, current, terms.work))
    gate = Gate(models, _manifest(registry, version), terms.settings)
    checks = list(gate.checks(sets))
    return Verdict(
        candidate=version,
        current=current,
        made_at=datetime.now(UTC),
        passed=all(check.passed for check in checks),
        reasons=[check.detail for check in checks if not check.passed],
        checks=checks,
        comparisons=gate.comparisons,
        classes=gate.classes,
        settings=terms.settings.model_dump(),
    )


def _brought(registry: Registry, version: str, work: Path) -> Path:
    work.mkdir(parents=True, exist_ok=True)
    path = work / f"{version}.onnx"
    path.write_bytes(registry.model(version))
    return path


def _manifest(registry: Registry, version: str) -> Manifest | None:
    try:
        return registry.store.get_record(keys.model_part(registry.name, version, "manifest.json"), Manifest)
    except ObjectNotFoundError:
        return None


def _written(registry: Registry, version: str, name: str) -> Verdict | None:
    try:
        return registry.store.get_record(keys.model_part(registry.name, version, f"{name}.json"), Verdict)
    except ObjectNotFoundError:
        return None


def _digest(current: str, sets: Sets, settings: GateSettings) -> str:
    judged_by = {name: [(each.sha256, each.known.label) for each in found] for name, found in sets.items()}
    text = json.dumps([current, judged_by, settings.model_dump()])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def main() -> int:
    """Judge a version; 0 if it passes, 1 with the reasons if not."""
    parser = argparse.ArgumentParser(description="Judge a version of the model against the current one.")
    parser.add_argument("version", help="the version in the registry")
    parser.add_argument("--evaluation", type=Path, help="folder with evaluation/ of Food-11, to judge by")
    given = parser.parse_args()
    show_log()
    settings = PredictorSettings()
    registry = Registry(Store(StoreSettings()), settings.model_name)
    terms = Terms(given.evaluation, datetime.now(UTC).date(), WORK, GateSettings())
    try:
        return 0 if nominated(registry, given.version, served_version(registry, settings), terms) else 1
    except (RegistryError, StoreUnavailableError, publish.PublishError) as error:
        log.error("not judged: %s", error)
        return 1


if __name__ == "__main__":
    sys.exit(main())

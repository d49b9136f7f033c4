"""The feedback loop in rounds: upload, ask, label in Label Studio, process, retrain, judge, promote."""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cronjobs.sampling import Sampling
from gourmetgram.classes import CLASSES
from gourmetgram.sources import Source
from predictor.registry.registry import Registry
from predictor.training.data import Photo
from predictor.training.evaluate import evaluate
from predictor.training.truths import WINDOW_DAYS
from tests.loop import Loop
from tests.processes import Server
from tests.uploads import upload


class Strategy(NamedTuple):
    """Which predictions annotators are asked about."""

    name: str
    source: Source
    threshold: float
    """Predictions below it become tasks by themselves."""
    days: int
    """How long after the uploads the model is trained."""


STRATEGIES = (
    # Its labels are for evaluation while they are in the window, so training has to wait.
    Strategy("random sample", Source.RANDOM_SAMPLING, threshold=0, days=WINDOW_DAYS + 1),
    # Every photo becomes a task, and annotators begin with the least confident.
    Strategy("low confidence", Source.LOW_CONFIDENCE, threshold=1, days=0),
)


class Round(NamedTuple):
    """What a round of labels led to."""

    labels: int
    """How many there were in all."""
    candidate: float
    """Accuracy of the model that was trained, on photos that took part in nothing."""
    passed: bool
    """Whether the gate let it be promoted."""
    served: float
    """Accuracy of the model that is served from then on."""
    minutes: float
    """What training and gate took."""


class Material(NamedTuple):
    """What all strategies start with."""

    model: Path
    known: Path
    """The photos that the model knows, in training/, and those that the gate judges by, in evaluation/."""
    data: Path
    """Food-11."""


class Parts(NamedTuple):
    """What runs for one strategy."""

    loop: Loop
    predictor: Server
    webapp: Server


class Rounds:
    """The rounds of one strategy, and what is known about the photos that it has seen."""

    def __init__(self, strategy: Strategy, parts: Parts, material: Material) -> None:
        self._strategy = strategy
        self._loop, self._predictor, self._webapp = parts
        self._material = material
        self._confidence: dict[str, float] = {}
        self._truth: dict[str, str] = {}
        self._labelled: set[str] = set()

    def run(self, photos: Sequence[Photo], labels: int) -> Round:
        """Upload photos, have some labelled, train on all labels so far, and promote what passes the gate."""
        with ThreadPoolExecutor(4) as users:
            list(users.map(self._upload, photos))
        self._label(labels)
        self._loop.process()
        began = datetime.now(UTC)
        passed = self._trained()
        minutes = (datetime.now(UTC) - began).total_seconds() / 60
        candidate, served = self._accuracies(passed=passed)
        return Round(len(self._labelled), candidate, passed, served, minutes)

    def _upload(self, photo: Photo) -> None:
        answer = upload(self._webapp, photo.path.read_bytes()).json()
        self._confidence[answer["prediction_id"]] = answer["confidence"]
        self._truth[answer["prediction_id"]] = CLASSES[photo.label]

    def _label(self, count: int) -> None:
        """Answer so many tasks in Label Studio, the least confident first."""
        source = self._strategy.source
        if source == Source.RANDOM_SAMPLING:
            settings = self._loop.settings.model_copy(update={"sample_size": count})
            Sampling(self._loop.store, settings).run(datetime.now(UTC).date())
        self._loop.sync(source)
        tasks = self._loop.tasks(source)
        waiting = sorted(tasks.keys() - self._labelled, key=self._confidence.__getitem__)[:count]
        with ThreadPoolExecutor(4) as annotators:
            list(annotators.map(lambda each: self._loop.annotate(tasks[each], self._truth[each]), waiting))
        self._labelled.update(waiting)
        self._loop.sync(source)

    def _trained(self) -> bool:
        """Run the commands of `make retrain` and `make promote`; return whether there was a candidate."""
        until = datetime.now(UTC).date() + timedelta(days=self._strategy.days)
        known = ("--base", self._material.known, "--evaluation", self._material.known)
        work = self._predictor.log.parent / "retraining"
        if _module("predictor.training.retrain", *known, "--work", work, "--until", until):
            return False
        _module("predictor.registry", "promote", "--predictor", self._predictor.url, check=True)
        return True

    def _accuracies(self, *, passed: bool) -> tuple[float, float]:
        """Judge the newest version and the one that is served on evaluation/."""
        registry = Registry(self._loop.store, "food11")
        verdicts = [verdict for version in registry.judged() for verdict in registry.verdicts(version)]
        newest = max(verdicts, key=lambda verdict: verdict.made_at)
        candidate, before = (self._accuracy(registry, each) for each in (newest.candidate, newest.current))
        return candidate, candidate if passed else before

    def _accuracy(self, registry: Registry, version: str) -> float:
        path = self._predictor.log.parent / "judged.onnx"
        path.write_bytes(registry.model(version))
        return evaluate(path, self._material.data).accuracy


def _module(module: str, *arguments: object, check: bool = False) -> int:
    return subprocess.run([sys.executable, "-m", module, *map(str, arguments)], check=check).returncode

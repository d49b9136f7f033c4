"""The feedback loop in rounds: upload, create tasks, label, process, retrain, judge, promote."""

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
    """Which predictions annotators label."""

    name: str
    source: Source
    threshold: float
    """Predictions below it become tasks automatically."""
    days: int
    """How long after the uploads the model is trained."""


STRATEGIES = (
    # Its labels are used for evaluation while they are in the window, so training has to wait.
    Strategy("random sample", Source.RANDOM_SAMPLING, threshold=0, days=WINDOW_DAYS + 1),
    # Every photo becomes a task, and annotators start with the least confident.
    Strategy("low confidence", Source.LOW_CONFIDENCE, threshold=1, days=0),
)


class Round(NamedTuple):
    """The result of a round."""

    labels: int
    """Total number of labels."""
    candidate: float
    """Accuracy of the trained model, on photos not used for anything else."""
    passed: bool
    """Whether the gate let it be promoted."""
    served: float
    """Accuracy of the model that is served afterwards."""
    minutes: float
    """Duration of training and gate."""


class Material(NamedTuple):
    """The common start of all strategies."""

    model: Path
    known: Path
    """The photos that the model was trained on, in training/, and those for the gate, in evaluation/."""
    data: Path
    """Food-11."""


class Parts(NamedTuple):
    """The components that run for one strategy."""

    loop: Loop
    predictor: Server
    webapp: Server


class Rounds:
    """The rounds of one strategy, and the true classes of its photos."""

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
        """Annotate tasks in Label Studio, the least confident first."""
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
        """Evaluate the newest version and the served one on evaluation/."""
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

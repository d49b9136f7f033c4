"""Trains a better model on people's labels: `python -m predictor.training.retrain`.

Labels become a manifest, the manifest a model, and the gate says whether that may be promoted. Every step
saves its result, so a killed run resumes where it stopped.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import onnx
import torch

from gourmetgram.settings import StoreSettings, valid_or_exit
from gourmetgram.store import Store, StoreUnavailableError
from predictor import publish
from predictor.registry.registry import Registry, RegistryError
from predictor.settings import PredictorSettings
from predictor.training import FLOAT32, log, show_log
from predictor.training.gate import Terms, nominated, served_version
from predictor.training.gathering import Found, LeftOut, from_folder, from_store, labels
from predictor.training.learning import learn
from predictor.training.manifest import Manifest, divide, left_out
from predictor.training.recipe import RETRAINING, Recipe
from predictor.training.settings import GateSettings
from predictor.training.truths import relabel_precision, truths
from predictor.training.workers import from_first, rank, threads, together

WORK = Path(".local/retraining")
PROCESS = "process-"
"""Before the number of another process's folder in there, where several train together."""
BASE_A_LABEL = 2
"""Photos that the model has already learned from are repeated: at most this many per new label."""


class Inputs(NamedTuple):
    """The inputs of a run besides the store."""

    base: Path | None
    evaluation: Path | None
    work: Path
    until: date
    recipe: Recipe


class NothingToLearnError(Exception):
    """There are too few labels to train on."""


def retrain(registry: Registry, served: str, inputs: Inputs) -> str | None:
    """Train a model on the labels and put it into the registry; return its version.

    Of several processes, each has its own copy of the photos, and only the first returns a version.

    Raises:
        NothingToLearnError: there are fewer labelled photos than in a batch.
        RegistryError: the float model that the served one was quantized from is not in the registry.
        StoreUnavailableError: the store did not answer; the next run continues.
    """
    own, found = gather(registry, served, inputs)
    manifest = from_first(lambda: own)
    if rank() == 0:
        manifest.put(registry.store)
        say(manifest)
    count, batch = len(manifest.of("training")), inputs.recipe.batch
    if count < batch:
        raise NothingToLearnError(f"{count} photos to learn from are fewer than a batch of {batch}")
    folder = inputs.work / manifest.digest
    _remove_others(inputs.work, folder)
    return learn(registry, manifest, {each.object: each.path for each in found}, folder, inputs.recipe)


def gather(registry: Registry, served: str, inputs: Inputs) -> tuple[Manifest, list[Found]]:
    """Find the labelled photos and those learned before, and assign each its use."""
    known = labels(registry.store)
    read: list[Found | LeftOut] = from_store(
        registry.store, truths(known, inputs.until), inputs.work / "photos"
    )
    new = sum(isinstance(each, Found) and not each.known.evaluates for each in read)
    if inputs.base:
        read += from_folder(inputs.base, "training", BASE_A_LABEL * new)
    if inputs.evaluation:
        read += from_folder(inputs.evaluation, "evaluation")
    found = [each for each in read if isinstance(each, Found)]
    entries, excluded = divide(found)
    manifest = Manifest(
        name=registry.name,
        starts_from=served,
        until=inputs.until,
        relabels=relabel_precision(known),
        photos=entries,
        excluded=[*excluded, *left_out(read)],
    )
    return manifest, found


def say(manifest: Manifest) -> None:
    """Log what the training data is, and how noisy users' labels are."""
    log.info(
        "manifest %s: %d photos to learn from, %d for the temperature, %d to evaluate, %d left out",
        manifest.digest,
        *(len(manifest.of(side)) for side in ("training", "calibration", "evaluation")),
        len(manifest.excluded),
    )
    relabels = manifest.relabels
    log.info(
        "users' corrections: right in %d of %d that an annotator has checked; the others weigh %.2f",
        relabels.right,
        relabels.compared,
        relabels.weight,
    )


def main() -> int:
    """Retrain and judge; return 0 with a candidate, 1 without, 75 if another run may find one."""
    given = _arguments()
    show_log()
    torch.set_num_threads(threads())
    with valid_or_exit():
        store, settings = Store(StoreSettings()), PredictorSettings()
    registry = Registry(store, settings.model_name)
    try:
        served = given.served or served_version(registry, settings)
        publish_floats(registry, settings)
        with together():
            return 0 if _judged(registry, served, given) else 1
    except StoreUnavailableError as error:
        log.error("not finished; the next run continues: %s", error)
        return os.EX_TEMPFAIL
    except (NothingToLearnError, RegistryError, publish.PublishError) as error:
        log.error("no candidate: %s", error)
        return 1


def _judged(registry: Registry, served: str, given: argparse.Namespace) -> bool:
    """Train and judge a version; return whether it is a candidate."""
    recipe = replace(RETRAINING, epochs=given.epochs)
    work = given.work / f"{PROCESS}{rank()}" if rank() else given.work
    inputs = Inputs(given.base, given.evaluation, work, given.until, recipe)
    version = retrain(registry, served, inputs)
    if version is None:
        return True
    terms = Terms(given.evaluation, given.until, given.work / "gate", GateSettings())
    return nominated(registry, version, served, terms)


def publish_floats(registry: Registry, settings: PredictorSettings) -> None:
    """Put the repository's float model into the registry, for the first training to start from."""
    path = settings.model_path.parent / FLOAT32.name
    if path.exists():
        properties = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
        registry.put_once(properties["version"], f"{registry.name}.onnx", path.read_bytes())


def _remove_others(work: Path, kept: Path) -> None:
    """Delete what earlier runs left: their results are in the registry."""
    for folder in work.iterdir():
        keep = {kept.name, "photos", "gate"}
        if folder.is_dir() and folder.name not in keep and not folder.name.startswith(PROCESS):
            shutil.rmtree(folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make a better model of the labels in the store.")
    parser.add_argument("--base", type=Path, help="folder with training/ of Food-11, to learn again")
    parser.add_argument("--evaluation", type=Path, help="folder with evaluation/ of Food-11, to judge by")
    parser.add_argument("--served", help="the version that is served (default: what the registry says)")
    parser.add_argument("--work", type=Path, default=WORK, help="folder of photos and checkpoints")
    parser.add_argument("--epochs", type=int, default=RETRAINING.epochs)
    parser.add_argument(
        "--until",
        type=date.fromisoformat,
        default=datetime.now(UTC).date(),
        help="end of the evaluation window",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

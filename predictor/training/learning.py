"""From a manifest to a version in the registry: fit, set the temperature, export, quantize, save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import onnx

from gourmetgram.classes import CLASSES
from predictor.registry.registry import Registry
from predictor.training import log
from predictor.training.architecture import Classifier, MobileNetV2, from_onnx
from predictor.training.calibration import fit_temperature
from predictor.training.checkpoint import Run
from predictor.training.data import Photo, centre_batches
from predictor.training.export import export, version_of
from predictor.training.fitting import logits
from predictor.training.manifest import Manifest, Side
from predictor.training.quantize import PHOTOS_A_CLASS, balanced, quantize
from predictor.training.recipe import Recipe
from predictor.training.train import fit_to
from predictor.training.workers import from_first, rank

ENOUGH_TO_CALIBRATE = 50
"""Held-out photos needed to fit a temperature; with fewer, the served model's is kept."""


def learn(
    registry: Registry, manifest: Manifest, paths: Mapping[str, Path], folder: Path, recipe: Recipe
) -> str | None:
    """Train on the manifest and save the model in the registry; return its version.

    Of several processes, only the first saves it; the others return None.

    Raises:
        RegistryError: the float model that the served one was quantized from is not in the registry.
        StoreUnavailableError: the store did not answer.
    """
    integers = folder / "integers.onnx"
    if not from_first(integers.exists):
        _make(registry, manifest, paths, folder, recipe)
    if rank() > 0:
        return None
    version = _property(integers, "version")
    _keep(registry, manifest, folder, version)
    return version


def _make(
    registry: Registry, manifest: Manifest, paths: Mapping[str, Path], folder: Path, recipe: Recipe
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    start = _floats(registry, manifest.starts_from, folder)
    training = _photos(manifest, "training", paths)
    before = from_onnx(start)
    fit = fit_to(training, lambda: cast(MobileNetV2, before.network), Run(folder), recipe)
    if rank() > 0:
        return
    network = fit.average
    temperature = _temperature(network, _photos(manifest, "calibration", paths), before)
    classifier = Classifier(network, temperature)
    export(classifier, folder / "floats.onnx", version=version_of(classifier))
    unfinished = folder / "integers.unfinished"
    quantize(folder / "floats.onnx", unfinished, balanced(training, PHOTOS_A_CLASS))
    unfinished.replace(folder / "integers.onnx")


def _floats(registry: Registry, version: str, folder: Path) -> Path:
    """Download the float model that a version was quantized from, or the version itself if it is one."""
    path = folder / "start.onnx"
    path.write_bytes(registry.model(version))
    source = _property(path, "quantized_from")
    if source:
        path.write_bytes(registry.model(source))
    return path


def _temperature(network: MobileNetV2, held_out: Sequence[Photo], before: Classifier) -> float:
    if len(held_out) < ENOUGH_TO_CALIBRATE:
        log.info("%d photos are too few for a temperature: it stays as it was", len(held_out))
        return before.temperature.item()
    answers = np.concatenate([logits(network, pixels) for pixels in centre_batches(held_out)])
    return fit_temperature(answers, np.array([photo.label for photo in held_out]))


def _photos(manifest: Manifest, side: Side, paths: Mapping[str, Path]) -> list[Photo]:
    return [
        Photo(paths[entry.object], CLASSES.index(entry.label), entry.weight) for entry in manifest.of(side)
    ]


def _keep(registry: Registry, manifest: Manifest, folder: Path, version: str) -> None:
    """Put everything of a version into the registry, the model last: a version that exists is complete."""
    floats, integers = folder / "floats.onnx", folder / "integers.onnx"
    registry.put_once(_property(floats, "version"), f"{registry.name}.onnx", floats.read_bytes())
    registry.put_once(version, "manifest.json", manifest.model_dump_json().encode(), "application/json")
    registry.put_once(version, "card.md", _card(manifest, version).encode(), "text/markdown")
    registry.put_once(version, f"{registry.name}.onnx", integers.read_bytes())


def _card(manifest: Manifest, version: str) -> str:
    relabels = manifest.relabels
    by_source = {each.source for each in manifest.of("training")}
    counts = ", ".join(
        f"{sum(each.source == source for each in manifest.of('training'))} {source}"
        for source in sorted(by_source)
    )
    return (
        f"# {manifest.name} {version}\n\n"
        f"Trained from version {manifest.starts_from} on {len(manifest.of('training'))} photos ({counts}), "
        f"with labels up to {manifest.until}; the list is manifest {manifest.digest}.\n\n"
        f"Users' classes were right {relabels.right} times of {relabels.compared} that an annotator has seen "
        f"too; those that none has seen weigh {relabels.weight:.2f}.\n\n"
        "verdicts/ says how it compares with the previous model.\n"
    )


def _property(path: Path, key: str) -> str:
    found = {entry.key: entry.value for entry in onnx.load(path, load_external_data=False).metadata_props}
    return str(found.get(key, ""))

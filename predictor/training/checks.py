"""The requirements for a candidate: each check says what it found and what it requires."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import onnx

from predictor.registry.records import Check, ClassComparison, Comparison
from predictor.runtimes import ModelUnusableError
from predictor.training.comparing import Pair
from predictor.training.costs import MIB
from predictor.training.duplicates import near_pairs
from predictor.training.gathering import Found
from predictor.training.manifest import Manifest
from predictor.training.settings import GateSettings


@dataclass(frozen=True)
class Judge:
    """Makes checks according to the settings."""

    settings: GateSettings

    def enough(self, photos: int) -> Check:
        """Require enough labels."""
        asked = self.settings.min_photos
        detail = f"{photos} labelled photos to evaluate on; at least {asked} are needed."
        return Check(name="labels", passed=photos >= asked, detail=detail)

    def served(self, refusal: ModelUnusableError | None) -> Check:
        """Require a model that the predictor can serve."""
        detail = "The predictor can serve it, and it has the right classes."
        if refusal:
            detail = f"The predictor rejects it: {refusal}"
        return Check(name="served", passed=refusal is None, detail=detail)

    def better(self, whole: Comparison) -> Check:
        """Require a significant improvement."""
        detail = (
            f"Accuracy {whole.candidate_accuracy:.1%}, {whole.current_accuracy:.1%} before, on "
            f"{whole.photos} photos ({whole.low:+.1%} to {whole.high:+.1%}); the p-value is "
            f"{whole.p_better:.3f}, the limit {self.settings.chance:g}."
        )
        return Check(name="better", passed=whole.p_better <= self.settings.chance, detail=detail)

    def not_worse(self, name: str, part: Comparison) -> Check:
        """Require that it is not significantly worse on a set of photos."""
        detail = (
            f"On {name}, {part.only_current_right} answers became wrong and {part.only_candidate_right} "
            f"right; the p-value of being worse is {part.p_worse:.3f}; it must exceed "
            f"{self.settings.chance:g}."
        )
        return Check(name=f"not worse on {name}", passed=part.p_worse > self.settings.chance, detail=detail)

    def classes(self, classes: list[ClassComparison]) -> Iterator[Check]:
        """Require that each class with enough photos keeps its recall."""
        for each in classes:
            if each.photos < self.settings.min_class_photos:
                continue
            lost = each.current_recall - each.candidate_recall
            detail = (
                f"{each.name}: recall {each.candidate_recall:.1%} on {each.photos} photos, "
                f"{each.current_recall:.1%} before; it may drop by {self.settings.recall_drop:.0%}."
            )
            yield Check(
                name=f"recall of {each.name}", passed=lost <= self.settings.recall_drop + 1e-9, detail=detail
            )

    def calibrated(self, pair: Pair) -> Check:
        """Require calibrated confidence."""
        error, before = pair.candidate.calibration_error, pair.current.calibration_error
        allowed = before + self.settings.calibration_rise
        detail = f"Expected calibration error {error:.1%}, {before:.1%} before; the limit is {allowed:.1%}."
        return Check(name="calibration", passed=error <= allowed, detail=detail)

    def fast(self, times: float) -> Check:
        """Require that it is fast enough."""
        detail = (
            f"It takes {times:.2f} times as long as the current model; the limit is {self.settings.slower:g}."
        )
        return Check(name="latency", passed=times <= self.settings.slower, detail=detail)

    def size(self, size: int, before: int) -> Check:
        """Require that the file is not much larger."""
        detail = (
            f"The file is {size / 1e6:.1f} MB, {size / before:.2f} times as large as the current one; "
            f"the limit is {self.settings.larger:g}."
        )
        return Check(name="size", passed=size <= self.settings.larger * before, detail=detail)

    def memory(self, taken: int) -> Check:
        """Require that it fits into a pod's memory."""
        detail = f"Serving it takes {taken / MIB:.0f} MiB; the limit is {self.settings.memory_mib} MiB."
        return Check(name="memory", passed=taken <= self.settings.memory_mib * MIB, detail=detail)

    def architecture(self, model: onnx.ModelProto, before: onnx.ModelProto) -> Check:
        """Require the same layers."""
        same = _layers(model) == _layers(before)
        detail = "It has the same layers as the current model." if same else "It has another architecture."
        return Check(name="architecture", passed=same or not self.settings.same_architecture, detail=detail)

    def unseen(self, manifest: Manifest | None, photos: list[Found]) -> Check:
        """Require that it was not trained on an evaluation photo or a near-duplicate."""
        if manifest is None:
            detail = "It has no manifest, so its training photos are unknown."
            return Check(name="unseen photos", passed=not self.settings.require_manifest, detail=detail)
        seen = _seen(manifest, photos)
        detail = f"It was trained on {seen} of the {len(photos)} evaluation photos or their near-duplicates."
        return Check(name="unseen photos", passed=not seen, detail=detail)


def _seen(manifest: Manifest, photos: list[Found]) -> int:
    learned = [entry.fingerprint for entry in manifest.photos if entry.side != "evaluation"]
    if not learned or not photos:
        return 0
    return len(np.unique(near_pairs([each.fingerprint for each in photos], learned)[:, 0]))


def _layers(model: onnx.ModelProto) -> tuple[list[str], list[tuple[int, ...]]]:
    graph = model.graph
    return sorted(node.op_type for node in graph.node), sorted(tuple(each.dims) for each in graph.initializer)

"""Writes a trained classifier as an ONNX file: `python -m predictor.training.export`."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import onnx
import torch

from gourmetgram.classes import CLASSES
from predictor.images import SIDE
from predictor.training import FLOAT32, RUN, log, show_log
from predictor.training.architecture import Classifier, MobileNetV2
from predictor.training.checkpoint import Run

_OPSET = 18


def export(classifier: Classifier, path: Path, *, version: str) -> None:
    """Write a graph from `image` (batch, 3, SIDE, SIDE) to `probabilities` (batch, classes).

    Metadata: name, version, classes (a JSON list), input_size (pixels of a side) and temperature.
    """
    program = torch.onnx.export(
        classifier.eval(),
        (torch.zeros(2, 3, SIDE, SIDE),),
        input_names=["image"],
        output_names=["probabilities"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        opset_version=_OPSET,
        dynamo=True,
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch exported nothing")
    model = _without_traces(program.model_proto)
    onnx.helper.set_model_props(model, _properties(version, classifier.temperature.item()))
    onnx.checker.check_model(model, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def version_of(classifier: Classifier) -> str:
    """Derive the version from the weights: the same network has the same version wherever it was exported."""
    digest = hashlib.sha256()
    for value in classifier.state_dict().values():
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()[:12]


def _properties(version: str, temperature: float) -> dict[str, str]:
    return {
        "name": "food11",
        "version": version,
        "classes": json.dumps(CLASSES),
        "input_size": str(SIDE),
        "temperature": f"{temperature:.4f}",
    }


def _without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """Drop the exporter's metadata on each node: it contains local paths."""
    graph = model.graph
    for part in (*graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer, graph):
        del part.metadata_props[:]
    return model


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=RUN, help="folder of a finished training run")
    parser.add_argument("--output", type=Path, default=FLOAT32)
    options = parser.parse_args()
    show_log()
    weights, temperature = Run(options.run).trained()
    network = MobileNetV2(len(CLASSES))
    network.load_state_dict(weights)
    classifier = Classifier(network, temperature)
    export(classifier, options.output, version=version_of(classifier))
    size = options.output.stat().st_size / 1e6
    log.info("%s: %.1f MB, temperature %.3f", options.output, size, temperature)


if __name__ == "__main__":
    main()

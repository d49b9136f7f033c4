"""A model of a few hundred bytes with the interface of the real one: it classifies the mean colour."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from gourmetgram.classes import CLASSES
from predictor.images import SIDE


def write_tiny_model(
    path: Path,
    *,
    classes: Sequence[str] = CLASSES,
    version: str = "tiny-1",
    last: str = "Softmax",
    without: str = "",
) -> Path:
    """Write the model; ``last`` is its last operator, ``without`` a metadata property to leave out."""
    weights = np.random.default_rng(0).normal(0, 4, (3, len(classes))).astype(np.float32)
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["colour"]),
        helper.make_node("Flatten", ["colour"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
        helper.make_node(last, ["logits"], ["probabilities"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", len(classes)])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    properties = {"name": "food11", "version": version, "classes": json.dumps(classes)}
    helper.set_model_props(model, {key: value for key, value in properties.items() if key != without})
    onnx.save(model, path)
    return path

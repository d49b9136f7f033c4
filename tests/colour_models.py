"""Models that classify photos by their mean colour, such photos, and defects to add to the models."""

import json
from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper
from PIL import Image

from gourmetgram.classes import CLASSES, class_dir
from predictor.images import SIDE, to_square
from predictor.training.duplicates import fingerprint
from predictor.training.gathering import Found, Known

COLOURS: NDArray[np.float32] = np.array(list(product([-0.6, 0, 0.6], repeat=3)), dtype=np.float32)[
    np.random.default_rng(3).permutation(27)[: len(CLASSES)]
]
A_CLASS = 8


def photos(folder: Path) -> list[Found]:
    """Draw eight photos of each class, each with its own pattern."""
    rng = np.random.default_rng(0)
    return [
        _photo(folder / f"{class_dir(label)}-{number}.png", label, rng)
        for label in CLASSES
        for number in range(A_CLASS)
    ]


def _photo(path: Path, label: str, rng: np.random.Generator) -> Found:
    pattern = Image.fromarray(rng.integers(0, 60, (8, 8, 3), dtype=np.uint8)).resize((240, 240))
    colour = (COLOURS[CLASSES.index(label)] + 1) * 127.5 - 30
    file = BytesIO()
    Image.fromarray((np.asarray(pattern) + colour).clip(0, 255).astype(np.uint8)).save(file, "PNG")
    path.write_bytes(file.getvalue())
    known = Known(label, "random_sampling", None, 1, evaluates=True)
    return Found(path.name, path, path.name, fingerprint(to_square(file.getvalue())), known)


def write(
    path: Path,
    *,
    answers: Sequence[int] = range(len(CLASSES)),
    classes: Sequence[str] = CLASSES,
    more: Sequence[NodeProto] = (),
    version: str = "",
) -> Path:
    """Write a model that answers ``answers[i]`` to the colour of class i; ``more`` nodes add ``nothing``."""
    weights, biases = np.zeros((3, len(CLASSES)), np.float32), np.full(len(CLASSES), -99, np.float32)
    for colour, answer in zip(COLOURS, answers, strict=True):
        weights[:, answer], biases[answer] = 40 * colour, -20 * colour @ colour
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["colour"]),
        helper.make_node("Flatten", ["colour"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["products"]),
        *more,
        *([helper.make_node("Add", ["products", "nothing"], ["changed"])] if more else []),
        helper.make_node("Add", ["changed" if more else "products", "biases"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"]),
    ]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", len(CLASSES)])],
        [
            numpy_helper.from_array(weights, "weights"),
            numpy_helper.from_array(biases, "biases"),
            numpy_helper.from_array(np.float32(0), "zero"),
            numpy_helper.from_array(np.array([1, 80_000_000]), "large"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    properties = {"name": "food11", "version": version or path.stem, "classes": json.dumps(classes)}
    helper.set_model_props(model, properties)
    onnx.save(model, path)
    return path


def idling(times: int) -> list[NodeProto]:
    """Compute zero from the photo, slowly."""
    names = ["image", *(f"sine{number}" for number in range(times))]
    chain = [helper.make_node("Sin", [one], [other]) for one, other in pairwise(names)]
    mean = helper.make_node("ReduceMean", [names[-1]], ["mean"], keepdims=0)
    return [*chain, mean, helper.make_node("Mul", ["mean", "zero"], ["nothing"])]


def hoarding() -> list[NodeProto]:
    """Compute zero from 320 MB."""
    one = helper.make_tensor("value", TensorProto.FLOAT, [1], [1.0])
    return [
        helper.make_node("ConstantOfShape", ["large"], ["hoard"], value=one),
        helper.make_node("Sin", ["hoard"], ["wave"]),
        helper.make_node("ReduceMean", ["wave"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
    ]

"""What the strong rivals have in common with the predictor: model file, runtime, decoding and answer.

A server with one worker computes on as many threads as there are CPUs, one with several workers on one each.
"""

from predictor import runtimes
from predictor.images import to_square
from predictor.protocols.answer import Prediction, prediction
from predictor.training import MODEL

NAME = "food11"
model = runtimes.load("onnx", MODEL)


def classify(photo: bytes) -> Prediction:
    """Say which class a photo shows."""
    return prediction(model.run(to_square(photo)), NAME, model.version)

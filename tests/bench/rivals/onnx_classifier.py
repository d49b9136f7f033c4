"""What the strong rivals share with the predictor: model file, runtime, decoding and response.

A server with one worker computes on one thread per CPU; with several workers, each computes on one thread.
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

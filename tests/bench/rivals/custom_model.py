"""(c) Like KServe's custom-model sample: a `kserve.Model` in KServe's server, eager torch, base64 in JSON."""

import base64
from typing import Any

import kserve
import torch

from gourmetgram.classes import CLASSES
from tests.bench.rivals.classifier import network, to_tensor


class CustomModel(kserve.Model):  # type: ignore[misc] # KServe is untyped
    def __init__(self) -> None:
        super().__init__("food11")
        self.load()

    def load(self) -> bool:
        self.model = network()
        self.ready = True
        return self.ready

    def predict(self, payload: dict[str, Any], *_: object) -> dict[str, Any]:
        image = to_tensor(base64.b64decode(payload["instances"][0]["image"]["b64"]))
        with torch.no_grad():
            probabilities = self.model(image)[0]
        best = int(probabilities.argmax())
        return {"predictions": [{"prediction": CLASSES[best], "probability": float(probabilities[best])}]}


if __name__ == "__main__":
    kserve.ModelServer().start([CustomModel()])

"""(b) A TorchServe handler as in its documentation: the photo's bytes as input, eager torch."""

from typing import Any

import torch
from torch import Tensor
from ts.torch_handler.base_handler import BaseHandler

from gourmetgram.classes import CLASSES
from tests.bench.rivals.classifier import network, to_tensor


class Handler(BaseHandler):  # type: ignore[misc] # TorchServe is untyped
    def initialize(self, context: object) -> None:
        self.context = context
        self.model = network()
        self.initialized = True

    def preprocess(self, data: list[dict[str, Any]]) -> Tensor:
        return torch.cat([to_tensor(bytes(row.get("data") or row["body"])) for row in data])

    def inference(self, data: Tensor, *_: object, **__: object) -> Tensor:
        with torch.no_grad():
            probabilities: Tensor = self.model(data)
        return probabilities

    def postprocess(self, data: Tensor) -> list[dict[str, Any]]:
        best = data.argmax(dim=1).tolist()
        return [
            {"prediction": CLASSES[index], "probability": float(row[index])}
            for index, row in zip(best, data, strict=True)
        ]

"""NVIDIA Triton with its Python backend, in the V2 protocol with a photo as a binary tensor."""

import os
from typing import Any

import numpy as np
from pytriton.model_config import ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

from gourmetgram.classes import CLASSES
from tests.bench.rivals.onnx_classifier import NAME, classify

IMAGE = Tensor(name="image", dtype=bytes, shape=(1,))
PREDICTION = Tensor(name="prediction", dtype=bytes, shape=(1,))
PROBABILITIES = Tensor(name="probabilities", dtype=np.float32, shape=(len(CLASSES),))


def infer(requests: list[Any]) -> list[dict[str, Any]]:
    return [_answer(request["image"][0]) for request in requests]


def _answer(photo: bytes) -> dict[str, Any]:
    answer = classify(photo)
    return {
        "prediction": np.array([answer["prediction"].encode()]),
        "probabilities": np.array(list(answer["probabilities"].values()), np.float32),
    }


if __name__ == "__main__":
    port, threads = (int(os.environ[f"RIVAL_{name}"]) for name in ("PORT", "THREADS"))
    config = TritonConfig(http_address="127.0.0.1", http_port=port, allow_grpc=False, allow_metrics=False)
    with Triton(config=config) as triton:
        triton.bind(
            NAME, [infer] * threads, [IMAGE], [PREDICTION, PROBABILITIES], config=ModelConfig(batching=False)
        )
        triton.serve()

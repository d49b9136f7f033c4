"""A custom model for MLServer, in the V2 protocol: JSON with a photo in base64."""

import asyncio
import base64
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse

from tests.bench.rivals.onnx_classifier import classify


class Food11(MLModel):
    async def load(self) -> bool:
        self.threads = ThreadPoolExecutor(int(os.environ["RIVAL_THREADS"]))
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        photo = base64.b64decode(payload.inputs[0].data[0])
        answer = await asyncio.get_running_loop().run_in_executor(self.threads, classify, photo)
        probabilities = np.array([list(answer["probabilities"].values())], np.float32)
        outputs = [
            StringCodec.encode_output("prediction", [answer["prediction"]]),
            NumpyCodec.encode_output("probabilities", probabilities),
        ]
        return InferenceResponse(model_name=self.name, outputs=outputs)

"""The KServe model: its four hooks turn a payload of either protocol into predictions.

Decoding and inference run on the model's own threads, as many as there are CPUs, so that the event loop stays
free to accept requests.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from kserve.errors import InvalidInput, ModelNotFound
from kserve.metrics import POST_HIST_TIME, PRE_HIST_TIME, PREDICT_HIST_TIME, get_labels
from kserve.model import Model
from kserve.protocol.infer_type import InferRequest, InferResponse
from numpy.typing import NDArray
from prometheus_client import Gauge, Summary

from predictor import runtimes
from predictor.images import SIDE, to_square
from predictor.images.tensors import from_planes
from predictor.protocols import v1, v2
from predictor.protocols.answer import Prediction, prediction
from predictor.runtimes import Runtime
from predictor.runtimes.warm_up import require_usable
from predictor.settings import PredictorSettings

VERSION = Gauge("gourmetgram_predictor_model", "1 of the version that is served", ["version"])
CONFIDENCE = Summary("gourmetgram_predictor_confidence", "Probability of the predicted class")

Payload: TypeAlias = v1.Payload | InferRequest


@dataclass(frozen=True)
class Photos:
    """A parsed request."""

    request: Payload
    photos: Sequence[v2.Photo]


@dataclass(frozen=True)
class Answers:
    """The result of a request: the probabilities (classes,) of each photo, all by one version."""

    request: Payload
    probabilities: list[NDArray[np.float32]]
    version: str


class FoodClassifier(Model):  # type: ignore[misc] # KServe is untyped
    """Says which class a photo shows."""

    def __init__(self, settings: PredictorSettings) -> None:
        super().__init__(settings.model_name)
        self._settings = settings
        self._executor = ThreadPoolExecutor(settings.threads, thread_name_prefix="model")
        self._runtime: Runtime
        histograms = (PRE_HIST_TIME, PREDICT_HIST_TIME, POST_HIST_TIME)
        self._seconds = [each.labels(**get_labels(self.name)) for each in histograms]

    @property
    def version(self) -> str:
        """Return the version that the model file carries."""
        return self._runtime.version

    def require(self, name: str | None = None, version: str | None = None) -> None:
        """Return if this model has the name and the version that a request names.

        Raises:
            ModelNotFound: it has another.
        """
        if name not in {None, self.name}:
            raise ModelNotFound(name)
        if version not in {None, self.version}:
            raise ModelNotFound(f"{self.name}, version {version},")

    def load(self) -> bool:
        """Load the model file; it is ready once it has answered a warm-up.

        Raises:
            ModelUnusableError: there is no such file, or its outputs aren't the probabilities of CLASSES.
        """
        self.change(self._settings.model_path)
        self.ready = True
        return self.ready

    def change(self, path: Path) -> None:
        """Serve the model at a path from now on; requests in progress finish with the previous one.

        Raises:
            ModelUnusableError: it can't be served; the previous one stays.
        """
        self._runtime = require_usable(runtimes.load(self._settings.runtime, path), path)
        VERSION.clear()
        VERSION.labels(self._runtime.version).set(1)

    async def __call__(self, body: Payload) -> dict[str, list[Prediction]] | InferResponse:
        """Run the hooks and time them, as KServe does at three times the cost."""
        before, during, after = self._seconds
        with before.time():
            photos = await self.preprocess(body)
        with during.time():
            answers = await self.predict(photos)
        with after.time():
            return await self.postprocess(answers)

    async def preprocess(self, payload: Payload, headers: dict[str, str] | None = None) -> Photos:  # noqa: ARG002
        """Take the photos out of a request.

        Raises:
            InvalidInput: the client sent something else.
        """
        photos = v2.photos(payload, SIDE) if isinstance(payload, InferRequest) else v1.photos(payload)
        if not 1 <= len(photos) <= self._settings.max_instances:
            raise InvalidInput(f"A request must contain 1 to {self._settings.max_instances} photos.")
        return Photos(payload, photos)

    async def predict(
        self,
        payload: Photos,
        headers: dict[str, str] | None = None,  # noqa: ARG002
        response_headers: dict[str, str] | None = None,  # noqa: ARG002
    ) -> Answers:
        """Decode and compute on the threads, one photo at a time, since batching gains nothing on a CPU.

        Raises:
            ImageRejected: what the client sent is not a photo.
        """
        loop, runtime = asyncio.get_running_loop(), self._runtime
        classify = partial(self._classify, runtime)
        running = (loop.run_in_executor(self._executor, classify, photo) for photo in payload.photos)
        probabilities = await asyncio.gather(*running)
        for each in probabilities:
            CONFIDENCE.observe(max(each.tolist()))
        return Answers(payload.request, probabilities, runtime.version)

    async def postprocess(
        self,
        result: Answers,
        headers: dict[str, str] | None = None,  # noqa: ARG002
        response_headers: dict[str, str] | None = None,  # noqa: ARG002
    ) -> dict[str, list[Prediction]] | InferResponse:
        """Shape the answer in the protocol of the request."""
        if isinstance(result.request, InferRequest):
            return v2.response(result.request, np.stack(result.probabilities), result.version)
        return v1.response([prediction(each, self.name, result.version) for each in result.probabilities])

    def get_input_types(self) -> list[v2.TensorType]:
        """Describe the tensor that V2 requests carry."""
        return v2.INPUTS

    def get_output_types(self) -> list[v2.TensorType]:
        """Describe the tensors that V2 answers carry."""
        return v2.OUTPUTS

    def _classify(self, runtime: Runtime, photo: v2.Photo) -> NDArray[np.float32]:
        if isinstance(photo, bytes):
            return runtime.run(to_square(photo, max_pixels=self._settings.max_pixels))
        return runtime.run(from_planes(photo))

"""A BentoML service: the photo is the body, and each request is computed in a thread."""

import os
from pathlib import Path
from typing import Annotated, Any

import bentoml
from bentoml.validators import ContentType

from tests.bench.rivals.onnx_classifier import classify


@bentoml.service(
    workers=int(os.environ["RIVAL_WORKERS"]),
    threads=int(os.environ["RIVAL_THREADS"]),
    logging={"access": {"enabled": False}},
)
class Food11:
    @bentoml.api
    def predict(self, photo: Annotated[Path, ContentType("image/jpeg")], /) -> dict[str, Any]:
        return classify(photo.read_bytes())

"""What TorchServe's workers run: a raw photo in, the same answer as our own server's out.

The archive contains this file and the modules that it imports. TorchServe uses the only class in it.
"""

from pathlib import Path
from typing import Any

from predictor.images import ImageRejected, to_square
from predictor.protocols.answer import prediction
from predictor.runtimes import torch


class Handler:
    """The model in one worker process; TorchServe's `Context` is untyped."""

    def initialize(self, context: Any) -> None:  # noqa: ANN401
        """Load the model of the archive."""
        model = context.manifest["model"]
        self._name: str = model["modelName"]
        self._runtime = torch.load(Path(context.system_properties["model_dir"]) / model["serializedFile"])

    def handle(self, requests: list[dict[str, Any]], context: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """Answer a batch; a photo that can't be used gets its own status and message."""
        return [self._answer(request, index, context) for index, request in enumerate(requests)]

    def _answer(self, request: dict[str, Any], index: int, context: Any) -> dict[str, Any]:  # noqa: ANN401
        context.set_response_content_type(index, "application/json")
        photo = request.get("data") or request.get("body") or b""
        if not isinstance(photo, bytes | bytearray):
            context.set_response_status(415, "Unsupported Media Type", index)
            return {"error": "Send a photo with its type, such as image/jpeg."}
        try:
            probabilities = self._runtime.run(to_square(bytes(photo)))
        except ImageRejected as error:
            context.set_response_status(400, "Bad Request", index)
            return {"error": str(error)}
        return {"predictions": [prediction(probabilities, self._name, self._runtime.version)]}

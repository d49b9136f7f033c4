"""KServe's V1 protocol: predictions for JSON instances, or for one photo as it is."""

from collections.abc import Sequence
from typing import Any

from kserve.errors import InvalidInput
from starlette.exceptions import HTTPException
from starlette.requests import Request

from predictor.protocols import Classifier
from predictor.protocols.answer import Prediction
from predictor.protocols.bodies import read_base64, read_json
from predictor.protocols.responses import JSONResponse

Payload = bytes | dict[str, Any]


async def predict(request: Request, body: bytes, model: Classifier) -> JSONResponse:
    """Answer ``POST /v1/models/<name>:predict``."""
    answer = await model(read(request.headers.get("content-type", "application/json"), body))
    return JSONResponse(answer)


def read(content_type: str, body: bytes) -> Payload:
    """Read a body as its content type says: a photo stays bytes, JSON is parsed.

    Raises:
        HTTPException: 415, it is neither.
        InvalidInput: it is not a JSON object.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("image/"):
        return body
    if kind != "application/json":
        raise HTTPException(415, "Send application/json, or a photo with its type, such as image/jpeg.")
    payload = read_json(body)
    if not isinstance(payload, dict):
        raise InvalidInput("The request body must be a JSON object.")
    return payload


def photos(payload: Payload) -> Sequence[bytes]:
    """Take the encoded photos out of a payload.

    Raises:
        InvalidInput: ``instances`` is not a list of ``{"image": {"b64": …}}`` or ``{"b64": …}``.
    """
    if isinstance(payload, bytes):
        return [payload]
    instances = payload.get("instances")
    if not isinstance(instances, list):
        raise InvalidInput('"instances" must be a list.')
    return [_photo(instance) for instance in instances]


def _photo(instance: Any) -> bytes:  # noqa: ANN401 - whatever the client sent
    value = instance.get("image", instance) if isinstance(instance, dict) else None
    if not isinstance(value, dict) or "b64" not in value:
        raise InvalidInput('An instance must be {"image": {"b64": …}} or {"b64": …}.')
    return read_base64(value["b64"])


def response(predictions: list[Prediction]) -> dict[str, list[Prediction]]:
    """Shape the answer."""
    return {"predictions": predictions}

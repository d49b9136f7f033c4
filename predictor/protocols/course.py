"""The endpoint of the course's own model server, for clients that were written against it."""

from kserve.errors import InvalidInput
from starlette.requests import Request

from predictor.protocols import Classifier
from predictor.protocols.bodies import read_base64, read_json
from predictor.protocols.responses import JSONResponse


async def predict(_request: Request, body: bytes, model: Classifier) -> JSONResponse:
    """Answer ``POST /predict`` of ``{"image": base64}`` with ``{"prediction", "probability"}``.

    Raises:
        InvalidInput: the body is something else.
    """
    payload = read_json(body)
    if not isinstance(payload, dict) or "image" not in payload:
        raise InvalidInput('The request body must be {"image": base64}.')
    answer = await model(read_base64(payload["image"]))
    best = answer["predictions"][0]
    return JSONResponse({"prediction": best["prediction"], "probability": best["confidence"]})

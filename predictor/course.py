"""The endpoint of the course's own model server, for clients that were written against it."""

from typing import TYPE_CHECKING

from kserve.errors import InvalidInput
from starlette.requests import Request

from predictor.bodies import read_base64, read_json
from predictor.responses import JSONResponse

if TYPE_CHECKING:
    from predictor.model import FoodClassifier


async def predict(_request: Request, body: bytes, model: "FoodClassifier") -> JSONResponse:
    """Answer ``POST /predict`` of ``{"image": base64}`` with ``{"prediction", "probability"}``.

    Raises:
        InvalidInput: the body is something else.
    """
    payload = read_json(body)
    if not isinstance(payload, dict) or "image" not in payload:
        raise InvalidInput('The request body must be {"image": base64}.')
    answer, _ = await model(read_base64(payload["image"]))
    best = answer["predictions"][0]
    return JSONResponse({"prediction": best["prediction"], "probability": best["confidence"]})

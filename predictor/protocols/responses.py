"""Responses: JSON, with one sentence for each request that is refused."""

import logging
from typing import Any

import orjson
from kserve.errors import InvalidInput, ModelNotFound, ModelNotReady
from prometheus_client import Counter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from predictor.images import ImageRejected

log = logging.getLogger(__name__)

RESPONSES = Counter(
    "gourmetgram_predictor_responses", "Answers to predict requests, by HTTP status", ["code"]
)
for _code in (200, 400, 404, 408, 413, 415, 429, 500, 503):
    RESPONSES.labels(_code)  # start at zero: Prometheus sees no increase in a series that starts higher
_STATUSES: dict[type[Exception], int] = {
    InvalidInput: 400,
    ImageRejected: 400,
    ModelNotFound: 404,
    ModelNotReady: 503,
}
REFUSALS: tuple[type[Exception], ...] = (HTTPException, *_STATUSES)
"""Exceptions whose client should send something else, or retry later."""


class JSONResponse(Response):
    """JSON, as fast as orjson writes it."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - any JSON
        """Write it."""
        return orjson.dumps(content)


async def refuse(request: Request, error: Exception) -> JSONResponse:
    """Answer a request that can't be served with its reason, and log that without the client's bytes."""
    status, reason, headers = _STATUSES.get(type(error), 500), str(error), None
    if isinstance(error, HTTPException):
        status, reason, headers = error.status_code, error.detail, error.headers
    log.info("Refused %s %.80r with %d: %.200r", request.method, request.url.path, status, reason)
    RESPONSES.labels(status).inc()
    return JSONResponse({"error": reason}, status, headers)


async def fail(_request: Request, _error: Exception) -> JSONResponse:
    """Answer after an internal error; the server logs the traceback."""
    RESPONSES.labels(500).inc()
    return JSONResponse({"error": "The predictor failed on this request."}, 500)

"""The HTTP server: KServe's V1 and V2 paths and the course's, around one model.

KServe's own ``ModelServer`` is left out: it buffers bodies of any size, lets every client unload the model,
and answers a dozen kinds of malformed requests with 500 and a traceback. Its parts are used instead.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import FastAPI
from kserve.errors import ModelNotFound
from starlette.requests import Request
from starlette.responses import Response

from predictor import course, v1, v2
from predictor.admission import Admission
from predictor.health import add_health
from predictor.model import FoodClassifier
from predictor.responses import REFUSALS, fail, refuse
from predictor.settings import PredictorSettings

Answer = Callable[[Request, bytes, FoodClassifier], Awaitable[Response]]


def create_app(model: FoodClassifier, settings: PredictorSettings) -> FastAPI:
    """Serve a loaded model."""
    app = FastAPI(title="GourmetGram predictor", openapi_url=None)
    add_health(app, model)
    admission = Admission(settings)
    for path, answer in {
        "/v1/models/{name}:predict": v1.predict,
        "/v2/models/{name}/infer": v2.infer,
        "/predict": course.predict,
    }.items():
        app.add_route(path, admission(partial(_predict, answer, model)), methods=["POST"])
    for error in REFUSALS:
        app.add_exception_handler(error, refuse)
    app.add_exception_handler(Exception, fail)
    return app


async def _predict(answer: Answer, model: FoodClassifier, request: Request, body: bytes) -> Response:
    if request.path_params.get("name", model.name) != model.name:
        raise ModelNotFound(request.path_params["name"])
    return await answer(request, body, model)

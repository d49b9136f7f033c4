"""The HTTP server: KServe's V1 and V2 paths and the course's, around one model.

KServe's own ``ModelServer`` is left out: it buffers bodies of any size, lets every client unload the model,
and answers a dozen kinds of malformed requests with 500 and a traceback. Its parts are used instead.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import FastAPI
from kserve import ModelRepository
from kserve.errors import ModelNotFound
from kserve.protocol.dataplane import DataPlane
from kserve.protocol.rest.server import metrics_handler
from kserve.protocol.rest.v1_endpoints import V1Endpoints
from kserve.protocol.rest.v2_endpoints import V2Endpoints
from starlette.requests import Request
from starlette.responses import Response

from predictor import course, v1, v2
from predictor.admission import Admission
from predictor.model import FoodClassifier
from predictor.responses import REFUSALS, fail, refuse
from predictor.settings import PredictorSettings

Answer = Callable[[Request, bytes, FoodClassifier], Awaitable[Response]]


def create_app(model: FoodClassifier, settings: PredictorSettings) -> FastAPI:
    """Serve a loaded model."""
    app = FastAPI(title="GourmetGram predictor", openapi_url=None)
    _add_health(app, model)
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


def _add_health(app: FastAPI, model: FoodClassifier) -> None:
    repository = ModelRepository()
    repository.update(model)
    dataplane = DataPlane(model_registry=repository)
    kserve_v1, kserve_v2 = V1Endpoints(dataplane), V2Endpoints(dataplane)
    app.add_api_route("/", dataplane.live)
    app.add_api_route("/metrics", metrics_handler, response_model=None)
    app.add_api_route("/v1/models", kserve_v1.models)
    app.add_api_route("/v1/models/{model_name}", kserve_v1.model_ready)
    app.add_api_route("/v2", kserve_v2.metadata)
    app.add_api_route("/v2/health/live", kserve_v2.live)
    app.add_api_route("/v2/health/ready", kserve_v2.ready)
    app.add_api_route("/v2/models", kserve_v2.models)
    app.add_api_route("/v2/models/{model_name}", kserve_v2.model_metadata)
    app.add_api_route("/v2/models/{model_name}/ready", kserve_v2.model_ready)


async def _predict(answer: Answer, model: FoodClassifier, request: Request, body: bytes) -> Response:
    if request.path_params.get("name", model.name) != model.name:
        raise ModelNotFound(request.path_params["name"])
    return await answer(request, body, model)

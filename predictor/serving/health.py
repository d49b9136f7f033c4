"""KServe's endpoints for health, metadata and metrics, for one model that is loaded.

KServe's own ones describe any number of models, and take FastAPI and 15 MB for it.
"""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from kserve.errors import ModelNotReady
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from predictor.protocols.responses import JSONResponse
from predictor.serving.admission import Endpoint
from predictor.serving.model import FoodClassifier

Description = dict[str, Any]

SERVER: Description = {"name": "kserve", "version": version("kserve"), "extensions": ["binary_tensor_data"]}


def _models(model: FoodClassifier) -> Description:
    return {"models": [model.name]}


def _ready(model: FoodClassifier) -> Description:
    if not model.ready:
        raise ModelNotReady(model.name)
    return {"name": model.name, "ready": True}


def _metadata(model: FoodClassifier) -> Description:
    return {
        "name": model.name,
        "versions": [model.version],
        "platform": "",
        "inputs": model.get_input_types(),
        "outputs": model.get_output_types(),
    }


DESCRIPTIONS: dict[str, Callable[[FoodClassifier], Description]] = {
    "/": lambda _: {"status": "alive"},
    "/v1/models": _models,
    "/v1/models/{name}": _ready,
    "/v2": lambda _: SERVER,
    "/v2/health/live": lambda _: {"live": True},
    "/v2/health/ready": lambda model: {"ready": _ready(model)["ready"]},
    "/v2/models": _models,
    "/v2/models/{name}": _metadata,
    "/v2/models/{name}/ready": _ready,
    "/v2/models/{name}/versions/{version}": _metadata,
    "/v2/models/{name}/versions/{version}/ready": _ready,
}


def health_routes(model: FoodClassifier) -> list[Route]:
    """Describe a loaded model; no path lets a client load or unload one."""
    described = [Route(path, _answer(model, describe)) for path, describe in DESCRIPTIONS.items()]
    return [*described, Route("/metrics", _metrics)]


def _answer(model: FoodClassifier, describe: Callable[[FoodClassifier], Description]) -> Endpoint:
    async def answer(request: Request) -> JSONResponse:
        model.require(**request.path_params)
        return JSONResponse(describe(model))

    return answer


async def _metrics(request: Request) -> Response:
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(REGISTRY), headers={"Content-Type": content_type})

"""KServe's own endpoints for health, metadata and metrics, around one model."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fastapi import FastAPI
from kserve.model_repository import ModelRepository
from kserve.protocol.dataplane import DataPlane
from kserve.protocol.rest.server import metrics_handler
from kserve.protocol.rest.v1_endpoints import V1Endpoints
from kserve.protocol.rest.v2_endpoints import V2Endpoints
from starlette.requests import Request
from starlette.responses import Response

from predictor.serving.model import FoodClassifier

Handlers = dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]]
"""The handlers for exceptions."""


class _OneModel(DataPlane):  # type: ignore[misc] # KServe is untyped
    """Corrects KServe's data plane: readiness, extensions, and the served version."""

    def __init__(self, model: FoodClassifier) -> None:
        repository = ModelRepository()
        repository.update(model)
        super().__init__(model_registry=repository)
        self._model = model

    async def ready(self) -> bool:
        return self._model.ready

    def metadata(self) -> dict[str, Any]:
        return {**super().metadata(), "extensions": ["binary_tensor_data"]}

    async def model_metadata(self, model_name: str) -> dict[str, Any]:
        return {**await super().model_metadata(model_name), "versions": [self._model.version]}


def health_app(model: FoodClassifier, handlers: Handlers) -> FastAPI:
    """Create the application that describes a model; no path lets a client load or unload one."""
    app = FastAPI(title="GourmetGram predictor", openapi_url=None, exception_handlers=handlers)
    dataplane = _OneModel(model)
    v1, v2 = V1Endpoints(dataplane), V2Endpoints(dataplane)
    app.add_api_route("/", dataplane.live)
    app.add_api_route("/metrics", metrics_handler, response_model=None)
    app.add_api_route("/v1/models", v1.models)
    app.add_api_route("/v1/models/{model_name}", v1.model_ready)
    app.add_api_route("/v2", v2.metadata)
    app.add_api_route("/v2/health/live", v2.live)
    app.add_api_route("/v2/health/ready", v2.ready)
    app.add_api_route("/v2/models", v2.models)
    app.add_api_route("/v2/models/{model_name}", v2.model_metadata)
    app.add_api_route("/v2/models/{model_name}/ready", v2.model_ready)
    app.add_api_route("/v2/models/{model_name}/versions/{version}", _of_version(model, v2.model_metadata))
    app.add_api_route("/v2/models/{model_name}/versions/{version}/ready", _of_version(model, v2.model_ready))
    return app


def _of_version(
    model: FoodClassifier, answer: Callable[[str], Awaitable[Any]]
) -> Callable[..., Awaitable[Any]]:
    """Answer for the served version as if none were named; KServe has no versions."""

    async def answer_for(model_name: str, version: str) -> Any:  # noqa: ANN401 - KServe is untyped
        model.require_version(version)
        return await answer(model_name)

    return answer_for
